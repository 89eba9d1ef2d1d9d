{{ config(indexes=[{"columns": ["plano_acao_id"]}]) }}

with

relatorios as (

    select * from {{ ref("silver__transferencias_especiais_relatorios") }}

),

measured as (

    select
        -- ids
        relatorio_id,
        plano_acao_id,

        -- texts
        tipo,
        situacao,
        case situacao
            when 'DISPONIBILIZADO' then 'Disponibilizado'
            when 'EM_ELABORACAO' then 'Em elaboração'
            else initcap(replace(situacao, '_', ' '))
        end as situacao_nome,

        -- numbers
        valor_executado,
        valor_pendente,
        cast(valor_executado + valor_pendente as numeric(18, 2)) as valor_total,
        {{ percentage("valor_executado", "(valor_executado + valor_pendente)") }}
            as percentual_executado,

        -- dates
        {{ brasilia_date("registrado_at") }} as data_registro,
        cast(
            date_trunc('month', {{ brasilia_date("registrado_at") }}) as date
        ) as mes_registro,

        -- timestamps
        registrado_at
    from relatorios

)

select * from measured
