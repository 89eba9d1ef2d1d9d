{{ config(unique_key="proposta_id") }}

with

source as (

    select *
    from {{ source("siconv", "propostas") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_proposta as bigint) as proposta_id,
        nullif(cod_munic_ibge, '') as municipio_codigo_ibge,
        nullif(cod_orgao_sup, '') as orgao_superior_codigo,
        nullif(cod_orgao, '') as orgao_codigo,
        nullif(identif_proponente, '') as proponente_identificacao,

        -- texts
        nr_proposta as proposta_numero,
        nullif(trim(uf_proponente), '') as uf_sigla,
        nullif(trim(munic_proponente), '') as municipio_nome,
        nullif(trim(nm_proponente), '') as proponente_nome,
        nullif(trim(natureza_juridica), '') as natureza_juridica,
        nullif(trim(desc_orgao_sup), '') as orgao_superior_nome,
        nullif(trim(desc_orgao), '') as orgao_nome,
        nullif(trim(modalidade), '') as modalidade,
        nullif(trim(sit_proposta), '') as situacao,
        nullif(trim(situacao_conta), '') as situacao_conta,
        nullif(trim(situacao_projeto_basico), '') as situacao_projeto_basico,
        nullif(trim(objeto_proposta), '') as objeto,
        nullif(trim(item_investimento), '') as item_investimento,

        -- numbers
        cast(nullif(ano_prop, '') as integer) as ano,
        {{ brazilian_number("vl_global_prop") }} as valor_global,
        {{ brazilian_number("vl_repasse_prop") }} as valor_repasse,
        {{ brazilian_number("vl_contrapartida_prop") }} as valor_contrapartida,

        -- booleans
        nullif(enviada_mandataria, '') = 'Sim' as is_enviada_mandataria,

        -- dates
        {{ brazilian_date("dia_proposta") }} as proposta_date,
        {{ brazilian_date("dia_inic_vigencia_proposta") }} as inicio_vigencia_date,
        {{ brazilian_date("dia_fim_vigencia_proposta") }} as fim_vigencia_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
