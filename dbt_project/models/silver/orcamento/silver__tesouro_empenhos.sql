{{ config(materialized="table") }}

{{ tesouro_empenho(source("tesouro_gerencial", "ne"), "right(emissao_mes, 4)") }}
