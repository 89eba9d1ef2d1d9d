{{ config(materialized="table") }}

with

by_plan as (

    select
        id_nota,
        id_plano_acao,
        cd_gestao_emitente_nota,
        cd_ug_emitente_nota,
        cd_gestao_favorecida_nota,
        cd_ug_favorecida_nota,
        tx_numero_nota,
        tx_minuta_nota,
        tx_situacao_nota,
        tx_observacao_nota,
        dt_emissao_nota,
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at,
        true as is_by_plan
    from {{ source("transferegov_ted", "nota_credito") }}
    where _deleted_at is null

),

by_unit as (

    select
        id_nota,
        id_plano_acao,
        cd_gestao_emitente_nota,
        cd_ug_emitente_nota,
        cd_gestao_favorecida_nota,
        cd_ug_favorecida_nota,
        tx_numero_nota,
        tx_minuta_nota,
        tx_situacao_nota,
        tx_observacao_nota,
        dt_emissao_nota,
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at,
        false as is_by_plan
    from {{ source("transferegov_ted", "nota_credito_ug") }}
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
        bool_or(is_by_plan) over (partition by id_nota) as is_de_plano_da_agencia,
        row_number() over (
            partition by id_nota order by _load_id desc, is_by_plan desc
        ) as place
    from standing

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

        -- booleans
        is_de_plano_da_agencia,

        -- timestamps
        {{ brasilia_timestamp("dt_emissao_nota") }} as emitida_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from ranked
    where place = 1

)

select * from renamed
