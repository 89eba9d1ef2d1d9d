{{ config(unique_key="relatorio_id") }}

with

source as (

    select *
    from {{ source("transferegov", "relatorio_gestao_novo_especial") }}
    where {{ only_new_loads() }}

),

-- A cast to numeric reads 3e+05, as the source may write three hundred thousand.
renamed as (

    select
        -- ids
        cast(id_relatorio_gestao_novo as bigint) as relatorio_id,
        cast(id_plano_acao as bigint) as plano_acao_id,

        -- texts
        tipo_relatorio_gestao_novo as tipo,
        situacao_relatorio_gestao_novo as situacao,

        -- numbers
        cast(valor_executado_relatorio_gestao_novo as numeric(18, 2))
            as valor_executado,
        cast(valor_pendente_relatorio_gestao_novo as numeric(18, 2)) as valor_pendente,

        -- timestamps
        {{ brasilia_timestamp("data_e_hora_relatorio_gestao_novo") }} as registrado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
