{{ config(unique_key="cliente_id") }}

with

source as (

    select *
    from {{ source("loja", "clientes") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cliente_id,
        cliente_unico_id as pessoa_id,

        -- texts
        nome as nome_pseudonimo,
        email as email_pseudonimo,
        cpf as cpf_pseudonimo,
        lpad(cep_prefixo, 5, '0') as cep_prefixo,
        upper(trim(cidade)) as cidade,
        uf as uf_sigla,

        -- timestamps
        {{ brasilia_timestamp("criado_em") }} as criado_at,
        {{ brasilia_timestamp("atualizado_em") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
