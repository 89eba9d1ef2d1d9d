{{ config(unique_key="numero_controle_pncp") }}

with

source as (

    select *
    from {{ source("pncp", "contratos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        numero_controle_pncp,
        numero_controle_pncp_compra as compra_numero_controle_pncp,
        numero_controle_pncp_ata as ata_numero_controle_pncp,
        orgao_entidade ->> 'cnpj' as orgao_cnpj,
        unidade_orgao ->> 'codigoUnidade' as unidade_codigo,
        nullif(unidade_orgao ->> 'codigoIbge', '') as municipio_codigo_ibge,
        ni_fornecedor as fornecedor_documento,
        tipo_contrato ->> 'id' as tipo_contrato_codigo,
        categoria_processo ->> 'id' as categoria_processo_codigo,

        -- texts
        nullif(trim(numero_contrato_empenho), '') as numero,
        nullif(trim(processo), '') as processo,
        nullif(trim(objeto_contrato), '') as objeto,
        nullif(trim(orgao_entidade ->> 'razaoSocial'), '') as orgao_nome,
        nullif(trim(unidade_orgao ->> 'nomeUnidade'), '') as unidade_nome,
        nullif(trim(tipo_pessoa), '') as fornecedor_tipo,
        nullif(trim(nome_razao_social_fornecedor), '') as fornecedor_nome,
        nullif(trim(tipo_contrato ->> 'nome'), '') as tipo_contrato_nome,
        nullif(trim(categoria_processo ->> 'nome'), '') as categoria_processo_nome,

        -- numbers
        cast(ano_contrato as integer) as ano,
        cast(numero_parcelas as integer) as parcelas,
        cast(numero_retificacao as integer) as retificacoes,
        cast(valor_inicial as numeric(18, 2)) as valor_inicial,
        cast(valor_global as numeric(18, 2)) as valor_global,
        cast(valor_acumulado as numeric(18, 2)) as valor_acumulado,

        -- booleans
        cast(receita as boolean) as is_receita,

        -- dates
        cast(left(data_assinatura, 10) as date) as assinatura_date,
        cast(left(data_vigencia_inicio, 10) as date) as vigencia_inicio_date,
        cast(left(data_vigencia_fim, 10) as date) as vigencia_fim_date,

        -- timestamps
        {{ brasilia_timestamp("data_publicacao_pncp") }} as publicado_at,
        {{ brasilia_timestamp("data_atualizacao_global") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
