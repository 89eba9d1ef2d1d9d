{{ config(unique_key="nota_id") }}

{{ erp_documento(source("sap_b1", "invoices"), "nota") }}
