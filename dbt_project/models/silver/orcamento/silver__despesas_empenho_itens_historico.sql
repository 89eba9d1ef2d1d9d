{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'empenho_itens_historico'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{
    reissued_partitions(
        source("portal_despesas", "empenho_itens_historico"), "dia", "YYYYMMDD"
    )
}},

renamed as (

    select
        -- ids
        codigo_empenho as empenho_codigo,

        -- texts
        nullif(trim(tipo_operacao), '') as operacao_tipo,

        -- numbers
        cast(nullif(sequencial, '') as integer) as sequencial,
        {{ brazilian_number("quantidade_item", "numeric(18, 5)") }} as quantidade,
        {{ brazilian_number("valor_unitario_item", "numeric(18, 5)") }}
            as preco_unitario,
        {{ brazilian_number("valor_total_item") }} as valor_total,

        -- dates
        to_date(dia, 'YYYYMMDD') as dia,
        {{ brazilian_date("data_operacao") }} as operacao_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
