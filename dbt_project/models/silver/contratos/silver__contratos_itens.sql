{{ config(unique_key=["contrato_id", "item_id"]) }}

with

source as (

    select *
    from {{ source("contratos", "itens") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(contrato_id as bigint) as contrato_id,
        cast(id as bigint) as item_id,

        -- texts
        nullif(trim(tipo_id), '') as tipo,
        nullif(trim(grupo_id), '') as grupo,
        nullif(trim(catmatseritem_id), '') as catalogo_item,
        nullif(trim(descricao_complementar), '') as descricao,
        nullif(trim(numero_item_compra), '') as numero_item_compra,

        -- numbers
        cast(quantidade as numeric) as quantidade,
        {{ brazilian_decimal("valorunitario") }} as valor_unitario,
        {{ brazilian_decimal("valortotal") }} as valor_total,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
