{{ config(unique_key="convenio_numero") }}

with

source as (

    select *
    from {{ source("siconv", "convenios") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(nr_convenio as bigint) as convenio_numero,
        cast(id_proposta as bigint) as proposta_id,
        nullif(ug_emitente, '') as ug_emitente_codigo,

        -- texts
        nullif(trim(nr_processo), '') as processo,
        nullif(trim(sit_convenio), '') as situacao,
        nullif(trim(subsituacao_conv), '') as subsituacao,
        nullif(trim(situacao_publicacao), '') as situacao_publicacao,
        nullif(trim(situacao_contratacao), '') as situacao_contratacao,
        nullif(trim(motivo_suspensao), '') as motivo_suspensao,

        -- numbers
        cast(nullif(ano, '') as integer) as ano,
        cast(nullif(dias_prest_contas, '') as integer) as dias_prestacao_contas,
        cast(nullif(qtd_ta, '') as integer) as quantidade_termos_aditivos,
        cast(nullif(qtd_prorroga, '') as integer) as quantidade_prorrogacoes,
        {{ brazilian_number("vl_global_conv") }} as valor_global,
        {{ brazilian_number("vl_repasse_conv") }} as valor_repasse,
        {{ brazilian_number("vl_contrapartida_conv") }} as valor_contrapartida,
        {{ brazilian_number("vl_empenhado_conv") }} as valor_empenhado,
        {{ brazilian_number("vl_desembolsado_conv") }} as valor_desembolsado,
        {{ brazilian_number("vl_saldo_reman_tesouro") }} as valor_saldo_tesouro,
        {{ brazilian_number("vl_saldo_reman_convenente") }} as valor_saldo_convenente,
        {{ brazilian_number("vl_rendimento_aplicacao") }} as valor_rendimento,
        {{ brazilian_number("vl_ingresso_contrapartida") }}
            as valor_ingresso_contrapartida,
        {{ brazilian_number("vl_saldo_conta") }} as valor_saldo_conta,
        {{ brazilian_number("valor_global_original_conv") }} as valor_global_original,

        -- booleans
        nullif(instrumento_ativo, '') = 'SIM' as is_ativo,
        nullif(ind_opera_obtv, '') = 'SIM' as is_obtv,

        -- dates
        {{ brazilian_date("dia_assin_conv") }} as assinatura_date,
        {{ brazilian_date("dia_publ_conv") }} as publicacao_date,
        {{ brazilian_date("dia_inic_vigenc_conv") }} as inicio_vigencia_date,
        {{ brazilian_date("dia_fim_vigenc_conv") }} as fim_vigencia_date,
        {{ brazilian_date("dia_fim_vigenc_original_conv") }}
            as fim_vigencia_original_date,
        {{ brazilian_date("dia_limite_prest_contas") }} as limite_prestacao_contas_date,
        {{ brazilian_date("data_suspensiva") }} as suspensiva_date,
        {{ brazilian_date("data_retirada_suspensiva") }} as retirada_suspensiva_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
