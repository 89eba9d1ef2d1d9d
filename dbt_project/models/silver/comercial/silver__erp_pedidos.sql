{{ config(unique_key="pedido_id") }}

{{ erp_documento(source("sap_b1", "orders"), "pedido") }}
