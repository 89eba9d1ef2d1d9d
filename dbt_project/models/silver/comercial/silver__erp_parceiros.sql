{{ config(unique_key="parceiro_codigo") }}

with

source as (

    select *
    from {{ source("sap_b1", "business_partners") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        card_code as parceiro_codigo,

        -- texts
        card_name as nome_pseudonimo,
        card_type as parceiro_tipo,
        federal_tax_id as documento,
        currency as moeda,
        u_segmento as segmento,
        bp_addresses as enderecos,
        bp_fiscal_tax_id_collection as documentos_fiscais,

        -- numbers
        cast(current_account_balance as numeric(18, 2)) as saldo,

        -- booleans
        valid = 'tYES' as is_ativo,

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
