with

programas as (

    select * from {{ ref("silver__transferencias_especiais_programas") }}

),

measured as (

    select
        -- ids
        programa_id,
        programa_codigo,

        -- texts
        modalidade,
        orgao_superior_sigla,
        orgao_superior_nome,
        documentos_origem,

        -- numbers
        ano,
        valor_necessidade_financeira,
        valor_disponibilizado,
        valor_impedido,
        valor_a_disponibilizar,
        valor_documentos_habeis,
        valor_ordens_bancarias,
        valor_disponibilidade_atual,
        {{ percentage("valor_ordens_bancarias", "valor_necessidade_financeira") }}
            as percentual_pago,
        {{ percentage("valor_impedido", "valor_necessidade_financeira") }}
            as percentual_impedido,

        -- dates
        data_inicio_ciencia,
        data_fim_ciencia
    from programas

)

select * from measured
