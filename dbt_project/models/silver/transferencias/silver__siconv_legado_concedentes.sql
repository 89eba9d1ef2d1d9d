{{ config(materialized="table") }}

with

source as (

    select * from {{ source("siconv_legado", "concedentes") }}

),

renamed as (

    select
        -- ids
        id as concedente_codigo,
        nullif(orgao_superior, '') as orgao_superior_codigo,

        -- texts
        nullif(trim(nome), '') as concedente_nome,

        -- booleans
        id like '-%' as is_desconhecido,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
