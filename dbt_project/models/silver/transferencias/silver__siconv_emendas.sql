{{
    config(
        unique_key=[
            "proposta_id",
            "programa_codigo",
            "emenda_numero",
            "beneficiario_cnpj",
        ]
    )
}}

with

source as (

    select *
    from {{ source("siconv", "emendas") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_proposta as bigint) as proposta_id,
        cod_programa_emenda as programa_codigo,
        nr_emenda as emenda_numero,
        beneficiario_emenda as beneficiario_cnpj,

        -- texts
        nullif(trim(qualif_proponente), '') as qualificacao_proponente,
        nullif(trim(nome_parlamentar), '') as parlamentar_nome,
        nullif(trim(tipo_parlamentar), '') as parlamentar_tipo,

        -- numbers
        {{ brazilian_number("valor_repasse_proposta_emenda") }}
            as valor_repasse_proposta,
        {{ brazilian_number("valor_repasse_emenda") }} as valor_repasse,

        -- booleans
        nullif(ind_impositivo, '') = 'SIM' as is_impositiva,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
