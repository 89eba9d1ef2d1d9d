{#- What a document of the Portal, a liquidation or a payment, takes from each commitment.
    `documento` and `valor` are how its columns name the document and the amount. -#}
{% macro despesas_documento_empenho(bronze, documento, valor) -%}
with

{{ reissued_partitions(bronze, "dia", "YYYYMMDD") }},

renamed as (

    select
        -- ids
        codigo_{{ documento }} as {{ documento }}_codigo,
        codigo_empenho as empenho_codigo,
        codigo_natureza_despesa_completa as natureza_despesa_codigo,

        -- texts
        nullif(trim(subitem), '') as subitem,

        -- numbers
        {{ brazilian_decimal(valor ~ "_r") }} as {{ valor }},
        {{ brazilian_decimal("valor_restos_a_pagar_inscritos_r") }}
            as valor_restos_inscritos,
        {{ brazilian_decimal("valor_restos_a_pagar_cancelado_r") }}
            as valor_restos_cancelados,
        {{ brazilian_decimal("valor_restos_a_pagar_pagos_r") }} as valor_restos_pagos,

        -- dates
        to_date(dia, 'YYYYMMDD') as dia,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
{%- endmacro %}
