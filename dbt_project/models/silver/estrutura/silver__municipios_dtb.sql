{{ config(materialized="table") }}

with

source as (

    select * from {{ source("ibge_dtb", "municipios") }}

),

renamed as (

    select
        -- ids
        codigo_municipio_completo as municipio_codigo_ibge,
        uf as uf_codigo,
        nullif(regiao_geografica_intermediaria, '') as regiao_intermediaria_codigo,
        nullif(regiao_geografica_imediata, '') as regiao_imediata_codigo,
        concat(uf, mesorregiao_geografica) as mesorregiao_codigo,
        concat(uf, microrregiao_geografica) as microrregiao_codigo,

        -- texts
        nome_municipio as municipio_nome,
        nullif(trim(nome_uf), '') as uf_nome,
        nullif(trim(nome_regiao_geografica_intermediaria), '')
            as regiao_intermediaria_nome,
        nullif(trim(nome_regiao_geografica_imediata), '') as regiao_imediata_nome,
        nullif(trim(nome_mesorregiao), '') as mesorregiao_nome,
        nullif(trim(nome_microrregiao), '') as microrregiao_nome,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
