{{ config(materialized="table") }}

{{ siorg_unidade(source("siorg", "unidades")) }}
