{{ config(materialized="table") }}

with

source as (

    select * from {{ source("siape_ufob", "funcoes") }}

),

renamed as (

    select
        -- ids
        cast(id_servidor_portal as bigint) as servidor_id,
        {{ known_value("codigo_atividade") }} as atividade_codigo,

        -- texts
        nullif(trim(nome), '') as nome,
        {{ known_value("sigla_funcao") }} as funcao_sigla,
        {{ known_value("nivel_funcao") }} as funcao_nivel,
        {{ known_value("funcao") }} as funcao_nome,
        {{ known_value("atividade") }} as atividade_nome,
        nullif(trim(opcao_parcial), '') as opcao_parcial,

        -- dates
        to_date(concat(ano, mes), 'YYYYMM') as mes,
        {{ brazilian_date("data_ingresso_cargofuncao") }} as ingresso_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
