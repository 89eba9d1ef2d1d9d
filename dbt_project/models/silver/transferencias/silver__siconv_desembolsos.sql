{{ config(unique_key="desembolso_id") }}

with

source as (

    select *
    from {{ source("siconv", "desembolsos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_desembolso as bigint) as desembolso_id,
        cast(nr_convenio as bigint) as convenio_numero,

        -- texts
        nullif(trim(nr_siafi), '') as documento_siafi,

        -- numbers
        cast(nullif(ano_desembolso, '') as integer) as ano,
        cast(nullif(mes_desembolso, '') as integer) as mes,
        cast(nullif(qtd_dias_sem_desembolso, '') as integer) as dias_sem_desembolso,
        {{ brazilian_number("vl_desembolsado") }} as valor,

        -- dates
        {{ brazilian_date("data_desembolso") }} as desembolso_date,
        {{ brazilian_date("dt_ult_desembolso") }} as ultimo_desembolso_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
