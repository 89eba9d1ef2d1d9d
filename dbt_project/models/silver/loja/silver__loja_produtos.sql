{{ config(unique_key="produto_id") }}

with

source as (

    select *
    from {{ source("loja", "produtos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        produto_id,

        -- texts
        categoria,

        -- numbers
        cast(cast(fotos as numeric) as integer) as fotos_quantidade,
        cast(peso_g as numeric(18, 2)) as peso_gramas,
        cast(comprimento_cm as numeric(18, 2)) as comprimento_cm,
        cast(altura_cm as numeric(18, 2)) as altura_cm,
        cast(largura_cm as numeric(18, 2)) as largura_cm,
        cast(preco as numeric(18, 2)) as preco,

        -- timestamps
        {{ brasilia_timestamp("atualizado_em") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
