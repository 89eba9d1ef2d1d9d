{{ config(unique_key="executor_id") }}

with

source as (

    select *
    from {{ source("transferegov_api", "executores_especiais") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id_executor as bigint) as executor_id,
        cast(id_plano_acao as bigint) as plano_acao_id,
        cnpj_executor as executor_cnpj,
        codigo_banco_executor as banco_codigo,

        -- texts
        nullif(trim(nome_executor), '') as executor_nome,
        nullif(trim(objeto_executor), '') as objeto,
        nullif(trim(descricao_situacao_dado_bancario_executor), '') as conta_situacao,

        -- numbers
        cast(vl_custeio_executor as numeric(18, 2)) as valor_custeio,
        cast(vl_investimento_executor as numeric(18, 2)) as valor_investimento,

        -- booleans
        ind_recursos_gerenciados_conta_especifica_executor = 'Sim'
            as is_conta_especifica,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
