{{ config(materialized="table") }}

with

source as (

    select * from {{ source("planilhas", "carteira") }}

),

renamed as (

    select
        -- ids
        regexp_replace(cnpj, '[^0-9A-Z]', '', 'g') as cliente_cnpj,
        executivo_de_contas as executivo_pseudonimo,

        -- texts
        trim(cliente) as cliente_nome,
        trim(segmento) as segmento,
        trim(uf) as uf_sigla,

        -- numbers
        cast(valor_mensal_r as numeric(18, 2)) as valor_mensal,

        -- dates
        cast(cliente_desde as date) as cliente_desde_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
