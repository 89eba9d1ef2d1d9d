{{ config(unique_key="programacao_id") }}

with

source as (

    select *
    from {{ source("transferegov_ted", "programacao_financeira") }}
    where {{ only_new_loads() }}

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

        -- timestamps
        {{ brasilia_timestamp("dh_recebimento_programacao") }} as recebida_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
