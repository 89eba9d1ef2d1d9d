{{ config(materialized="table") }}

with

source as (

    select * from {{ source("compras", "fornecedor") }}

),

renamed as (

    select
        -- ids
        cnpj as fornecedor_cnpj,
        lpad(codigo_cnae, 7, '0') as cnae_codigo,
        natureza_juridica_id as natureza_juridica_codigo,
        porte_empresa_id as porte_codigo,

        -- texts
        nullif(trim(nome_razao_social_fornecedor), '') as fornecedor_nome,
        nullif(trim(nome_cnae), '') as cnae_nome,
        nullif(trim(natureza_juridica_nome), '') as natureza_juridica_nome,
        nullif(trim(porte_empresa_nome), '') as porte_nome,
        nullif(trim(nome_municipio), '') as municipio_nome,
        nullif(trim(uf_sigla), '') as uf_sigla,

        -- booleans
        cast(ativo as boolean) as is_ativo,
        cast(habilitado_licitar as boolean) as is_habilitado_licitar,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
