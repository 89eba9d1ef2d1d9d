{{ config(unique_key="plano_acao_id") }}

with

source as (

    select *
    from {{ source("transferegov_api", "planos_acao_especiais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_plano_acao as bigint) as plano_acao_id,
        codigo_plano_acao as plano_acao_codigo,
        cast(id_programa as bigint) as programa_id,
        cast(id_beneficiario as bigint) as beneficiario_id,
        cast(id_objeto as bigint) as objeto_id,
        codigo_parlamentar_emenda_plano_acao as parlamentar_codigo,
        codigo_emenda_parlamentar_formatado_plano_acao as emenda_codigo,
        codigo_banco_plano_acao as banco_codigo,

        -- texts
        nullif(trim(modalidade_plano_acao), '') as modalidade,
        nullif(trim(situacao_plano_acao), '') as situacao,
        nullif(trim(nome_parlamentar_emenda_plano_acao), '') as parlamentar_nome,
        nullif(trim(categoria_despesa_plano_acao), '') as categoria_despesa,
        nullif(trim(codigo_descricao_areas_politicas_publicas_plano_acao), '')
            as areas_politica_publica,
        nullif(trim(descricao_programacao_orcamentaria_plano_acao), '')
            as programacao_orcamentaria,
        nullif(trim(motivo_impedimento_plano_acao), '') as motivo_impedimento,
        nullif(trim(nome_objeto), '') as objeto_nome,
        nullif(trim(detalhamento_objeto), '') as objeto_detalhamento,
        nullif(trim(descricao_situacao_dado_bancario_plano_acao), '') as conta_situacao,

        -- numbers
        cast(ano_plano_acao as integer) as ano,
        cast(ano_emenda_parlamentar_plano_acao as integer) as emenda_ano,
        cast(valor_custeio_plano_acao as numeric(18, 2)) as valor_custeio,
        cast(valor_investimento_plano_acao as numeric(18, 2)) as valor_investimento,

        -- dates
        cast(data_aceite_plano_acao as date) as aceite_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
