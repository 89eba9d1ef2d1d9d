{{ config(materialized="table") }}

with

source as (

    select * from {{ source("ploomes", "deals_pipelines") }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as funil_id,

        -- texts
        name as funil_nome,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
