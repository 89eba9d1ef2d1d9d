{{ config(unique_key="termo_id") }}

with

source as (

    select *
    from {{ source("transferegov_ted", "termo_execucao") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_termo as bigint) as termo_id,
        cast(id_plano_acao as bigint) as plano_acao_id,

        -- texts
        nullif(trim(tx_situacao_termo), '') as situacao,
        nullif(trim(tx_num_processo_sei), '') as processo_sei,
        nullif(trim(tx_numero_ns_termo), '') as nota_sistema_numero,

        -- dates
        cast(dt_assinatura_termo as date) as assinatura_date,

        -- timestamps
        {{ brasilia_timestamp("dt_efetivacao_termo") }} as efetivado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
