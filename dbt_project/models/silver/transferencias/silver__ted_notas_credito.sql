{{ config(unique_key="nota_id") }}

with

source as (

    select *
    from {{ source("transferegov_ted", "nota_credito") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_nota as bigint) as nota_id,
        cast(id_plano_acao as bigint) as plano_acao_id,
        cd_gestao_emitente_nota as emitente_gestao_codigo,
        cd_ug_emitente_nota as emitente_unidade_gestora_codigo,
        cd_gestao_favorecida_nota as favorecida_gestao_codigo,
        cd_ug_favorecida_nota as favorecida_unidade_gestora_codigo,

        -- texts
        nullif(trim(tx_numero_nota), '') as numero,
        nullif(trim(tx_minuta_nota), '') as minuta_numero,
        nullif(trim(tx_situacao_nota), '') as situacao,
        nullif(trim(tx_observacao_nota), '') as observacao,

        -- timestamps
        {{ brasilia_timestamp("dt_emissao_nota") }} as emitida_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
