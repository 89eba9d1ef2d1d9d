{{ config(materialized="table") }}

with

source as (

    select * from {{ source("ploomes", "users") }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as usuario_id,

        -- texts
        name as nome_pseudonimo,
        email as email_pseudonimo,

        -- booleans
        cast(suspended as boolean) as is_suspenso,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
