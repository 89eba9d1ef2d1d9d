{{ config(unique_key=["executor_id", "tipo_area_codigo", "area_codigo"]) }}

with

source as (

    select *
    from {{ source("transferegov", "finalidade_especial") }}
    where {{ only_new_loads() }}

),

-- The source drops leading zeros; with them the codes are those of the budget.
renamed as (

    select
        -- ids
        cast(id_executor as bigint) as executor_id,
        to_char(cast(cd_area_politica_publica_tipo_pt as integer), 'FM9900')
            as tipo_area_codigo,
        to_char(cast(cd_area_politica_publica_pt as integer), 'FM9000') as area_codigo,

        -- texts
        trim(area_politica_publica_tipo_pt) as tipo_area_nome,
        trim(area_politica_publica_pt) as area_nome,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
