{{
    config(
        unique_key="competencia",
        post_hook="""{{
            remove_missing_partitions(
                source('siape', 'remuneracao'), 'competencia', 'YYYYMM'
            )
        }}""",
    )
}}

with

{{ reissued_partitions(source("siape", "remuneracao"), "competencia", "YYYYMM") }},

renamed as (

    select
        -- ids
        cast(id_servidor_portal as bigint) as servidor_id,

        -- texts
        nullif(trim(nome), '') as nome,
        cpf as cpf_mascarado,

        -- numbers
        {{ brazilian_number("remuneracao_basica_bruta_reais") }}
            as valor_remuneracao_basica_bruta,
        {{ brazilian_number("abate_teto_reais") }} as valor_abate_teto,
        {{ brazilian_number("gratificacao_natalina_reais") }}
            as valor_gratificacao_natalina,
        {{ brazilian_number("abate_teto_gratificacao_natalina_reais") }}
            as valor_abate_teto_gratificacao_natalina,
        {{ brazilian_number("ferias_reais") }} as valor_ferias,
        {{ brazilian_number("outras_remuneracoes_eventuais_reais") }}
            as valor_outras_remuneracoes_eventuais,
        {{ brazilian_number("irrf_reais") }} as valor_irrf,
        {{ brazilian_number("pss_rpgs_reais") }} as valor_pss_rpgs,
        {{ brazilian_number("demais_deducoes_reais") }} as valor_demais_deducoes,
        {{ brazilian_number("pensao_militar_reais") }} as valor_pensao_militar,
        {{ brazilian_number("fundo_de_saude_reais") }} as valor_fundo_de_saude,
        {{ brazilian_number("taxa_ocupacao_imovel_funcional_reais") }}
            as valor_taxa_ocupacao_imovel_funcional,
        {{ brazilian_number("remuneracao_apos_deducoes_reais") }}
            as valor_remuneracao_apos_deducoes,
        {{ brazilian_number("verbas_indenizatorias_civil_reais") }}
            as valor_verbas_indenizatorias_civil,
        {{ brazilian_number("verbas_indenizatorias_militar_reais") }}
            as valor_verbas_indenizatorias_militar,
        {{ brazilian_number("verbas_indenizatorias_pdv_reais") }}
            as valor_verbas_indenizatorias_pdv,
        {{ brazilian_number("total_verbas_indenizatorias_reais") }}
            as valor_total_verbas_indenizatorias,
        {{ brazilian_number("remuneracao_basica_bruta_dolares") }}
            as valor_remuneracao_basica_bruta_dolares,
        {{ brazilian_number("remuneracao_apos_deducoes_dolares") }}
            as valor_remuneracao_apos_deducoes_dolares,

        -- dates
        to_date(competencia, 'YYYYMM') as competencia,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
