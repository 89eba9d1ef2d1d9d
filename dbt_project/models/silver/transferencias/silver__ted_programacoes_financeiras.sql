{{ config(materialized="table") }}

with

by_plan as (

    select
        id_programacao,
        id_plano_acao,
        ug_emitente_programacao,
        ug_favorecida_programacao,
        tp_pf_tipo_programacao,
        tx_numero_programacao,
        tx_minuta_programacao,
        tx_situacao_programacao,
        dh_recebimento_programacao,
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at,
        true as is_by_plan
    from {{ source("transferegov_ted", "programacao_financeira") }}
    where _deleted_at is null

),

by_unit as (

    select
        id_programacao,
        id_plano_acao,
        ug_emitente_programacao,
        ug_favorecida_programacao,
        tp_pf_tipo_programacao,
        tx_numero_programacao,
        tx_minuta_programacao,
        tx_situacao_programacao,
        dh_recebimento_programacao,
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at,
        false as is_by_plan
    from {{ source("transferegov_ted", "programacao_financeira_ug") }}
    where _deleted_at is null

),

standing as (

    select * from by_plan
    union all
    select * from by_unit

),

-- Most come both ways: the version that was loaded last counts.
ranked as (

    select
        *,
        bool_or(is_by_plan) over (
            partition by id_programacao
        ) as is_de_plano_da_agencia,
        row_number() over (
            partition by id_programacao order by _load_id desc, is_by_plan desc
        ) as place
    from standing

),

renamed as (

    select
        -- ids
        cast(id_programacao as bigint) as programacao_id,
        cast(id_plano_acao as bigint) as plano_acao_id,
        ug_emitente_programacao as emitente_unidade_gestora_codigo,
        ug_favorecida_programacao as favorecida_unidade_gestora_codigo,

        -- texts
        nullif(trim(tp_pf_tipo_programacao), '') as tipo,
        nullif(trim(tx_numero_programacao), '') as numero,
        nullif(trim(tx_minuta_programacao), '') as minuta_numero,
        nullif(trim(tx_situacao_programacao), '') as situacao,

        -- booleans
        is_de_plano_da_agencia,

        -- timestamps
        {{ brasilia_timestamp("dh_recebimento_programacao") }} as recebida_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from ranked
    where place = 1

)

select * from renamed
