{{
    config(
        unique_key="competencia",
        post_hook="""{{
            remove_missing_partitions(
                source('siape', 'observacoes'), 'competencia', 'YYYYMM'
            )
        }}""",
    )
}}

with

-- Read twice: cheaper than a copy of it on disk.
source as not materialized (

    select * from {{ source("siape", "observacoes") }}

),

changed as (

    {{ changed_partitions("competencia", "YYYYMM") }}

),

reissued as (

    select source.*
    from source
    inner join changed on source.competencia = changed.competencia

),

renamed as (

    select
        -- ids
        cast(id_servidor_portal as bigint) as servidor_id,

        -- texts
        nullif(trim(nome), '') as nome,
        cpf as cpf_mascarado,
        nullif(trim(observacao), '') as observacao,

        -- dates
        to_date(competencia, 'YYYYMM') as competencia,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
