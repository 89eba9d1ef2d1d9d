with

finalidades as (

    select * from {{ ref("silver__transferencias_especiais_finalidades") }}

),

executors as (

    select
        executor_id,
        count(*) as area_count
    from finalidades
    group by executor_id

),

totals as (

    select count(*) as quantidade_executores_total
    from executors

),

types as (

    select
        tipo_area_codigo,
        -- Should a code come with several names, the most used one.
        mode() within group (order by tipo_area_nome) as tipo_area_nome,
        count(distinct executor_id) as quantidade_executores_tipo
    from finalidades
    group by tipo_area_codigo

),

areas as (

    select
        finalidades.tipo_area_codigo,
        finalidades.area_codigo,
        mode() within group (order by finalidades.area_nome) as area_nome,
        count(*) as quantidade_executores,
        count(*) filter (where executors.area_count = 1)
            as quantidade_executores_exclusivos
    from finalidades
    inner join executors on finalidades.executor_id = executors.executor_id
    group by finalidades.tipo_area_codigo, finalidades.area_codigo

),

counted as (

    select
        -- ids
        areas.tipo_area_codigo,
        areas.area_codigo,

        -- texts
        types.tipo_area_nome,
        areas.area_nome,

        -- numbers
        areas.quantidade_executores,
        areas.quantidade_executores_exclusivos,
        types.quantidade_executores_tipo,
        totals.quantidade_executores_total,
        {{
            percentage(
                "areas.quantidade_executores", "totals.quantidade_executores_total"
            )
        }} as percentual_executores
    from areas
    inner join types on areas.tipo_area_codigo = types.tipo_area_codigo
    cross join totals

)

select * from counted
