{#- Text such as "31/12/2025" (or "9/6/2022") to a date; empty is null. -#}
{% macro brazilian_date(column) -%}
    to_date(nullif(trim({{ column }}), ''), 'DD/MM/YYYY')
{%- endmacro %}
