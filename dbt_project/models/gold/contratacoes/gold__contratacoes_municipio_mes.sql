with

contratacoes as (

    select * from {{ ref("gold__contratacoes") }}

),

placed as (

    select
        *,
        coalesce(municipio_codigo_ibge, '0000000') as codigo,
        municipio_codigo_ibge is not null as is_placed
    from contratacoes

),

summed as (

    select
        -- ids
        codigo as municipio_codigo_ibge,

        -- texts
        coalesce(
            min(municipio_nome) filter (where is_placed), 'Não informado'
        ) as municipio_nome,
        min(uf_sigla) filter (where is_placed) as uf_sigla,
        min(uf_nome) filter (where is_placed) as uf_nome,
        min(uf_iso) filter (where is_placed) as uf_iso,
        min(regiao_nome) as regiao_nome,

        -- numbers
        cast(extract(year from mes_publicacao) as integer) as ano,
        count(*) as quantidade_contratacoes,
        count(distinct orgao_cnpj) as quantidade_orgaos,
        count(*) filter (where is_orcamento_sigiloso) as quantidade_orcamento_sigiloso,
        count(valor_homologado) as quantidade_homologadas,
        cast(coalesce(sum(valor_estimado), 0) as numeric(18, 2)) as valor_estimado,
        cast(coalesce(sum(valor_homologado), 0) as numeric(18, 2))
            as valor_homologado,
        cast(
            coalesce(sum(valor_estimado) filter (where economia is not null), 0)
            as numeric(18, 2)
        ) as valor_estimado_comparavel,
        cast(
            coalesce(sum(valor_homologado) filter (where economia is not null), 0)
            as numeric(18, 2)
        ) as valor_homologado_comparavel,
        cast(coalesce(sum(economia), 0) as numeric(18, 2)) as economia,
        {{
            percentage(
                "sum(economia)",
                "sum(valor_estimado) filter (where economia is not null)",
            )
        }} as economia_percentual,

        -- dates
        mes_publicacao as mes
    from placed
    group by codigo, mes_publicacao

)

select * from summed
