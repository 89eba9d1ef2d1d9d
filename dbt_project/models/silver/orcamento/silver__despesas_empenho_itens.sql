{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'empenho_itens'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

{{
    reissued_partitions(
        source("portal_despesas", "empenho_itens"), "dia", "YYYYMMDD"
    )
}},

renamed as (

    select
        -- ids
        codigo_empenho as empenho_codigo,
        nullif(codigo_categoria_de_despesa, '') as categoria_despesa_codigo,
        nullif(codigo_grupo_de_despesa, '') as grupo_despesa_codigo,
        nullif(codigo_modalidade_de_aplicacao, '') as modalidade_aplicacao_codigo,
        nullif(codigo_elemento_de_despesa, '') as elemento_despesa_codigo,
        {{ known_value("codigo_sub_elemento_de_despesa") }}
            as subelemento_despesa_codigo,

        -- texts
        nullif(trim(categoria_de_despesa), '') as categoria_despesa_nome,
        nullif(trim(grupo_de_despesa), '') as grupo_despesa_nome,
        nullif(trim(modalidade_de_aplicacao), '') as modalidade_aplicacao_nome,
        nullif(trim(elemento_de_despesa), '') as elemento_despesa_nome,
        nullif(trim(sub_elemento_de_despesa), '') as subelemento_despesa_nome,
        nullif(trim(descricao), '') as descricao,

        -- numbers
        cast(nullif(sequencial, '') as integer) as sequencial,
        {{ brazilian_number("quantidade", "numeric(18, 5)") }} as quantidade,
        {{ brazilian_number("valor_unitario", "numeric(18, 5)") }} as preco_unitario,
        {{ brazilian_number("valor_total") }} as valor_total,
        {{ brazilian_number("valor_atual") }} as valor_atual,

        -- dates
        to_date(dia, 'YYYYMMDD') as dia,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
