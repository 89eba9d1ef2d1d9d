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

{{ reissued_partitions(source("siape", "observacoes"), "competencia", "YYYYMM") }},

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
