{{ config(unique_key="ata_numero_controle_pncp") }}

with

source as (

    select *
    from {{ source("pncp", "atas") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        numero_controle_pncp_ata as ata_numero_controle_pncp,
        numero_controle_pncp_compra as compra_numero_controle_pncp,
        cnpj_orgao as orgao_cnpj,
        codigo_unidade_orgao as unidade_codigo,

        -- texts
        nullif(trim(numero_ata_registro_preco), '') as numero,
        nullif(trim(objeto_contratacao), '') as objeto,
        nullif(trim(nome_orgao), '') as orgao_nome,
        nullif(trim(nome_unidade_orgao), '') as unidade_nome,

        -- numbers
        cast(ano_ata as integer) as ano,

        -- booleans
        cast(cancelado as boolean) as is_cancelada,
        cast(possibilidade_adesao as boolean) as is_adesao_possivel,

        -- dates
        cast(left(data_assinatura, 10) as date) as assinatura_date,
        cast(left(vigencia_inicio, 10) as date) as vigencia_inicio_date,
        cast(left(vigencia_fim, 10) as date) as vigencia_fim_date,

        -- timestamps
        {{ brasilia_timestamp("data_cancelamento") }} as cancelada_at,
        {{ brasilia_timestamp("data_publicacao_pncp") }} as publicada_at,
        {{ brasilia_timestamp("data_atualizacao_global") }} as atualizada_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
