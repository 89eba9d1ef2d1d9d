{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'pagamento_bancos'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{
    reissued_partitions(
        source("portal_despesas", "pagamento_bancos"), "dia", "YYYYMMDD"
    )
}},

renamed as (

    select
        -- ids
        codigo_pagamento as pagamento_codigo,
        nullif(codigo_lista, '') as lista_codigo,
        {{ known_value("codigo_banco") }} as banco_codigo,
        {{ known_value("agencia") }} as agencia_codigo,

        -- texts
        nullif(trim(nome_banco), '') as banco_nome,

        -- numbers
        {{ brazilian_decimal("valor_em_r") }} as valor,

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
