{{ config(materialized="table") }}

{{ siorg_unidade(source("siorg", "orgaos")) }}
