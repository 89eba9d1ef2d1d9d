{{ config(unique_key=["pedido_id", "item_numero"]) }}

with

source as (

    select *
    from {{ source("loja", "itens_pedido") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        pedido_id,
        produto_id,
        vendedor_id,

        -- numbers
        cast(item as integer) as item_numero,
        cast(preco as numeric(18, 2)) as preco,
        cast(frete as numeric(18, 2)) as frete,

        -- timestamps
        {{ brasilia_timestamp("limite_envio_em") }} as limite_envio_at,
        {{ brasilia_timestamp("atualizado_em") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
