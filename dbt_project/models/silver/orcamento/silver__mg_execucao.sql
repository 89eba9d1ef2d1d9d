{{ config(unique_key=["ano", "mes"]) }}

with

source as (

    select *
    from {{ source("siafi_mg", "execucao") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(ano_de_exercicio as integer) as ano,
        cast(mes_numerico as integer) as mes,

        -- numbers
        {{ brazilian_decimal("valor_despesa_empenhada") }} as valor_empenhado,
        {{ brazilian_decimal("valor_despesa_liquidada") }} as valor_liquidado,
        {{ brazilian_decimal("valor_liquidado_retido") }} as valor_liquidado_retido,
        {{ brazilian_decimal("valor_pago_orcamentario") }} as valor_pago_orcamentario,
        {{ brazilian_decimal("valor_pago_financeiro") }} as valor_pago_financeiro,

        -- booleans
        (
            {{ brazilian_decimal("valor_pago_orcamentario") }}
            > 3 * {{ brazilian_decimal("valor_pago_financeiro") }}
        ) as is_pago_discrepante,

        -- dates
        make_date(cast(ano_de_exercicio as integer), cast(mes_numerico as integer), 1)
            as mes_inicio,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
