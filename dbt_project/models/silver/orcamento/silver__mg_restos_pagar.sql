{{ config(unique_key=["ano_origem", "ano", "mes"]) }}

with

source as (

    select *
    from {{ source("siafi_mg", "restos_pagar") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(ano_origem_restos_a_pagar as integer) as ano_origem,
        cast(ano_de_exercicio as integer) as ano,
        cast(mes_numerico as integer) as mes,

        -- numbers
        {{ brazilian_decimal("valor_inscrito_processado") }}
            as valor_inscrito_processado,
        {{ brazilian_decimal("valor_cancelado_processado") }}
            as valor_cancelado_processado,
        {{ brazilian_decimal("valor_restabelecido_processado") }}
            as valor_restabelecido_processado,
        {{ brazilian_decimal("valor_pago_processado") }} as valor_pago_processado,
        {{ brazilian_decimal("valor_pago_pendente_processado") }}
            as valor_pago_pendente_processado,
        {{ brazilian_decimal("valor_anulacao_pagamento_processado") }}
            as valor_anulacao_pagamento_processado,
        {{ brazilian_decimal("valor_desconto_processado") }}
            as valor_desconto_processado,
        {{ brazilian_decimal("valor_desconto_pendente_processado") }}
            as valor_desconto_pendente_processado,
        {{ brazilian_decimal("valor_retencao_processado") }}
            as valor_retencao_processado,
        {{ brazilian_decimal("valor_anulacao_retencao_processado") }}
            as valor_anulacao_retencao_processado,
        {{ brazilian_decimal("valor_retencao_nao_processado") }}
            as valor_retencao_nao_processado,
        {{ brazilian_decimal("valor_inscrito_nao_processado") }}
            as valor_inscrito_nao_processado,
        {{ brazilian_decimal("valor_cancelado_nao_processado") }}
            as valor_cancelado_nao_processado,
        {{ brazilian_decimal("valor_restabelecido_nao_processado") }}
            as valor_restabelecido_nao_processado,
        {{ brazilian_decimal("valor_pago_nao_processado") }}
            as valor_pago_nao_processado,
        {{ brazilian_decimal("valor_pago_pendente_nao_processado") }}
            as valor_pago_pendente_nao_processado,
        {{ brazilian_decimal("valor_anulacao_pagto_nao_processado") }}
            as valor_anulacao_pagto_nao_processado,
        {{ brazilian_decimal("valor_desconto_nao_processado") }}
            as valor_desconto_nao_processado,
        {{ brazilian_decimal("valor_desconto_pendente_nao_proc") }}
            as valor_desconto_pendente_nao_proc,
        {{ brazilian_decimal("valor_cancelado") }} as valor_cancelado,
        {{ brazilian_decimal("valor_restabelecido") }} as valor_restabelecido,
        {{ brazilian_decimal("valor_anulacao_pagamento") }} as valor_anulacao_pagamento,
        {{ brazilian_decimal("valor_desconto") }} as valor_desconto,
        {{ brazilian_decimal("valor_liquidado_bruto") }} as valor_liquidado_bruto,
        {{ brazilian_number("valor_em_liquidacao") }} as valor_em_liquidacao,
        {{ brazilian_decimal("valor_anulacao_saldo_liq_nao_proc") }}
            as valor_anulacao_saldo_liq_nao_proc,
        {{ brazilian_decimal("valor_liquidado_retido") }} as valor_liquidado_retido,
        {{ brazilian_decimal("valor_anulacao_retencao_nao_proc") }}
            as valor_anulacao_retencao_nao_proc,
        {{ brazilian_decimal("valor_liquidado_multa_contratual") }}
            as valor_liquidado_multa_contratual,
        {{ brazilian_decimal("valor_anulacao_multa_nao_processado") }}
            as valor_anulacao_multa_nao_processado,
        {{ brazilian_decimal("valor_apropriacao_despesa") }}
            as valor_apropriacao_despesa,
        {{ brazilian_decimal("valor_apropriacao_multa") }} as valor_apropriacao_multa,
        {{ brazilian_decimal("valor_apropriacao_retencao") }}
            as valor_apropriacao_retencao,
        {{ brazilian_decimal("saldo_restos_a_pagar_processado") }}
            as saldo_restos_a_pagar_processado,
        {{ brazilian_decimal("valor_anulacao_despesa") }} as valor_anulacao_despesa,
        {{ brazilian_decimal("saldo_restos_a_pagar_nao_processado") }}
            as saldo_restos_a_pagar_nao_processado,
        {{ brazilian_decimal("valor_despesa_liquidada") }} as valor_despesa_liquidada,
        {{ brazilian_decimal("valor_despesa_liquidada_a_pagar") }}
            as valor_despesa_liquidada_a_pagar,
        {{ brazilian_decimal("valor_pago_antecipado_exercicio") }}
            as valor_pago_antecipado_exercicio,
        {{ brazilian_decimal("valor_anulacao_pago_antecipado") }}
            as valor_anulacao_pago_antecipado,
        {{ brazilian_decimal("valor_pago_antecipado_exer_anterior") }}
            as valor_pago_antecipado_exer_anterior,
        {{ brazilian_decimal("valor_pago_antecipado_liquidado") }}
            as valor_pago_antecipado_liquidado,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
