{{ config(unique_key=["contrato_id", "empenho_id"]) }}

with

source as (

    select *
    from {{ source("contratos", "empenhos") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(contrato_id as bigint) as contrato_id,
        cast(id as bigint) as empenho_id,
        unidade_gestora as unidade_gestora_codigo,
        gestao as gestao_codigo,
        case
            when credor_obj ->> 'tipo' = 'JURIDICA'
                then regexp_replace(credor_obj ->> 'cnpj_cpf_idgener', '[./-]', '', 'g')
        end as credor_cnpj,
        fonte_recurso as fonte_recurso_codigo,
        programa_trabalho as ptres_codigo,
        planointerno as plano_interno_codigo,
        naturezadespesa as natureza_despesa_codigo,

        -- texts
        nullif(trim(numero), '') as numero,
        nullif(trim(credor_obj ->> 'nome'), '') as credor_nome,
        nullif(trim(informacao_complementar), '') as informacao_complementar,
        nullif(trim(sistema_origem), '') as sistema_origem,

        -- numbers
        {{ brazilian_decimal("empenhado") }} as valor_empenhado,
        {{ brazilian_decimal("aliquidar") }} as valor_a_liquidar,
        {{ brazilian_decimal("liquidado") }} as valor_liquidado_a_pagar,
        {{ brazilian_decimal("pago") }} as valor_pago,
        {{ brazilian_decimal("rpinscrito") }} as valor_rp_inscrito,
        {{ brazilian_decimal("rpaliquidar") }} as valor_rp_a_liquidar,
        {{ brazilian_decimal("rpliquidado") }} as valor_rp_liquidado,
        {{ brazilian_decimal("rppago") }} as valor_rp_pago,

        -- dates
        {{ valid_date("data_emissao") }} as emissao_date,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
