{{ config(unique_key=["contrato_id", "fatura_id"]) }}

with

source as (

    select *
    from {{ source("contratos", "faturas") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(contrato_id as bigint) as contrato_id,
        cast(id as bigint) as fatura_id,

        -- texts
        nullif(trim(numero), '') as numero,
        nullif(trim(tipolistafatura_id), '') as tipo_lista,
        nullif(trim(processo), '') as processo,
        nullif(trim(situacao), '') as situacao,
        nullif(trim(chave_nfe), '') as chave_nfe,

        -- numbers
        cast(mesref as integer) as mes_referencia,
        cast(anoref as integer) as ano_referencia,
        {{ brazilian_decimal("valor") }} as valor,
        {{ brazilian_decimal("juros") }} as valor_juros,
        {{ brazilian_decimal("multa") }} as valor_multa,
        {{ brazilian_decimal("glosa") }} as valor_glosa,
        {{ brazilian_decimal("valorliquido") }} as valor_liquido,

        -- booleans
        repactuacao = 'Sim' as is_repactuacao,

        -- nested
        dados_empenho as empenhos,

        -- dates
        {{ valid_date("emissao") }} as emissao_date,
        {{ valid_date("prazo") }} as prazo_date,
        {{ valid_date("vencimento") }} as vencimento_date,
        {{ valid_date("protocolo") }} as protocolo_date,
        {{ valid_date("ateste") }} as ateste_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
