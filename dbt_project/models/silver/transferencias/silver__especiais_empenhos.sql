{{ config(unique_key="empenho_id") }}

with

source as (

    select *
    from {{ source("transferegov_api", "empenhos_especiais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_empenho as bigint) as empenho_id,
        cast(id_plano_acao as bigint) as plano_acao_id,
        ug_emitente_empenho as emitente_unidade_gestora_codigo,
        ug_responsavel_empenho as responsavel_unidade_gestora_codigo,
        fonte_recurso_empenho as fonte_recurso_codigo,
        ptres_empenho as ptres_codigo,
        plano_interno_empenho as plano_interno_codigo,
        natureza_despesa_empenho as natureza_despesa_codigo,
        situacao_empenho as situacao_codigo,

        -- texts
        nullif(trim(numero_empenho), '') as numero,
        nullif(trim(descricao_situacao_empenho), '') as situacao,
        nullif(trim(descricao_tipo_documento_empenho), '') as tipo_documento,
        nullif(trim(categoria_despesa_empenho), '') as categoria_despesa,

        -- numbers
        cast(grupo_natureza_despesa_empenho as integer) as grupo_natureza_despesa,
        cast(valor_empenho as numeric(18, 2)) as valor,

        -- dates
        cast(data_emissao_empenho as date) as emissao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
