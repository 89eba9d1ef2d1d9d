{{
    config(
        unique_key="competencia",
        post_hook="""{{
            remove_missing_partitions(
                source('siape', 'cadastro'), 'competencia', 'YYYYMM'
            )
        }}""",
    )
}}

with

{{ reissued_partitions(source("siape", "cadastro"), "competencia", "YYYYMM") }},

renamed as (

    select
        -- ids
        cast(id_servidor_portal as bigint) as servidor_id,
        cod_tipo_vinculo as vinculo_tipo_codigo,
        {{ known_value("cod_uorg_lotacao") }} as uorg_lotacao_codigo,
        {{ known_value("cod_org_lotacao") }} as orgao_lotacao_codigo,
        {{ known_value("cod_orgsup_lotacao") }} as orgao_superior_lotacao_codigo,
        {{ known_value("cod_uorg_exercicio") }} as uorg_exercicio_codigo,
        {{ known_value("cod_org_exercicio") }} as orgao_exercicio_codigo,
        {{ known_value("cod_orgsup_exercicio") }} as orgao_superior_exercicio_codigo,
        {{ known_value("codigo_atividade") }} as atividade_codigo,

        -- texts
        nullif(trim(nome), '') as nome,
        cpf as cpf_mascarado,
        matricula as matricula_mascarada,
        {{ known_value("uorg_lotacao") }} as uorg_lotacao_nome,
        {{ known_value("org_lotacao") }} as orgao_lotacao_nome,
        {{ known_value("orgsup_lotacao") }} as orgao_superior_lotacao_nome,
        {{ known_value("uorg_exercicio") }} as uorg_exercicio_nome,
        {{ known_value("org_exercicio") }} as orgao_exercicio_nome,
        {{ known_value("orgsup_exercicio") }} as orgao_superior_exercicio_nome,
        {{ known_value("descricao_cargo") }} as cargo,
        {{ known_value("classe_cargo") }} as cargo_classe,
        {{ known_value("referencia_cargo") }} as cargo_referencia,
        {{ known_value("padrao_cargo") }} as cargo_padrao,
        {{ known_value("nivel_cargo") }} as cargo_nivel,
        {{ known_value("sigla_funcao") }} as funcao_sigla,
        {{ known_value("nivel_funcao") }} as funcao_nivel,
        {{ known_value("funcao") }} as funcao_nome,
        {{ known_value("atividade") }} as atividade_nome,
        nullif(trim(tipo_vinculo), '') as vinculo_tipo,
        nullif(trim(situacao_vinculo), '') as vinculo_situacao,
        {{ known_value("regime_juridico") }} as regime_juridico,
        {{ known_value("jornada_de_trabalho") }} as jornada_trabalho,
        {{ known_value("uf_exercicio") }} as uf_exercicio,
        nullif(trim(opcao_parcial), '') as opcao_parcial,

        -- dates
        to_date(competencia, 'YYYYMM') as competencia,
        {{ brazilian_date("data_inicio_afastamento") }} as inicio_afastamento_date,
        {{ brazilian_date("data_termino_afastamento") }} as fim_afastamento_date,
        {{ brazilian_date("data_ingresso_cargofuncao") }} as ingresso_cargo_date,
        {{ brazilian_date("data_nomeacao_cargofuncao") }} as nomeacao_cargo_date,
        {{ brazilian_date("data_ingresso_orgao") }} as ingresso_orgao_date,
        {{ brazilian_date("data_diploma_ingresso_servicopublico") }}
            as ingresso_servico_publico_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
