with

execucao as (

    select * from {{ ref("gold__execucao_orcamentaria") }}

),

ipca as (

    select * from {{ ref("silver__ipca") }}

),

summed as (

    select
        exercicio,
        orgao_superior_codigo,
        min(orgao_superior_nome) as orgao_superior_nome,
        sum(valor_orcamento_inicial) as valor_orcamento_inicial,
        sum(valor_orcamento_atualizado) as valor_orcamento_atualizado,
        sum(valor_empenhado) as valor_empenhado,
        sum(valor_realizado) as valor_realizado
    from execucao
    group by exercicio, orgao_superior_codigo

),

base as (

    select
        mes,
        indice
    from ipca
    order by mes desc
    limit 1

),

-- An average of fewer than twelve months would flatter or punish the year.
deflators as (

    select
        ipca.ano,
        count(ipca.indice) as ipca_meses,
        case
            when count(ipca.indice) = 12 then min(base.indice) / avg(ipca.indice)
        end as deflator
    from ipca
    cross join base
    group by ipca.ano

),

deflated as (

    select
        -- ids
        summed.exercicio,
        summed.orgao_superior_codigo,

        -- texts
        summed.orgao_superior_nome,

        -- numbers
        cast(summed.valor_orcamento_inicial as numeric(18, 2))
            as valor_orcamento_inicial,
        cast(summed.valor_orcamento_atualizado as numeric(18, 2))
            as valor_orcamento_atualizado,
        cast(summed.valor_empenhado as numeric(18, 2)) as valor_empenhado,
        cast(summed.valor_realizado as numeric(18, 2)) as valor_realizado,
        {{ percentage("summed.valor_empenhado", "summed.valor_orcamento_atualizado") }}
            as percentual_empenhado,
        {{ percentage("summed.valor_realizado", "summed.valor_orcamento_atualizado") }}
            as percentual_realizado,
        cast(
            summed.valor_orcamento_inicial * deflators.deflator as numeric(18, 2)
        ) as valor_orcamento_inicial_real,
        cast(
            summed.valor_orcamento_atualizado * deflators.deflator as numeric(18, 2)
        ) as valor_orcamento_atualizado_real,
        cast(summed.valor_empenhado * deflators.deflator as numeric(18, 2))
            as valor_empenhado_real,
        cast(summed.valor_realizado * deflators.deflator as numeric(18, 2))
            as valor_realizado_real,
        cast(coalesce(deflators.ipca_meses, 0) as integer) as ipca_meses,

        -- dates
        base.mes as ipca_base
    from summed
    left join deflators on summed.exercicio = deflators.ano
    left join base on true

)

select * from deflated
