{{ config(materialized="table") }}

with

source as (

    select * from {{ source("bcb", "selic") }}

),

renamed as (

    select
        -- numbers
        cast(valor as numeric(9, 6)) as taxa_diaria,

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
