{#- Text to a date; null where a form was left empty ("0000-00-00") or mistyped. -#}
{% macro valid_date(column) -%}
    case
        when {{ column }} ~ '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
            then cast({{ column }} as date)
    end
{%- endmacro %}
