{{ config(materialized="table") }}

with

source as (

    select * from {{ source("planilhas", "metas") }}

),

renamed as (

    select
        -- texts
        trim(canal) as canal,
        arquivo,

        -- numbers
        cast(meta_de_receita_r as numeric(18, 2)) as valor_meta_receita,
        cast(meta_de_pedidos as integer) as meta_pedidos,

        -- booleans
        cast(revisada as boolean) as is_revisada,

        -- dates
        cast(competencia as date) as mes,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
