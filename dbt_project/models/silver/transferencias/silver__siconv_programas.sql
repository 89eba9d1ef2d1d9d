{{
    config(
        unique_key=[
            "programa_id",
            "natureza_juridica",
            "uf_sigla",
            "modalidade",
            "acao_orcamentaria_codigo",
        ]
    )
}}

with

source as (

    select *
    from {{ source("siconv", "programas") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_programa as bigint) as programa_id,
        cod_orgao_sup_programa as orgao_superior_codigo,
        nullif(cod_programa, '') as programa_codigo,
        acao_orcamentaria as acao_orcamentaria_codigo,

        -- texts
        natureza_juridica_programa as natureza_juridica,
        uf_programa as uf_sigla,
        modalidade_programa as modalidade,
        nullif(trim(nome_programa), '') as programa_nome,
        nullif(trim(desc_orgao_sup_programa), '') as orgao_superior_nome,
        nullif(trim(sit_programa), '') as situacao,

        -- numbers
        cast(nullif(ano_disponibilizacao, '') as integer) as ano_disponibilizacao,

        -- dates
        {{ brazilian_date("data_disponibilizacao") }} as disponibilizacao_date,
        {{ brazilian_date("dt_prog_ini_receb_prop") }} as inicio_propostas_date,
        {{ brazilian_date("dt_prog_fim_receb_prop") }} as fim_propostas_date,
        {{ brazilian_date("dt_prog_ini_emenda_par") }} as inicio_emendas_date,
        {{ brazilian_date("dt_prog_fim_emenda_par") }} as fim_emendas_date,
        {{ brazilian_date("dt_prog_ini_benef_esp") }} as inicio_especificos_date,
        {{ brazilian_date("dt_prog_fim_benef_esp") }} as fim_especificos_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
