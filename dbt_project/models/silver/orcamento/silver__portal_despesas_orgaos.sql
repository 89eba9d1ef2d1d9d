{{ config(materialized="table") }}

with

source as (

    select * from {{ source("portal_api", "despesas_por_orgao") }}

),

renamed as (

    select
        -- ids
        codigo_orgao as orgao_codigo,
        codigo_orgao_superior as orgao_superior_codigo,

        -- texts
        nullif(trim(orgao), '') as orgao_nome,
        nullif(trim(orgao_superior), '') as orgao_superior_nome,

        -- numbers
        cast(nullif(ano, '') as integer) as ano,
        {{ brazilian_decimal("empenhado") }} as valor_empenhado,
        {{ brazilian_decimal("liquidado") }} as valor_liquidado,
        {{ brazilian_decimal("pago") }} as valor_pago,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
