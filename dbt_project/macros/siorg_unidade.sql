{#- A unit of SIORG, as the list of bodies and the tree below a body both give it. -#}
{% macro siorg_unidade(bronze) -%}
with

source as (

    select * from {{ bronze }}

),

renamed as (

    select
        -- ids
        substring(codigo_unidade from '[^/]+$') as unidade_siorg_codigo,
        substring(codigo_unidade_pai from '[^/]+$') as unidade_pai_siorg_codigo,
        substring(codigo_orgao_entidade from '[^/]+$') as orgao_entidade_siorg_codigo,
        substring(codigo_esfera from '[^/]+$') as esfera_codigo,
        substring(codigo_poder from '[^/]+$') as poder_codigo,
        substring(codigo_natureza_juridica from '[^/]+$') as natureza_juridica_codigo,

        -- texts
        nullif(trim(codigo_tipo_unidade), '') as tipo_unidade,
        nullif(trim(nome), '') as unidade_nome,
        nullif(trim(sigla), '') as unidade_sigla,
        nullif(trim(nivel_normatizacao), '') as nivel_normatizacao,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
{%- endmacro %}
