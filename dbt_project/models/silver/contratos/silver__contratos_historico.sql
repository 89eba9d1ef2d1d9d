{{ config(unique_key=["contrato_id", "instrumento_id"]) }}

with

source as (

    select *
    from {{ source("contratos", "historico") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(contrato_id as bigint) as contrato_id,
        cast(id as bigint) as instrumento_id,
        ug as unidade_gestora_codigo,
        codigo_tipo as tipo_codigo,

        -- texts
        nullif(trim(tipo), '') as tipo_nome,
        nullif(trim(numero), '') as numero,
        nullif(trim(observacao), '') as observacao,
        nullif(trim(processo), '') as processo,
        nullif(trim(fornecedor ->> 'nome'), '') as fornecedor_nome,

        -- numbers
        {{ brazilian_decimal("valor_inicial") }} as valor_inicial,
        {{ brazilian_decimal("valor_global") }} as valor_global,
        {{ brazilian_decimal("valor_parcela") }} as valor_parcela,
        {{ brazilian_decimal("novo_valor_global") }} as valor_global_novo,
        cast(num_parcelas as integer) as parcelas,

        -- dates
        {{ valid_date("data_assinatura") }} as assinatura_date,
        {{ valid_date("data_publicacao") }} as publicacao_date,
        {{ valid_date("vigencia_inicio") }} as vigencia_inicio_date,
        {{ valid_date("vigencia_fim") }} as vigencia_fim_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
