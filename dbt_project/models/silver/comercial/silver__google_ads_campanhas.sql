{{ config(materialized="table") }}

with

source as (

    select * from {{ source("google_ads", "campaigns") }}

),

renamed as (

    select
        -- ids
        conta as conta_id,
        cast(campaign_id as bigint) as campanha_id,

        -- texts
        campaign_name as campanha_nome,
        campaign_status as situacao,
        campaign_advertising_channel_type as canal,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
