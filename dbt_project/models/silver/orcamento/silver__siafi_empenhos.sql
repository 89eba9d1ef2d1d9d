{{ config(unique_key="empenho_numero") }}

with

source as (

    select *
    from {{ source("siafi", "empenhos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        ug_emitente || gestao_emitente || ano_empenho || 'NE' || num_empenho
            as empenho_numero,
        ug_emitente as unidade_gestora_codigo,
        gestao_emitente as gestao_codigo,
        nullif(trim(cod_favorecido), '') as favorecido_documento,
        nullif(celula_orcamentaria ->> 'codPTRES', '') as ptres,
        nullif(celula_orcamentaria ->> 'codFonteRec', '') as fonte_recursos_codigo,
        nullif(celula_orcamentaria ->> 'codNatDesp', '') as natureza_despesa_codigo,
        nullif(celula_orcamentaria ->> 'codPlanoInterno', '') as plano_interno_codigo,

        -- texts
        num_empenho as numero,
        nullif(trim(tipo_empenho), '') as tipo,
        nullif(trim(txt_processo), '') as processo_numero,
        nullif(trim(cod_amparo_legal), '') as amparo_legal_codigo,
        nullif(trim(txt_descricao), '') as descricao,
        nullif(trim(txt_local_entrega), '') as local_entrega,
        item_empenho as itens,

        -- numbers
        cast(ano_empenho as integer) as ano,
        cast(vlr_empenho as numeric(18, 2)) as valor_empenhado,

        -- dates
        cast(left(dt_emis, 10) as date) as emissao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
