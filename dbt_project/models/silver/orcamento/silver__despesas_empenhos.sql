{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'empenhos'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{ reissued_partitions(source("portal_despesas", "empenhos"), "dia", "YYYYMMDD") }},

renamed as (

    select
        -- ids
        codigo_empenho as empenho_codigo,
        codigo_empenho_resumido as empenho_numero,
        cast(id_empenho as bigint) as portal_id,
        codigo_orgao_superior as orgao_superior_codigo,
        codigo_orgao as orgao_codigo,
        codigo_unidade_gestora as ug_codigo,
        nullif(codigo_gestao, '') as gestao_codigo,
        {{ known_value("codigo_favorecido") }} as favorecido_codigo,
        {{ known_value("codigo_esfera_orcamentaria") }} as esfera_codigo,
        {{ known_value("codigo_fonte_recurso") }} as fonte_recurso_codigo,
        {{ known_value("codigo_unidade_orcamentaria") }} as unidade_orcamentaria_codigo,
        {{ known_value("codigo_funcao") }} as funcao_codigo,
        {{ known_value("codigo_sub_funcao") }} as subfuncao_codigo,
        {{ known_value("codigo_programa") }} as programa_codigo,
        {{ known_value("codigo_acao") }} as acao_codigo,
        {{ known_value("codigo_subtitulo_localizador") }} as localizador_codigo,
        {{ known_value("codigo_plano_orcamentario") }} as plano_orcamentario_codigo,
        nullif(codigo_categoria_de_despesa, '') as categoria_despesa_codigo,
        nullif(codigo_grupo_de_despesa, '') as grupo_despesa_codigo,
        nullif(codigo_modalidade_de_aplicacao, '') as modalidade_aplicacao_codigo,
        nullif(codigo_elemento_de_despesa, '') as elemento_despesa_codigo,
        {{ known_value("codigo_convenio") }} as convenio_codigo,

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
        nullif(trim(tipo_empenho), '') as tipo_empenho,
        nullif(trim(especie_empenho), '') as especie_empenho,
        nullif(trim(unidade_orcamentaria), '') as unidade_orcamentaria_nome,
        nullif(trim(funcao), '') as funcao_nome,
        nullif(trim(sub_funcao), '') as subfuncao_nome,
        nullif(trim(programa), '') as programa_nome,
        nullif(trim(acao), '') as acao_nome,
        nullif(trim(autor_emenda), '') as emenda_autor,
        {{ known_value("processo") }} as processo,
        nullif(trim(modalidade_de_licitacao), '') as modalidade_licitacao,
        nullif(trim(amparo), '') as amparo_legal,

        -- numbers
        {{ brazilian_decimal("valor_original_do_empenho") }} as valor_original,
        {{ brazilian_decimal("valor_do_empenho_convertido_pra_r") }} as valor,
        {{ brazilian_number("valor_utilizado_na_conversao", "numeric(18, 4)") }}
            as cambio,

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
