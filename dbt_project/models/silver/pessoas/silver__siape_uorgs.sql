{{ config(unique_key=["orgao_codigo", "uorg_codigo"]) }}

with

source as (

    select *
    from {{ source("siape_consulta", "uorgs") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cod_orgao as orgao_codigo,
        codigo as uorg_codigo,

        -- texts
        nullif(trim(nome), '') as uorg_nome,

        -- dates
        {{ siape_date("data_ultima_transacao") }} as ultima_transacao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
