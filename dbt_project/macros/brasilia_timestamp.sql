{#- The sources write wall-clock time in Brasília, with no zone: text to an instant. -#}
{% macro brasilia_timestamp(column) -%}
    cast({{ column }} as timestamp) at time zone 'America/Sao_Paulo'
{%- endmacro %}
