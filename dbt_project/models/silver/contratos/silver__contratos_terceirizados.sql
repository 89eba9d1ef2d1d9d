{{ config(unique_key=["contrato_id", "terceirizado_id"]) }}

with

source as (

    select *
    from {{ source("contratos", "terceirizados") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(contrato_id as bigint) as contrato_id,
        cast(id as bigint) as terceirizado_id,
        usuario as pessoa_pseudonimo,

        -- texts
        nullif(trim(funcao_id), '') as funcao,
        nullif(trim(descricao_complementar), '') as descricao,
        nullif(trim(unidade), '') as unidade,
        nullif(trim(escolaridade_id), '') as escolaridade,
        nullif(trim(situacao), '') as situacao,

        -- numbers
        cast(jornada as integer) as jornada_horas,
        {{ brazilian_decimal("custo") }} as valor_custo,
        {{ brazilian_decimal("aux_transporte") }} as valor_auxilio_transporte,
        {{ brazilian_decimal("vale_alimentacao") }} as valor_vale_alimentacao,

        -- dates
        {{ valid_date("data_inicio") }} as inicio_date,
        {{ valid_date("data_fim") }} as fim_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
