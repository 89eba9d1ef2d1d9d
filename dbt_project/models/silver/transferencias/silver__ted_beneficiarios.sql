{{ config(materialized="table") }}

with

source as (

    select * from {{ source("transferegov_ted", "programa_beneficiario") }}

),

renamed as (

    select
        -- ids
        cast(id_programa as bigint) as programa_id,
        tx_codigo_siorg as orgao_siorg_codigo,

        -- texts
        nullif(trim(tx_nome_beneficiario), '') as beneficiario_nome,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
