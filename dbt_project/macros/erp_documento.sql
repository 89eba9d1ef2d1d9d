{#- A document of SAP Business One: orders and invoices share one shape. `name` heads its own columns. -#}
{% macro erp_documento(bronze, name) -%}
with

source as (

    select *
    from {{ bronze }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(doc_entry as bigint) as {{ name }}_id,
        card_code as parceiro_codigo,

        -- texts
        document_status as situacao,
        doc_currency as moeda,
        document_lines as linhas,

        -- numbers
        cast(doc_num as integer) as {{ name }}_numero,
        cast(sequence_serial as integer) as nota_fiscal_numero,
        cast(doc_total as numeric(18, 2)) as valor_total,
        cast(paid_to_date as numeric(18, 2)) as valor_pago,
        cast(doc_rate as numeric(18, 6)) as cambio,

        -- booleans
        cancelled = 'tYES' as is_cancelado,

        -- dates
        cast(doc_date as date) as documento_date,
        cast(doc_due_date as date) as vencimento_date,
        cast(tax_date as date) as fiscal_date,

        -- timestamps
        {{ brasilia_timestamp("update_date || ' ' || update_time") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
{%- endmacro %}
