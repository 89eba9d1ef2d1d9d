{{ config(unique_key="meta_id") }}

with

source as (

    select *
    from {{ source("transferegov_api", "meta_especiais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_meta as bigint) as meta_id,
        cast(id_executor as bigint) as executor_id,

        -- texts
        nullif(trim(nome_meta), '') as nome,
        nullif(trim(desc_meta), '') as descricao,
        nullif(trim(un_medida_meta), '') as unidade_medida,

        -- numbers
        cast(sequencial_meta as integer) as sequencial,
        cast(qt_unidade_meta as bigint) as quantidade,
        cast(qt_meses_meta as integer) as meses,
        cast(vl_custeio_emenda_especial_meta as numeric(18, 2)) as valor_custeio_emenda,
        cast(vl_investimento_emenda_especial_meta as numeric(18, 2))
            as valor_investimento_emenda,
        cast(vl_custeio_recursos_proprios_meta as numeric(18, 2))
            as valor_custeio_proprio,
        cast(vl_investimento_recursos_proprios_meta as numeric(18, 2))
            as valor_investimento_proprio,
        cast(vl_custeio_rendimento_meta as numeric(18, 2)) as valor_custeio_rendimento,
        cast(vl_investimento_rendimento_meta as numeric(18, 2))
            as valor_investimento_rendimento,
        cast(vl_custeio_doacao_meta as numeric(18, 2)) as valor_custeio_doacao,
        cast(vl_investimento_doacao_meta as numeric(18, 2))
            as valor_investimento_doacao,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
