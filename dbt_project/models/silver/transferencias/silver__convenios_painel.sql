{{ config(materialized="table") }}

with

source as (

    select * from {{ source("siconv_legado", "mapa_convenios_painel") }}

),

renamed as (

    select
        -- ids
        cast(nr_convenio as bigint) as convenio_numero,
        regexp_replace(cnpj, '[^0-9A-Z]', '', 'g') as proponente_cnpj,
        nullif(nr_emenda, '') as emenda_numero,

        -- texts
        proposta as proposta_numero,
        nullif(trim(processo), '') as processo,
        nullif(trim(unid_resp), '') as unidade_responsavel,
        nullif(trim(modalidade), '') as modalidade,
        nullif(trim(proponentes), '') as proponente_nome,
        nullif(trim(uf), '') as uf_sigla,
        nullif(trim(estado), '') as uf_nome,
        nullif(trim(situacao), '') as situacao,
        nullif(trim(situacao_de_contratacao_atual), '') as situacao_atual,
        nullif(trim(objeto), '') as objeto,
        nullif(trim(categoria), '') as categoria,
        nullif(trim(rp), '') as resultado_primario,
        nullif(trim(descricao_rp), '') as despesa_descricao,
        nullif(trim(autor), '') as autor,
        nullif(trim(nome_parlamentar), '') as parlamentar_nome,
        nullif(trim(tipo_parlamentar), '') as parlamentar_tipo,

        -- numbers
        cast(nullif(ano, '') as integer) as ano,
        {{ brazilian_number("vl_global_conv") }} as valor_global,
        {{ brazilian_number("vl_repasse_conv") }} as valor_repasse,
        {{ brazilian_number("vl_contrapartida_conv") }} as valor_contrapartida,
        {{ brazilian_number("valor_repasse_proposta_emenda") }}
            as valor_repasse_proposta_emenda,
        {{ brazilian_number("valor_repasse_emenda") }} as valor_repasse_emenda,

        -- booleans
        nullif(ind_impositivo, '') = 'SIM' as is_impositiva,

        -- dates
        {{ brazilian_date("dia_inic_vigenc_conv") }} as inicio_vigencia_date,
        {{ brazilian_date("dia_fim_vigenc_conv") }} as fim_vigencia_date,
        {{ brazilian_date("dia_limite_prest_contas") }} as limite_prestacao_contas_date,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from source
    where _deleted_at is null

)

select * from renamed
