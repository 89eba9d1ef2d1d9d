{{ config(unique_key="contato_id") }}

with

source as (

    select *
    from {{ source("ploomes", "contacts") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as contato_id,
        cast(company_id as bigint) as empresa_id,
        cast(owner_id as bigint) as usuario_id,
        type_id as tipo_codigo,
        status_id as situacao_codigo,

        -- texts
        name as nome_pseudonimo,
        legal_name as razao_social,
        register as documento,
        email as email_pseudonimo,
        other_properties as campos_proprios,

        -- timestamps
        cast(create_date as timestamptz) as criado_at,
        cast(last_update_date as timestamptz) as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
