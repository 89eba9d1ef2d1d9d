{{ config(unique_key="programa_id") }}

with

source as (

    select *
    from {{ source("transferegov_ted", "programa") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_programa as bigint) as programa_id,
        tx_codigo_programa as programa_codigo,

        -- texts
        nullif(trim(tx_situacao_programa), '') as situacao,
        nullif(trim(tx_nome_programa), '') as programa_nome,
        nullif(trim(sigla_unidade_descentralizadora), '')
            as unidade_descentralizadora_sigla,
        nullif(trim(unidade_descentralizadora), '') as unidade_descentralizadora_nome,
        nullif(trim(sigla_unidade_responsavel_acompanhamento), '')
            as unidade_acompanhamento_sigla,
        nullif(trim(unidade_responsavel_acompanhamento), '')
            as unidade_acompanhamento_nome,
        nullif(trim(tx_objetivo_programa), '') as objetivo,
        nullif(trim(tx_descricao_programa), '') as descricao,

        -- numbers
        cast(aa_ano_programa as integer) as ano,

        -- booleans
        cast(in_grupo_investimento_obra as boolean) as is_investimento_obra,
        cast(in_grupo_investimento_servico as boolean) as is_investimento_servico,
        cast(in_grupo_investimento_equipamento as boolean)
            as is_investimento_equipamento,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
