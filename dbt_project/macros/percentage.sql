{#- Part of a whole, 0 to 100 with two places; null where the whole is zero or unknown. -#}
{% macro percentage(part, whole) -%}
    cast(round(100.0 * {{ part }} / nullif({{ whole }}, 0), 2) as numeric(18, 2))
{%- endmacro %}
