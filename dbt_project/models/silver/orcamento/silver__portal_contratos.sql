{{ config(unique_key="contrato_id") }}

with

source as (

    select *
    from {{ source("portal_api", "contratos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as contrato_id,
        unidade_gestora ->> 'codigo' as ug_codigo,
        unidade_gestora #>> '{orgaoVinculado,codigoSIAFI}' as orgao_codigo,
        unidade_gestora #>> '{orgaoMaximo,codigo}' as orgao_superior_codigo,
        nullif(
            regexp_replace(fornecedor ->> 'cnpjFormatado', '[^0-9A-Z]', '', 'g'), ''
        ) as fornecedor_cnpj,

        -- texts
        numero as contrato_numero,
        nullif(trim(numero_processo), '') as processo,
        nullif(trim(objeto), '') as objeto,
        nullif(trim(fundamento_legal), '') as fundamento_legal,
        nullif(trim(situacao_contrato), '') as situacao,
        nullif(trim(modalidade_compra), '') as modalidade,
        unidade_gestora ->> 'nome' as ug_nome,
        unidade_gestora #>> '{orgaoVinculado,nome}' as orgao_nome,
        fornecedor ->> 'nome' as fornecedor_nome,

        -- numbers
        cast(valor_inicial_compra as numeric(18, 2)) as valor_inicial,
        cast(valor_final_compra as numeric(18, 2)) as valor_final,

        -- dates
        cast(nullif(data_assinatura, '') as date) as assinatura_date,
        cast(nullif(data_publicacao_dou, '') as date) as publicacao_date,
        cast(nullif(data_inicio_vigencia, '') as date) as inicio_vigencia_date,
        cast(nullif(data_fim_vigencia, '') as date) as fim_vigencia_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
