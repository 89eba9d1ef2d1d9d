{{ config(unique_key="numero_controle_pncp") }}

with

source as (

    select *
    from {{ source("compras", "contratacoes") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        numero_controle_pncp,
        id_compra as compra_codigo,
        orgao_entidade_cnpj as orgao_cnpj,
        unidade_orgao_codigo_unidade as uasg_codigo,
        codigo_modalidade as modalidade_codigo,
        unidade_orgao_codigo_ibge as municipio_codigo_ibge,

        -- texts
        nullif(trim(orgao_entidade_razao_social), '') as orgao_nome,
        nullif(trim(unidade_orgao_nome_unidade), '') as uasg_nome,
        nullif(trim(modalidade_nome), '') as modalidade_nome,
        nullif(trim(numero_compra), '') as numero_compra,
        nullif(trim(processo), '') as processo,
        nullif(trim(objeto_compra), '') as objeto,
        nullif(trim(situacao_compra_nome_pncp), '') as situacao,

        -- numbers
        cast(ano_compra_pncp as integer) as ano_compra,
        cast(valor_total_estimado as numeric(18, 2)) as valor_estimado,
        cast(valor_total_homologado as numeric(18, 2)) as valor_homologado,

        -- booleans
        cast(srp as boolean) as is_registro_preco,
        cast(contratacao_excluida as boolean) as is_excluida,

        -- timestamps
        {{ brasilia_timestamp("data_publicacao_pncp") }} as publicada_at,
        {{ brasilia_timestamp("data_atualizacao_pncp") }} as atualizada_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
