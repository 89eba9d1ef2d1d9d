{{ config(materialized="table") }}

with

source as (

    select * from {{ source("siconv_legado", "orgaos") }}

),

renamed as (

    select
        -- ids
        id as orgao_codigo,
        substring(orgao_superior from '/(-?[0-9]+)>$') as orgao_superior_codigo,
        nullif(cod_siasg, '') as siasg_codigo,

        -- texts
        nullif(trim(nome), '') as orgao_nome,

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
