{{ config(unique_key=["convenio_numero", "termo_aditivo_numero"]) }}

with

source as (

    select *
    from {{ source("siconv", "termos_aditivos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(nr_convenio as bigint) as convenio_numero,
        numero_ta as termo_aditivo_numero,

        -- texts
        nullif(trim(tipo_ta), '') as tipo,
        nullif(trim(justificativa_ta), '') as justificativa,

        -- numbers
        {{ brazilian_number("vl_global_ta") }} as valor_global,
        {{ brazilian_number("vl_repasse_ta") }} as valor_repasse,
        {{ brazilian_number("vl_contrapartida_ta") }} as valor_contrapartida,

        -- dates
        {{ brazilian_date("dt_assinatura_ta") }} as assinatura_date,
        {{ brazilian_date("dt_inicio_ta") }} as inicio_date,
        {{ brazilian_date("dt_fim_ta") }} as fim_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
