{{ config(materialized="table") }}

{{ tesouro_empenho(source("tesouro_gerencial", "ne_anual"), "ano_lancamento") }}
