{{ config(unique_key="item_codigo") }}

with

source as (

    select *
    from {{ source("sap_b1", "items") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        item_code as item_codigo,
        items_group_code as grupo_codigo,

        -- texts
        item_name as item_nome,
        item_prices as precos,
        item_warehouse_info_collection as estoques,

        -- numbers
        cast(quantity_on_stock as numeric(18, 4)) as estoque_quantidade,

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
