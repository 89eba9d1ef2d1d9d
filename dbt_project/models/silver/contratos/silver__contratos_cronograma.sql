{{ config(unique_key=["contrato_id", "parcela_id"]) }}

with

source as (

    select *
    from {{ source("contratos", "cronograma") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(contrato_id as bigint) as contrato_id,
        cast(id as bigint) as parcela_id,

        -- texts
        nullif(trim(tipo), '') as tipo_instrumento,
        nullif(trim(numero), '') as numero_instrumento,
        nullif(trim(receita_despesa), '') as receita_despesa,
        nullif(trim(observacao), '') as observacao,

        -- numbers
        cast(mesref as integer) as mes_referencia,
        cast(anoref as integer) as ano_referencia,
        {{ brazilian_decimal("valor") }} as valor,

        -- booleans
        retroativo = 'Sim' as is_retroativa,

        -- dates
        {{ valid_date("vencimento") }} as vencimento_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
