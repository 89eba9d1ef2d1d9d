{{ config(materialized="table") }}

with

source as (

    select * from {{ source("ibge", "estados") }}

),

renamed as (

    select
        -- ids
        id as uf_codigo,
        sigla as uf_sigla,
        'BR-' || sigla as uf_iso,
        regiao ->> 'id' as regiao_codigo,

        -- texts
        nome as uf_nome,
        regiao ->> 'sigla' as regiao_sigla,
        regiao ->> 'nome' as regiao_nome,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
