{{ config(unique_key="historico_id") }}

with

source as (

    select *
    from {{ source("transferegov", "historico_pagamento_especial") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_historico_op_ob as bigint) as historico_id,
        cast(id_op_ob as bigint) as ordem_pagamento_id,
        historico_situacao_op as situacao_codigo,

        -- texts
        descricao_historico_situacao_op as situacao_nome,

        -- timestamps
        {{ brasilia_timestamp("data_hora_historico_op") }} as ocorrido_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
