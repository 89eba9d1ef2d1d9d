{{ config(materialized="table") }}

with

source as (

    select * from {{ source("siorg", "cargos") }}

),

renamed as (

    select
        -- ids
        substring(codigo_tipo from '[^/]+$') as tipo_cargo_codigo,

        -- texts
        nullif(trim(nome), '') as tipo_cargo_nome,
        nullif(trim(sigla), '') as tipo_cargo_sigla,
        nullif(trim(ato_normativo ->> 'tipo'), '') as ato_normativo_tipo,
        nullif(trim(ato_normativo ->> 'numero'), '') as ato_normativo_numero,

        -- numbers
        cast(jsonb_array_length(cargos_funcoes) as integer) as cargos,

        -- nested
        cargos_funcoes,
        denominacoes,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
