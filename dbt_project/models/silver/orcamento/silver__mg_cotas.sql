{{ config(unique_key=["ano", "mes"]) }}

with

source as (

    select *
    from {{ source("siafi_mg", "execucao_cota") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(ano_de_exercicio as integer) as ano,
        cast(mes_numerico as integer) as mes,

        -- numbers
        {{ brazilian_decimal("valor_cota_aprovada_liquida") }} as valor_cota_aprovada,

        -- dates
        make_date(cast(ano_de_exercicio as integer), cast(mes_numerico as integer), 1)
            as mes_inicio,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
