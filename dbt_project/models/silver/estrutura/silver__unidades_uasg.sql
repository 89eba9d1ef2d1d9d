{{ config(materialized="table") }}

with

source as (

    select * from {{ source("compras", "uasg") }}

),

renamed as (

    select
        -- ids
        codigo_uasg as uasg_codigo,
        codigo_siorg as siorg_codigo,
        lpad(codigo_orgao, 5, '0') as orgao_codigo,
        codigo_municipio_ibge as municipio_codigo_ibge,
        lpad(cnpj_cpf_uasg, 14, '0') as uasg_cnpj,
        lpad(cnpj_cpf_orgao, 14, '0') as orgao_cnpj,

        -- texts
        nullif(trim(nome_uasg), '') as uasg_nome,
        nullif(trim(sigla_uf), '') as uf_sigla,
        nullif(trim(nome_municipio_ibge), '') as municipio_nome,

        -- booleans
        cast(uso_sisg as boolean) as is_sisg,
        cast(status_uasg as boolean) as is_ativa,

        -- timestamps
        {{ brasilia_timestamp("data_hora_movimento") }} as movimentada_at,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
