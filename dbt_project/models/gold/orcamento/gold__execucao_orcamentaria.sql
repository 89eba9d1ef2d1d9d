{{
    config(
        indexes=[{"columns": ["exercicio", "orgao_superior_codigo", "funcao_codigo"]}]
    )
}}

{%- set dimensions = [
    "orgao_superior",
    "orgao",
    "unidade_orcamentaria",
    "funcao",
    "subfuncao",
    "programa",
    "acao",
    "categoria_economica",
    "grupo_despesa",
    "elemento_despesa",
] %}

with

-- Read twice: cheaper than a copy of a hundred megabytes on disk.
execucao as not materialized (

    select * from {{ ref("silver__execucao_orcamentaria") }}

),

-- In one year the source may write one code with several names.
name_counts as (

    select
        execucao.exercicio,
        dimensions.dimension,
        dimensions.codigo,
        dimensions.nome,
        count(*) as row_count
    from execucao
    cross join
        lateral (
            values
            {%- for dimension in dimensions %}
                (
                    '{{ dimension }}',
                    execucao.{{ dimension }}_codigo,
                    execucao.{{ dimension }}_nome
                ){{ "," if not loop.last }}
            {%- endfor %}
        ) as dimensions (dimension, codigo, nome)
    group by
        execucao.exercicio,
        dimensions.dimension,
        dimensions.codigo,
        dimensions.nome

),

names as (

    select distinct on (exercicio, dimension, codigo)
        exercicio,
        dimension,
        codigo,
        nome
    from name_counts
    order by
        exercicio asc,
        dimension asc,
        codigo asc,
        row_count desc,
        nome collate "C" asc

),

summed as (

    select
        exercicio,
        {%- for dimension in dimensions %}
            {{ dimension }}_codigo,
        {%- endfor %}
        sum(valor_orcamento_inicial) as valor_orcamento_inicial,
        sum(valor_orcamento_atualizado) as valor_orcamento_atualizado,
        sum(valor_empenhado) as valor_empenhado,
        sum(valor_realizado) as valor_realizado
    from execucao
    group by
        {%- for dimension in dimensions %}
            {{ dimension }}_codigo,
        {%- endfor %}
        exercicio

),

named as (

    select
        summed.exercicio,

        -- ids
        {%- for dimension in dimensions %}
            summed.{{ dimension }}_codigo,
        {%- endfor %}

        -- texts
        {%- for dimension in dimensions %}
            {{ dimension }}_names.nome as {{ dimension }}_nome,
        {%- endfor %}

        -- numbers
        cast(summed.valor_orcamento_inicial as numeric(18, 2))
            as valor_orcamento_inicial,
        cast(summed.valor_orcamento_atualizado as numeric(18, 2))
            as valor_orcamento_atualizado,
        cast(summed.valor_empenhado as numeric(18, 2)) as valor_empenhado,
        cast(summed.valor_realizado as numeric(18, 2)) as valor_realizado
    from
        summed
    {%- for dimension in dimensions %}
        left join names as {{ dimension }}_names
            on
                (summed.exercicio, '{{ dimension }}', summed.{{ dimension }}_codigo)
                = (
                    {{ dimension }}_names.exercicio,
                    {{ dimension }}_names.dimension,
                    {{ dimension }}_names.codigo
                )
    {%- endfor %}

)

select * from named
