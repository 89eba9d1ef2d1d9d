{{ config(materialized="table") }}

with

source as (

    select * from {{ source("meta_ads", "ads") }}

),

renamed as (

    select
        -- ids
        id as anuncio_id,
        campaign_id as campanha_id,
        adset_id as conjunto_id,
        conta as conta_id,

        -- texts
        name as anuncio_nome,
        status as situacao,

        -- timestamps
        cast(updated_time as timestamptz) as atualizado_at,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
