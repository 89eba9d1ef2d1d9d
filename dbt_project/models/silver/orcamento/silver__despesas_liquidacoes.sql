{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'liquidacoes'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{ reissued_partitions(source("portal_despesas", "liquidacoes"), "dia", "YYYYMMDD") }},

renamed as (

    select
        -- ids
        codigo_liquidacao as liquidacao_codigo,
        codigo_liquidacao_resumido as liquidacao_numero,
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
