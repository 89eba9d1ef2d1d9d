{{ config(materialized="table") }}

with

source as (

    select * from {{ source("bcb", "cambio") }}

),

renamed as (

    select
        -- numbers
        cast(valor as numeric(12, 4)) as cotacao_venda,

        -- dates
        {{ brazilian_date("data") }} as dia,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
