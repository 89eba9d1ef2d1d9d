{{ config(unique_key=["anuncio_id", "dia"]) }}

with

source as (

    select *
    from {{ source("meta_ads", "insights") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        ad_id as anuncio_id,
        campaign_id as campanha_id,
        account_id as conta_id,

        -- texts
        actions as acoes,

        -- numbers
        cast(coalesce(impressions, '0') as bigint) as impressoes,
        cast(coalesce(reach, '0') as bigint) as alcance,
        cast(coalesce(clicks, '0') as bigint) as cliques,
        cast(coalesce(spend, '0') as numeric(18, 2)) as custo,

        -- dates
        cast(date_start as date) as dia,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
