{{ config(materialized="table") }}

with

pf as (

    select *
    from {{ source("tesouro_gerencial", "pf") }}
    where _deleted_at is null

),

-- Equal lines are one fact: reports repeat what they page over.
numbered as (

    select
        *,
        row_number() over (
            partition by
                emissao_mes,
                emissao_dia,
                ug_emitente,
                ug_emitente_descricao,
                ug_favorecido,
                ug_favorecido_descricao,
                pf_evento,
                pf_evento_descricao,
                pf,
                pf_inscricao,
                pf_acao,
                pf_acao_descricao,
                pf_fonte_recursos,
                pf_fonte_recursos_descricao,
                pf_vinculacao_pagamento,
                pf_vinculacao_pagamento_descricao,
                pf_categoria_gasto,
                pf_recurso,
                pf_recurso_descricao,
                doc_observacao,
                pf_valor_linha
            order by _load_id, _row_hash
        ) as occurrence
    from pf

),

facts as (

    select * from numbered
    where occurrence = 1

),

renamed as (

    select
        -- ids
        pf as programacao_numero,
        nullif(trim(ug_emitente), '') as emitente_unidade_gestora_codigo,
        nullif(trim(ug_favorecido), '') as favorecida_unidade_gestora_codigo,
        nullif(trim(pf_evento), '') as evento_codigo,
        nullif(nullif(trim(pf_inscricao), '-8'), '') as transferencia_numero,
        nullif(trim(pf_acao), '') as acao_codigo,
        nullif(trim(pf_fonte_recursos), '') as fonte_recursos_codigo,
        nullif(trim(pf_vinculacao_pagamento), '') as vinculacao_pagamento_codigo,
        nullif(trim(pf_categoria_gasto), '') as categoria_gasto_codigo,
        nullif(trim(pf_recurso), '') as recurso_codigo,

        -- texts
        nullif(trim(ug_emitente_descricao), '') as emitente_unidade_gestora_nome,
        nullif(trim(ug_favorecido_descricao), '') as favorecida_unidade_gestora_nome,
        nullif(trim(pf_evento_descricao), '') as evento_nome,
        nullif(trim(pf_acao_descricao), '') as acao_nome,
        nullif(trim(pf_fonte_recursos_descricao), '') as fonte_recursos_nome,
        nullif(trim(pf_vinculacao_pagamento_descricao), '')
            as vinculacao_pagamento_nome,
        nullif(trim(pf_recurso_descricao), '') as recurso_nome,
        nullif(trim(doc_observacao), '') as observacao,

        -- numbers
        {{ accounting_number("pf_valor_linha") }} as valor,

        -- dates
        {{ brazilian_date("emissao_dia") }} as emissao_date,
        {{ month_of("emissao_mes") }} as emissao_mes,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from facts

)

select * from renamed
