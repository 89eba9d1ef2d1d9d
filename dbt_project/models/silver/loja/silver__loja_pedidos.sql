{{ config(unique_key="pedido_id") }}

with

source as (

    select *
    from {{ source("loja", "pedidos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        pedido_id,
        cliente_id,

        -- texts
        situacao,

        -- timestamps
        {{ brasilia_timestamp("comprado_em") }} as comprado_at,
        {{ brasilia_timestamp("aprovado_em") }} as aprovado_at,
        {{ brasilia_timestamp("postado_em") }} as postado_at,
        {{ brasilia_timestamp("entregue_em") }} as entregue_at,
        {{ brasilia_timestamp("entrega_prevista_em") }} as entrega_prevista_at,
        {{ brasilia_timestamp("atualizado_em") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
