{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'pagamentos'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{ reissued_partitions(source("portal_despesas", "pagamentos"), "dia", "YYYYMMDD") }},

renamed as (

    select
        -- ids
        codigo_pagamento as pagamento_codigo,
        codigo_pagamento_resumido as pagamento_numero,
        nullif(codigo_tipo_documento, '') as documento_tipo_codigo,
        codigo_orgao_superior as orgao_superior_codigo,
        codigo_orgao as orgao_codigo,
        codigo_unidade_gestora as ug_codigo,
        nullif(codigo_gestao, '') as gestao_codigo,
        {{ known_value("codigo_favorecido") }} as favorecido_codigo,
        {{ known_value("codigo_plano_orcamentario") }} as plano_orcamentario_codigo,
        nullif(codigo_categoria_de_despesa, '') as categoria_despesa_codigo,
        nullif(codigo_grupo_de_despesa, '') as grupo_despesa_codigo,
        nullif(codigo_modalidade_de_aplicacao, '') as modalidade_aplicacao_codigo,
        nullif(codigo_elemento_de_despesa, '') as elemento_despesa_codigo,

        -- texts
        nullif(trim(orgao_superior), '') as orgao_superior_nome,
        nullif(trim(orgao), '') as orgao_nome,
        nullif(trim(unidade_gestora), '') as ug_nome,
        nullif(trim(favorecido), '') as favorecido_nome,
        nullif(trim(observacao), '') as observacao,
        nullif(trim(plano_orcamentario), '') as plano_orcamentario_nome,
        nullif(trim(categoria_de_despesa), '') as categoria_despesa_nome,
        nullif(trim(grupo_de_despesa), '') as grupo_despesa_nome,
        nullif(trim(modalidade_de_aplicacao), '') as modalidade_aplicacao_nome,
        nullif(trim(elemento_de_despesa), '') as elemento_despesa_nome,
        nullif(trim(tipo_documento), '') as documento_tipo,
        nullif(trim(tipo_ob), '') as ordem_bancaria_tipo,
        {{ known_value("processo") }} as processo,

        -- numbers
        {{ brazilian_decimal("valor_original_do_pagamento") }} as valor_original,
        {{ brazilian_decimal("valor_do_pagamento_convertido_pra_r") }} as valor,
        {{ brazilian_number("valor_utilizado_na_conversao", "numeric(18, 4)") }}
            as cambio,

        -- booleans
        nullif(extraorcamentario, '') = 'Sim' as is_extraorcamentario,

        -- dates
        to_date(dia, 'YYYYMMDD') as dia,
        {{ brazilian_date("data_emissao") }} as emissao_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
