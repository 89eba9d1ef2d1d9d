{{
    config(
        indexes=[
            {"columns": ["data_publicacao"]},
            {"columns": ["uf_sigla"]},
            {"columns": ["municipio_codigo_ibge"]},
        ]
    )
}}

with

contratacoes as (

    select * from {{ ref("silver__contratacoes") }}

),

municipios as (

    select * from {{ ref("silver__municipios") }}

),

ufs as (

    select * from {{ ref("silver__ufs") }}

),

-- The IBGE's names, so that one municipality is never two bars of a chart.
located as (

    select
        contratacoes.*,
        coalesce(municipios.municipio_nome, contratacoes.municipio_nome)
            as municipio_nome_oficial,
        coalesce(ufs.uf_sigla, contratacoes.uf_sigla) as uf_sigla_oficial,
        coalesce(ufs.uf_nome, contratacoes.uf_nome) as uf_nome_oficial,
        ufs.regiao_nome
    from contratacoes
    left join municipios
        on contratacoes.municipio_codigo_ibge = municipios.municipio_codigo_ibge
    left join ufs on municipios.uf_codigo = ufs.uf_codigo

),

described as (

    select
        -- ids
        numero_controle_pncp,
        orgao_cnpj,
        unidade_codigo,
        municipio_codigo_ibge,
        modalidade_codigo,
        modo_disputa_codigo,
        situacao_codigo,
        tipo_instrumento_codigo,
        amparo_legal_codigo,
        orgao_esfera_codigo,
        orgao_poder_codigo,

        -- texts
        numero_compra,
        processo,
        orgao_nome,
        case orgao_esfera_codigo
            when 'F' then 'Federal'
            when 'E' then 'Estadual'
            when 'M' then 'Municipal'
            when 'D' then 'Distrital'
            when 'N' then 'Não se aplica'
        end as orgao_esfera_nome,
        case orgao_poder_codigo
            when 'E' then 'Executivo'
            when 'L' then 'Legislativo'
            when 'J' then 'Judiciário'
            when 'N' then 'Não se aplica'
        end as orgao_poder_nome,
        unidade_nome,
        municipio_nome_oficial as municipio_nome,
        uf_sigla_oficial as uf_sigla,
        uf_nome_oficial as uf_nome,
        'BR-' || uf_sigla_oficial as uf_iso,
        regiao_nome,
        modalidade_nome,
        modo_disputa_nome,
        situacao_nome,
        tipo_instrumento_nome,
        amparo_legal_nome,
        objeto,
        concat_ws(
            '/',
            'https://pncp.gov.br/app/editais',
            orgao_cnpj,
            ano_compra,
            sequencial_compra
        ) as link_pncp,
        link_sistema_origem,

        -- numbers
        ano_compra,
        sequencial_compra,
        valor_estimado,
        valor_homologado,
        cast(valor_estimado - valor_homologado as numeric(18, 2)) as economia,
        {{ percentage("(valor_estimado - valor_homologado)", "valor_estimado") }}
            as economia_percentual,

        -- booleans
        is_orcamento_sigiloso,
        is_registro_preco,

        -- dates
        {{ brasilia_date("publicado_at") }} as data_publicacao,
        cast(
            date_trunc('month', {{ brasilia_date("publicado_at") }}) as date
        ) as mes_publicacao,

        -- timestamps
        incluido_at,
        publicado_at,
        abertura_propostas_at,
        encerramento_propostas_at,
        atualizado_at
    from located

)

select * from described
