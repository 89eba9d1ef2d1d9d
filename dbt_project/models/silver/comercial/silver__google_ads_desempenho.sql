{{ config(unique_key=["conta_id", "campanha_id", "dia", "dispositivo"]) }}

with

source as (

    select *
    from {{ source("google_ads", "campaign_stats") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        conta as conta_id,
        cast(campaign_id as bigint) as campanha_id,

        -- texts
        segments_device as dispositivo,

        -- numbers
        cast(coalesce(metrics_impressions, '0') as bigint) as impressoes,
        cast(coalesce(metrics_clicks, '0') as bigint) as cliques,
        cast(
            cast(coalesce(metrics_cost_micros, '0') as numeric) / 1000000
            as numeric(18, 2)
        ) as custo,
        cast(coalesce(metrics_conversions, '0') as numeric(18, 4)) as conversoes,
        cast(coalesce(metrics_conversions_value, '0') as numeric(18, 2))
            as valor_conversoes,

        -- dates
        cast(segments_date as date) as dia,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
