{#- Text such as "1.234,56" or "-0,01" to an exact amount with cents. -#}
{% macro brazilian_decimal(column) -%}
    cast(replace(replace({{ column }}, '.', ''), ',', '.') as numeric(18, 2))
{%- endmacro %}
