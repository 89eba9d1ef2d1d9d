{{ config(indexes=[{"columns": ["uf_sigla"]}]) }}

with

municipios as (

    select * from {{ ref("silver__municipios") }}

),

ufs as (

    select * from {{ ref("silver__ufs") }}

),

joined as (

    select
        -- ids
        municipios.municipio_codigo_ibge,
        municipios.municipio_codigo_ibge_6,
        municipios.uf_codigo,
        ufs.regiao_codigo,
        municipios.microrregiao_codigo,
        municipios.mesorregiao_codigo,
        municipios.regiao_imediata_codigo,
        municipios.regiao_intermediaria_codigo,

        -- texts
        municipios.municipio_nome,
        ufs.uf_sigla,
        ufs.uf_nome,
        ufs.uf_iso,
        ufs.regiao_sigla,
        ufs.regiao_nome,
        municipios.microrregiao_nome,
        municipios.mesorregiao_nome,
        municipios.regiao_imediata_nome,
        municipios.regiao_intermediaria_nome
    from municipios
    left join ufs on municipios.uf_codigo = ufs.uf_codigo

)

select * from joined
