{#- SIAPE's text DDMMYYYY to a date; 00000000 and empty are null. -#}
{% macro siape_date(column) -%}
    to_date(nullif(nullif(trim({{ column }}), '00000000'), ''), 'DDMMYYYY')
{%- endmacro %}
