{#- The commitments of a report of Tesouro Gerencial.
    `ano_lancamento` says in which column, or part of one, the report gives the year of posting. -#}
{% macro tesouro_empenho(bronze, ano_lancamento) -%}
with

ne as (

    select *
    from {{ bronze }}
    where _deleted_at is null

),

-- Equal lines are one fact: reports repeat what they page over.
numbered as (

    select
        *,
        row_number() over (
            partition by
                programa_governo,
                programa_governo_descricao,
                acao_governo,
                acao_governo_descricao,
                emissao_mes,
                emissao_dia,
                ne_ccor,
                ne_num_processo,
                ne_info_complementar,
                ne_ccor_descricao,
                doc_observacao,
                natureza_despesa,
                natureza_despesa_descricao,
                ne_ccor_favorecido,
                ne_ccor_favorecido_descricao,
                ne_ccor_ano_emissao,
                ptres,
                fonte_recursos_detalhada,
                fonte_recursos_detalhada_descricao,
                despesas_empenhadas,
                despesas_liquidadas,
                despesas_pagas,
                restos_a_pagar_inscritos,
                restos_a_pagar_pagos,
                {{ ano_lancamento }}
            order by _load_id, _row_hash
        ) as occurrence
    from ne

),

facts as (

    select * from numbered
    where occurrence = 1

),

renamed as (

    select
        -- ids
        ne_ccor as empenho_numero,
        nullif(trim(programa_governo), '') as programa_codigo,
        nullif(trim(acao_governo), '') as acao_codigo,
        nullif(trim(natureza_despesa), '') as natureza_despesa_codigo,
        nullif(trim(ne_ccor_favorecido), '') as favorecido_documento,
        nullif(trim(ptres), '') as ptres,
        nullif(trim(fonte_recursos_detalhada), '') as fonte_recursos_codigo,

        -- texts
        nullif(trim(programa_governo_descricao), '') as programa_nome,
        nullif(trim(acao_governo_descricao), '') as acao_nome,
        nullif(trim(ne_num_processo), '') as processo_numero,
        nullif(trim(ne_info_complementar), '') as informacao_complementar,
        nullif(trim(ne_ccor_descricao), '') as descricao,
        nullif(trim(doc_observacao), '') as observacao,
        nullif(trim(natureza_despesa_descricao), '') as natureza_despesa_nome,
        nullif(trim(ne_ccor_favorecido_descricao), '') as favorecido_nome,
        nullif(trim(fonte_recursos_detalhada_descricao), '') as fonte_recursos_nome,

        -- numbers
        cast(ne_ccor_ano_emissao as integer) as ano_emissao,
        cast({{ ano_lancamento }} as integer) as ano_lancamento,
        {{ accounting_number("despesas_empenhadas") }} as valor_empenhado,
        {{ accounting_number("despesas_liquidadas") }} as valor_liquidado,
        {{ accounting_number("despesas_pagas") }} as valor_pago,
        {{ accounting_number("restos_a_pagar_inscritos") }}
            as valor_restos_a_pagar_inscritos,
        {{ accounting_number("restos_a_pagar_pagos") }} as valor_restos_a_pagar_pagos,

        -- booleans
        left(emissao_dia, 4) = '000/' as is_restos_a_pagar,

        -- dates
        case
            when left(emissao_dia, 4) <> '000/'
                then {{ brazilian_date("emissao_dia") }}
        end as emissao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from facts

)

select * from renamed
{%- endmacro %}
