{{ config(unique_key="programa_id") }}

with

source as (

    select *
    from {{ source("transferegov", "programa_especial") }}
    where {{ only_new_loads() }}

),

-- A cast to numeric reads 3e+05, as the source may write three hundred thousand.
renamed as (

    select
        -- ids
        cast(id_programa as bigint) as programa_id,
        codigo_programa as programa_codigo,
        id_orgao_superior_programa as orgao_superior_codigo,
        id_unidade_orcamentaria_responsavel_programa as unidade_orcamentaria_codigo,

        -- texts
        modalidade_programa as modalidade,
        sigla_orgao_superior_programa as orgao_superior_sigla,
        nome_orgao_superior_programa as orgao_superior_nome,
        documentos_origem_programa as documentos_origem,

        -- numbers
        cast(ano_programa as integer) as ano,
        cast(valor_necessidade_financeira_programa as numeric(18, 2))
            as valor_necessidade_financeira,
        cast(valor_total_disponibilizado_programa as numeric(18, 2))
            as valor_disponibilizado,
        cast(valor_impedido_programa as numeric(18, 2)) as valor_impedido,
        cast(valor_a_disponibilizar_programa as numeric(18, 2))
            as valor_a_disponibilizar,
        cast(valor_documentos_habeis_gerados_programa as numeric(18, 2))
            as valor_documentos_habeis,
        cast(valor_obs_geradas_programa as numeric(18, 2)) as valor_ordens_bancarias,
        cast(valor_disponibilidade_atual_programa as numeric(18, 2))
            as valor_disponibilidade_atual,

        -- dates
        cast(data_inicio_ciencia_programa as date) as data_inicio_ciencia,
        cast(data_fim_ciencia_programa as date) as data_fim_ciencia,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
