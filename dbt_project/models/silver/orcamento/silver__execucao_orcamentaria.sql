{{
    config(
        unique_key="exercicio",
        post_hook="""
            delete from {{ this }}
            where cast(exercicio as text) not in (
                select exercicio from {{ source('portal_transparencia', 'orcamento_despesa') }}
            )
        """,
    )
}}

with

-- Read twice: cheaper than a copy of it on disk.
source as not materialized (

    select * from {{ source("portal_transparencia", "orcamento_despesa") }}

),

-- A reissued year keeps the rows that stayed equal and leaves no trace of those that
-- went: only its count and its newest load together tell that it changed.
changed as (

    select
        exercicio,
        count(*) as row_count,
        max(_load_id) as last_load_id
    from source
    group by exercicio
    {% if is_incremental() %}
        except
        select
            cast(exercicio as text) as exercicio,
            count(*) as row_count,
            max(_load_id) as last_load_id
        from {{ this }}
        group by exercicio
    {% endif %}

),

reissued as (

    select source.*
    from source
    inner join changed on source.exercicio = changed.exercicio

),

renamed as (

    select
        -- ids
        codigo_orgao_superior as orgao_superior_codigo,
        codigo_orgao_subordinado as orgao_codigo,
        codigo_unidade_orcamentaria as unidade_orcamentaria_codigo,
        codigo_funcao as funcao_codigo,
        codigo_subfuncao as subfuncao_codigo,
        codigo_programa_orcamentario as programa_codigo,
        codigo_acao as acao_codigo,
        codigo_categoria_economica as categoria_economica_codigo,
        codigo_grupo_de_despesa as grupo_despesa_codigo,
        codigo_elemento_de_despesa as elemento_despesa_codigo,

        -- texts
        nome_orgao_superior as orgao_superior_nome,
        nome_orgao_subordinado as orgao_nome,
        nome_unidade_orcamentaria as unidade_orcamentaria_nome,
        nome_funcao as funcao_nome,
        nome_subfuncao as subfuncao_nome,
        nome_programa_orcamentario as programa_nome,
        nome_acao as acao_nome,
        nome_categoria_economica as categoria_economica_nome,
        nome_grupo_de_despesa as grupo_despesa_nome,
        nome_elemento_de_despesa as elemento_despesa_nome,

        -- numbers
        cast(exercicio as integer) as exercicio,
        {{ brazilian_decimal("orcamento_inicial_r") }} as valor_orcamento_inicial,
        {{ brazilian_decimal("orcamento_atualizado_r") }}
            as valor_orcamento_atualizado,
        {{ brazilian_decimal("orcamento_empenhado_r") }} as valor_empenhado,
        {{ brazilian_decimal("orcamento_realizado_r") }} as valor_realizado,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
