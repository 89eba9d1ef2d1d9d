{#- A contract of Contratos.gov.br, active or ended: the API gives both in one shape. -#}
{% macro contrato(bronze) -%}
with

source as (

    select *
    from {{ bronze }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as contrato_id,
        contratante #>> '{orgao,unidade_gestora,codigo}' as unidade_gestora_codigo,
        contratante #>> '{orgao_origem,unidade_gestora_origem,codigo}'
            as unidade_gestora_origem_codigo,
        unidade_compra as unidade_compra_codigo,
        contratante #>> '{orgao,codigo}' as orgao_codigo,
        fornecedor ->> 'cnpj_cpf_idgener' as fornecedor_documento,
        case
            when fornecedor ->> 'tipo' = 'JURIDICA'
                then regexp_replace(fornecedor ->> 'cnpj_cpf_idgener', '[./-]', '', 'g')
        end as fornecedor_cnpj,
        codigo_tipo as tipo_codigo,
        codigo_modalidade as modalidade_codigo,

        -- texts
        nullif(trim(numero), '') as numero,
        nullif(trim(contratante #>> '{orgao,unidade_gestora,nome_resumido}'), '')
            as unidade_gestora_sigla,
        nullif(trim(contratante #>> '{orgao,unidade_gestora,nome}'), '')
            as unidade_gestora_nome,
        nullif(trim(contratante #>> '{orgao,nome}'), '') as orgao_nome,
        nullif(trim(fornecedor ->> 'tipo'), '') as fornecedor_tipo,
        nullif(trim(fornecedor ->> 'nome'), '') as fornecedor_nome,
        nullif(trim(tipo), '') as tipo_nome,
        nullif(trim(receita_despesa), '') as receita_despesa,
        nullif(trim(situacao), '') as situacao,
        nullif(trim(justificativa_inativo), '') as justificativa_inativo,
        nullif(trim(categoria), '') as categoria,
        nullif(trim(subcategoria), '') as subcategoria,
        nullif(trim(unidades_requisitantes), '') as unidades_requisitantes,
        nullif(trim(processo), '') as processo,
        nullif(trim(objeto), '') as objeto,
        nullif(trim(amparo_legal), '') as amparo_legal,
        nullif(trim(informacao_complementar), '') as informacao_complementar,
        nullif(trim(modalidade), '') as modalidade_nome,
        nullif(trim(licitacao_numero), '') as licitacao_numero,

        -- numbers
        {{ brazilian_decimal("valor_inicial") }} as valor_inicial,
        {{ brazilian_decimal("valor_global") }} as valor_global,
        {{ brazilian_decimal("valor_parcela") }} as valor_parcela,
        {{ brazilian_decimal("valor_acumulado") }} as valor_acumulado,
        cast(num_parcelas as integer) as parcelas,

        -- booleans
        prorrogavel = 'Sim' as is_prorrogavel,

        -- dates
        {{ valid_date("data_assinatura") }} as assinatura_date,
        {{ valid_date("data_publicacao") }} as publicacao_date,
        {{ valid_date("vigencia_inicio") }} as vigencia_inicio_date,
        {{ valid_date("vigencia_fim") }} as vigencia_fim_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
{%- endmacro %}
