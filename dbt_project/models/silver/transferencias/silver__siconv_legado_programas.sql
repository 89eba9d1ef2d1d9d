{{ config(materialized="table") }}

with

source as (

    select * from {{ source("siconv_legado", "programas") }}

),

renamed as (

    select
        -- ids
        cod_programa_siconv as programa_codigo,
        nullif(orgao_superior, '') as orgao_superior_codigo,
        nullif(orgao_vinculado, '') as orgao_vinculado_codigo,
        nullif(orgao_executor, '') as orgao_executor_codigo,
        nullif(orgao_mandatario, '') as orgao_mandatario_codigo,

        -- texts
        nullif(trim(nome), '') as programa_nome,

        -- booleans
        nullif(obriga_plano_trabalho, '') = 'True' as is_plano_trabalho_obrigatorio,

        -- dates
        cast(nullif(data_disponibilizacao, '') as date) as disponibilizacao_date,
        cast(nullif(data_inicio_recebimento_propostas, '') as date)
            as inicio_propostas_date,
        cast(nullif(data_fim_recebimento_propostas, '') as date) as fim_propostas_date,
        cast(nullif(data_inicio_emenda_parlamentar, '') as date) as inicio_emendas_date,
        cast(nullif(data_fim_emenda_parlamentar, '') as date) as fim_emendas_date,
        cast(nullif(data_inicio_beneficiario_especifico, '') as date)
            as inicio_especificos_date,
        cast(nullif(data_fim_beneficiario_especifico, '') as date)
            as fim_especificos_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
