{{ config(unique_key="ordem_pagamento_id") }}

with

source as (

    select *
    from {{ source("transferegov", "ordem_pagamento_ordem_bancaria_especial") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_op_ob as bigint) as ordem_pagamento_id,
        cast(id_dh as bigint) as documento_habil_id,
        situacao_op as situacao_codigo,
        vinculacao_op as vinculacao_codigo,

        -- texts
        descricao_situacao_op as situacao_nome,
        numero_ordem_pagamento,
        numero_ordem_bancaria,
        numero_ordem_lancamento,

        -- dates
        cast(data_emissao_op as date) as data_emissao_ordem_pagamento,
        cast(data_assinatura_ordenador_despesa_ob as date)
            as data_assinatura_ordenador_despesa,
        cast(data_assinatura_gestor_financeiro_ob as date)
            as data_assinatura_gestor_financeiro,
        cast(data_emissao_ob as date) as data_emissao_ordem_bancaria,
        cast(data_situacao_op as date) as data_situacao,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
