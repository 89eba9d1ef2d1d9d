{{ config(unique_key="historico_id") }}

with

source as (

    select *
    from {{ source("transferegov_api", "planos_acao_historico_especiais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_historico_plano_acao as bigint) as historico_id,
        cast(id_plano_acao as bigint) as plano_acao_id,

        -- texts
        nullif(trim(situacao_historico_plano_acao), '') as situacao,
        nullif(trim(operacao_historico_plano_acao), '') as operacao,
        nullif(trim(descricao_historico_plano_acao), '') as descricao,

        -- timestamps
        {{ brasilia_timestamp("data_hora_historico_plano_acao") }} as ocorrido_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
