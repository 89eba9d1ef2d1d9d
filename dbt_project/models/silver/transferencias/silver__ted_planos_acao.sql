{{ config(unique_key="plano_acao_id") }}

with

source as (

    select *
    from {{ source("transferegov_ted", "plano_acao") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_plano_acao as bigint) as plano_acao_id,
        cast(id_programa as bigint) as programa_id,

        -- texts
        nullif(trim(sigla_unidade_descentralizada), '')
            as unidade_descentralizada_sigla,
        nullif(trim(unidade_descentralizada), '') as unidade_descentralizada_nome,
        nullif(trim(sigla_unidade_responsavel_execucao), '') as unidade_execucao_sigla,
        nullif(trim(unidade_responsavel_execucao), '') as unidade_execucao_nome,
        nullif(trim(tx_objeto_plano_acao), '') as objeto,
        nullif(trim(tx_justificativa_plano_acao), '') as justificativa,
        nullif(trim(tx_situacao_plano_acao), '') as situacao,

        -- numbers
        cast(aa_ano_plano_acao as integer) as ano,
        cast(sq_instrumento as integer) as instrumento_numero,
        cast(aa_instrumento as integer) as instrumento_ano,
        cast(vl_total_plano_acao as numeric(18, 2)) as valor_total,
        cast(vl_beneficiario_especifico as numeric(18, 2))
            as valor_beneficiario_especifico,
        cast(vl_chamamento_publico as numeric(18, 2)) as valor_chamamento_publico,

        -- booleans
        cast(in_forma_execucao_direta as boolean) as is_execucao_direta,
        cast(in_forma_execucao_particulares as boolean) as is_execucao_particulares,
        cast(in_forma_execucao_descentralizada as boolean)
            as is_execucao_descentralizada,

        -- dates
        cast(dt_inicio_vigencia as date) as vigencia_inicio_date,
        cast(dt_fim_vigencia as date) as vigencia_fim_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
