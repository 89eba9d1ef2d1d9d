{#- The day in Brasília of an instant. -#}
{% macro brasilia_date(column) -%}
    cast({{ column }} at time zone 'America/Sao_Paulo' as date)
{%- endmacro %}
