{{ config(unique_key="numero_controle_pncp") }}

with

source as (

    select *
    from {{ source("pncp", "contratacoes") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        numero_controle_pncp,
        orgao_entidade ->> 'cnpj' as orgao_cnpj,
        unidade_orgao ->> 'codigoUnidade' as unidade_codigo,
        nullif(unidade_orgao ->> 'codigoIbge', '') as municipio_codigo_ibge,
        modalidade_id as modalidade_codigo,
        modo_disputa_id as modo_disputa_codigo,
        situacao_compra_id as situacao_codigo,
        tipo_instrumento_convocatorio_codigo as tipo_instrumento_codigo,
        amparo_legal ->> 'codigo' as amparo_legal_codigo,
        orgao_entidade ->> 'esferaId' as orgao_esfera_codigo,
        orgao_entidade ->> 'poderId' as orgao_poder_codigo,
        orgao_sub_rogado ->> 'cnpj' as orgao_sub_rogado_cnpj,

        -- texts
        trim(numero_compra) as numero_compra,
        trim(processo) as processo,
        trim(orgao_entidade ->> 'razaoSocial') as orgao_nome,
        trim(unidade_orgao ->> 'nomeUnidade') as unidade_nome,
        trim(unidade_orgao ->> 'municipioNome') as municipio_nome,
        unidade_orgao ->> 'ufSigla' as uf_sigla,
        trim(unidade_orgao ->> 'ufNome') as uf_nome,
        trim(modalidade_nome) as modalidade_nome,
        trim(modo_disputa_nome) as modo_disputa_nome,
        trim(situacao_compra_nome) as situacao_nome,
        trim(tipo_instrumento_convocatorio_nome) as tipo_instrumento_nome,
        trim(amparo_legal ->> 'nome') as amparo_legal_nome,
        trim(objeto_compra) as objeto,
        -- Some systems send the placeholder of the API's documentation, "string".
        case
            when link_sistema_origem ~* '^https?://' then link_sistema_origem
        end as link_sistema_origem,

        -- numbers
        cast(ano_compra as integer) as ano_compra,
        cast(sequencial_compra as integer) as sequencial_compra,
        -- The source says 0 where the budget is secret.
        nullif(cast(valor_total_estimado as numeric(18, 2)), 0) as valor_estimado,
        cast(valor_total_homologado as numeric(18, 2)) as valor_homologado,

        -- booleans
        coalesce(cast(valor_total_estimado as numeric) = 0, false)
            as is_orcamento_sigiloso,
        cast(srp as boolean) as is_registro_preco,

        -- timestamps
        {{ brasilia_timestamp("data_inclusao") }} as incluido_at,
        {{ brasilia_timestamp("data_publicacao_pncp") }} as publicado_at,
        {{ brasilia_timestamp("data_abertura_proposta") }} as abertura_propostas_at,
        {{ brasilia_timestamp("data_encerramento_proposta") }}
            as encerramento_propostas_at,
        {{ brasilia_timestamp("data_atualizacao_global") }} as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
