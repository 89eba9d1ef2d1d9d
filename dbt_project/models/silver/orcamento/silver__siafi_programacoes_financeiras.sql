{{ config(unique_key="programacao_numero") }}

with

source as (

    select *
    from {{ source("siafi", "programacoes_financeiras") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cod_ug_emit || cod_gestao_emit || ano || 'PF' || numero_documento
            as programacao_numero,
        cod_ug_emit as emitente_unidade_gestora_codigo,
        cod_gestao_emit as emitente_gestao_codigo,
        cod_ug_favorecida as favorecida_unidade_gestora_codigo,
        cod_gestao_favorecida as favorecida_gestao_codigo,
        nullif(trim(cod_evento), '') as evento_codigo,
        item_programacao -> 0 ->> 'numTransferencia' as transferencia_numero,

        -- texts
        numero_documento as numero,
        nullif(trim(txt_situacao), '') as situacao,
        nullif(trim(txt_observacao), '') as observacao,
        item_programacao as itens,

        -- numbers
        cast(ano as integer) as ano,
        cast(valor as numeric(18, 2)) as valor,

        -- dates
        cast(left(dt_emissao, 10) as date) as emissao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
