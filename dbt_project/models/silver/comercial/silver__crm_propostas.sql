{{ config(unique_key="proposta_id") }}

with

source as (

    select *
    from {{ source("ploomes", "quotes") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as proposta_id,
        cast(deal_id as bigint) as negocio_id,
        cast(contact_id as bigint) as contato_id,
        approval_status_id as aprovacao_codigo,

        -- texts
        products as produtos,

        -- numbers
        cast(quote_number as integer) as proposta_numero,
        cast(amount as numeric(18, 2)) as valor,

        -- timestamps
        cast(create_date as timestamptz) as criado_at,
        cast(last_update_date as timestamptz) as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
