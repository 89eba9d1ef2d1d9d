{{ config(materialized="table") }}

with

source as (

    select * from {{ source("meta_ads", "campaigns") }}

),

renamed as (

    select
        -- ids
        id as campanha_id,
        conta as conta_id,

        -- texts
        name as campanha_nome,
        status as situacao,
        objective as objetivo,

        -- timestamps
        cast(created_time as timestamptz) as criado_at,
        cast(updated_time as timestamptz) as atualizado_at,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
