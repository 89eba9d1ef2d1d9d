{{ config(materialized="table") }}

with

source as (

    select * from {{ source("planilhas", "custos") }}

),

renamed as (

    select
        -- ids
        regexp_replace(cnpj, '[^0-9A-Z]', '', 'g') as fornecedor_cnpj,

        -- texts
        trim(canal) as canal,
        trim(fornecedor) as fornecedor_nome,
        nullif(trim(observacao), '') as observacao,
        arquivo,

        -- numbers
        {{ brazilian_number("valor_r") }} as valor,

        -- dates
        -- The month reads JAN/2026.
        make_date(
            cast(right(trim(competencia), 4) as integer),
            array_position(
                array[
                    'JAN', 'FEV', 'MAR', 'ABR', 'MAI', 'JUN',
                    'JUL', 'AGO', 'SET', 'OUT', 'NOV', 'DEZ'
                ],
                upper(left(trim(competencia), 3))
            ),
            1
        ) as mes,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
