{{ config(materialized="table") }}

with

source as (

    select * from {{ source("ibge", "municipios") }}

),

renamed as (

    select
        -- ids
        id as municipio_codigo_ibge,
        left(id, 6) as municipio_codigo_ibge_6,
        -- Not from the nested regions: new municipalities have no micro-region.
        left(id, 2) as uf_codigo,
        microrregiao ->> 'id' as microrregiao_codigo,
        microrregiao #>> '{mesorregiao,id}' as mesorregiao_codigo,
        regiao_imediata ->> 'id' as regiao_imediata_codigo,
        regiao_imediata #>> '{regiao-intermediaria,id}' as regiao_intermediaria_codigo,

        -- texts
        nome as municipio_nome,
        microrregiao ->> 'nome' as microrregiao_nome,
        microrregiao #>> '{mesorregiao,nome}' as mesorregiao_nome,
        regiao_imediata ->> 'nome' as regiao_imediata_nome,
        regiao_imediata #>> '{regiao-intermediaria,nome}' as regiao_intermediaria_nome,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
