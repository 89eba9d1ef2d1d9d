{{ config(unique_key="beneficiario_id") }}

with

source as (

    select *
    from {{ source("transferegov_api", "beneficiarios_especiais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_beneficiario as bigint) as beneficiario_id,
        cast(id_ente as bigint) as ente_id,
        cnpj_beneficiario as beneficiario_cnpj,

        -- texts
        nullif(trim(nome_beneficiario), '') as beneficiario_nome,
        -- The API tells no IBGE code: a município is known by its name and UF.
        nullif(
            trim(
                substring(
                    nome_beneficiario
                    from '(?i)^\s*munic[ií]pio d[eao]s? (.+)$'
                )
            ),
            ''
        ) as municipio_nome,
        uf_beneficiario as uf,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
