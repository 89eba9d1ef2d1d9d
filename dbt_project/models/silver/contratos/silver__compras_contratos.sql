{{
    config(
        unique_key=[
            "unidade_gestora_codigo",
            "unidade_origem_codigo",
            "tipo_codigo",
            "numero",
        ],
    )
}}

with

source as (

    select *
    from {{ source("compras", "contratos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        lpad(codigo_unidade_gestora, 6, '0') as unidade_gestora_codigo,
        lpad(codigo_unidade_gestora_origem_contrato, 6, '0') as unidade_origem_codigo,
        codigo_tipo as tipo_codigo,
        lpad(codigo_orgao, 5, '0') as orgao_codigo,
        lpad(codigo_modalidade_compra, 2, '0') as modalidade_codigo,
        id_compra as compra_codigo,
        numero_controle_pncp_contrato as numero_controle_pncp,
        ni_fornecedor as fornecedor_documento,

        -- texts
        nullif(trim(numero_contrato), '') as numero,
        nullif(trim(nome_orgao), '') as orgao_nome,
        nullif(trim(nome_unidade_gestora), '') as unidade_gestora_nome,
        nullif(trim(nome_tipo), '') as tipo_nome,
        nullif(trim(nome_categoria), '') as categoria_nome,
        nullif(trim(nome_modalidade_compra), '') as modalidade_nome,
        nullif(trim(nome_razao_social_fornecedor), '') as fornecedor_nome,
        nullif(trim(processo), '') as processo,
        nullif(trim(objeto), '') as objeto,

        -- numbers
        cast(numero_parcelas as integer) as parcelas,
        cast(valor_global as numeric(18, 2)) as valor_global,
        cast(valor_parcela as numeric(18, 2)) as valor_parcela,
        cast(valor_acumulado as numeric(18, 2)) as valor_acumulado,

        -- booleans
        cast(contrato_excluido as boolean) as is_excluido,

        -- dates
        cast(left(data_vigencia_inicial, 10) as date) as vigencia_inicio_date,
        cast(left(data_vigencia_final, 10) as date) as vigencia_fim_date,

        -- timestamps
        {{ brasilia_timestamp("data_hora_inclusao") }} as incluido_at,
        {{ brasilia_timestamp("data_hora_exclusao") }} as excluido_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
