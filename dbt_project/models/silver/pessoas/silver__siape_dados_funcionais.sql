{{ config(unique_key=["servidor_pseudonimo", "orgao_codigo", "matricula_pseudonimo"]) }}

with

source as (

    select *
    from {{ source("siape_consulta", "dados_funcionais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cpf_servidor as servidor_pseudonimo,
        cod_orgao as orgao_codigo,
        matricula_siape as matricula_pseudonimo,
        orgao_da_lista as listado_orgao_codigo,
        uorg_da_lista as listado_uorg_codigo,
        nullif(trim(cpf_chefia_imediata), '') as chefia_pseudonimo,
        {{ declared_value("cod_uorg_lotacao") }} as lotacao_uorg_codigo,
        {{ declared_value("cod_uorg_exercicio") }} as exercicio_uorg_codigo,
        {{ declared_value("cod_upag") }} as unidade_pagadora_codigo,
        {{ declared_value("cod_cargo") }} as cargo_codigo,
        {{ declared_value("cod_sit_funcional") }} as situacao_funcional_codigo,
        {{ declared_value("cod_ocorr_exclusao") }} as exclusao_codigo,
        {{ declared_value("cod_ocorr_ingresso_orgao") }} as ingresso_orgao_codigo,
        {{ declared_value("cod_ocorr_ingresso_serv_publico") }}
            as ingresso_servico_publico_codigo,

        -- texts
        {{ declared_value("nome_cargo") }} as cargo_nome,
        {{ declared_value("cod_classe") }} as classe,
        {{ declared_value("cod_padrao") }} as padrao,
        {{ declared_value("cod_funcao") }} as funcao_codigo,
        {{ declared_value("nome_funcao") }} as funcao_nome,
        {{ declared_value("nome_ativ_fun") }} as atividade_nome,
        {{ declared_value("nome_jornada") }} as jornada,
        {{ declared_value("nome_sit_funcional") }} as situacao_funcional_nome,
        {{ declared_value("nome_regime_juridico") }} as regime_juridico,
        {{ declared_value("nome_ocorr_exclusao") }} as exclusao_nome,
        {{ declared_value("modalidade_pgd") }} as modalidade_pgd,

        -- booleans
        {{ siape_date("data_ocorr_exclusao") }} is null as is_vigente,

        -- dates
        {{ siape_date("data_ocorr_ingresso_orgao") }} as ingresso_orgao_date,
        {{ siape_date("data_ocorr_ingresso_serv_publico") }}
            as ingresso_servico_publico_date,
        {{ siape_date("data_exercicio_no_orgao") }} as exercicio_orgao_date,
        {{ siape_date("data_uorg_lotacao") }} as lotacao_date,
        {{ siape_date("data_uorg_exercicio") }} as exercicio_date,
        {{ siape_date("data_ingresso_funcao") }} as funcao_date,
        {{ siape_date("data_ocorr_aposentadoria") }} as aposentadoria_date,
        {{ siape_date("data_ocorr_exclusao") }} as exclusao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
