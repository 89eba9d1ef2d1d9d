{{ config(materialized="table") }}

{#- What tells one line of a note from another. -#}
{%- set columns = [
    "emissao_mes",
    "emissao_dia",
    "nc",
    "nc_transferencia",
    "nc_fonte_recursos",
    "nc_fonte_recursos_descricao",
    "ptres",
    "nc_evento",
    "nc_evento_descricao",
    "ug_responsavel",
    "ug_responsavel_descricao",
    "natureza_despesa",
    "natureza_despesa_detalhada",
    "plano_interno",
    "plano_detalhado_descricao1",
    "plano_detalhado_descricao2",
    "favorecido_doc",
    "favorecido_doc_descricao",
    "nc_valor_linha",
    "movimento_liquido",
] -%}

with

nc_enviadas as (

    select
        {{ columns | join(",\n        ") }},
        _load_id,
        _row_hash,
        _row_version,
        _loaded_at,
        _deleted_at
    from {{ source("tesouro_gerencial", "nc_enviadas") }}
    where _deleted_at is null

),

nc_recebidas as (

    select
        {{ columns | join(",\n        ") }},
        _load_id,
        _row_hash,
        _row_version,
        _loaded_at,
        _deleted_at
    from {{ source("tesouro_gerencial", "nc_recebidas") }}
    where _deleted_at is null

),

lines as (

    select * from nc_enviadas
    union all
    select * from nc_recebidas

),

-- Sent and received notes are two reports that overlap: equal lines are one fact.
numbered as (

    select
        *,
        row_number() over (
            partition by
                {{ columns | join(",\n                ") }}
            order by _load_id, _row_hash
        ) as occurrence
    from lines

),

facts as (

    select * from numbered
    where occurrence = 1

),

renamed as (

    select
        -- ids
        nc as nota_credito_numero,
        nullif(nullif(trim(nc_transferencia), '-8'), '') as transferencia_numero,
        nullif(trim(nc_fonte_recursos), '') as fonte_recursos_codigo,
        nullif(trim(ptres), '') as ptres,
        nullif(trim(nc_evento), '') as evento_codigo,
        nullif(trim(ug_responsavel), '') as responsavel_unidade_gestora_codigo,
        nullif(trim(natureza_despesa), '') as natureza_despesa_codigo,
        nullif(trim(plano_interno), '') as plano_interno_codigo,
        nullif(trim(favorecido_doc), '') as favorecida_unidade_gestora_codigo,

        -- texts
        nullif(trim(nc_fonte_recursos_descricao), '') as fonte_recursos_nome,
        nullif(trim(nc_evento_descricao), '') as evento_nome,
        nullif(trim(ug_responsavel_descricao), '') as responsavel_unidade_gestora_nome,
        nullif(trim(natureza_despesa_detalhada), '') as natureza_despesa_nome,
        nullif(trim(plano_detalhado_descricao1), '') as plano_interno_nome,
        nullif(trim(plano_detalhado_descricao2), '') as plano_interno_detalhe,
        nullif(trim(favorecido_doc_descricao), '') as favorecida_unidade_gestora_nome,

        -- numbers
        {{ accounting_number("nc_valor_linha") }} as valor,
        {{ accounting_number("movimento_liquido") }} as valor_movimento_liquido,

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
