{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'pagamento_faturas'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{
    reissued_partitions(
        source("portal_despesas", "pagamento_faturas"), "dia", "YYYYMMDD"
    )
}},

renamed as (

    select
        -- ids
        codigo_pagamento as pagamento_codigo,
        nullif(codigo_lista, '') as lista_codigo,
        {{ known_value("codigo_sequencia") }} as sequencia_codigo,

        -- numbers
        {{ brazilian_decimal("valor_lancamento_em_r") }} as valor_lancamento,
        {{ brazilian_decimal("valor_desconto_em_r") }} as valor_desconto,
        {{ brazilian_decimal("valor_juros_em_r") }} as valor_juros,
        {{ brazilian_decimal("valor_deducao_em_r") }} as valor_deducao,
        {{ brazilian_decimal("valor_acrescimo_em_r") }} as valor_acrescimo,

        -- dates
        to_date(dia, 'YYYYMMDD') as dia,
        {{ brazilian_date("data_emissao") }} as emissao_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
