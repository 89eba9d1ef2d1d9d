{{
    config(
        unique_key="competencia",
        post_hook="""{{
            remove_missing_partitions(
                source('siape', 'afastamentos'), 'competencia', 'YYYYMM'
            )
        }}""",
    )
}}

with

{{ reissued_partitions(source("siape", "afastamentos"), "competencia", "YYYYMM") }},

renamed as (

    select
        -- ids
        cast(id_servidor_portal as bigint) as servidor_id,

        -- texts
        nullif(trim(nome), '') as nome,
        cpf as cpf_mascarado,

        -- dates
        to_date(competencia, 'YYYYMM') as competencia,
        {{ brazilian_date("data_inicio_afastamento") }} as inicio_date,
        {{ brazilian_date("data_termino_afastamento") }} as fim_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
