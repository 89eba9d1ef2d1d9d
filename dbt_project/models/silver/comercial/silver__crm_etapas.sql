{{ config(materialized="table") }}

with

source as (

    select * from {{ source("ploomes", "deals_stages") }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as etapa_id,
        cast(pipeline_id as bigint) as funil_id,

        -- texts
        name as etapa_nome,

        -- numbers
        cast(ordination as integer) as ordem,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
