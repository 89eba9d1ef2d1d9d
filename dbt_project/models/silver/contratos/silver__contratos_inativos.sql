{{ config(unique_key="contrato_id") }}

{{ contrato(source("contratos", "contratos_inativos")) }}
