{#- Text such as "0,00085" or " 300.000,00 " to a number of a type; empty is null, the lone
    dash of spreadsheets zero. Amounts of money that are always there: brazilian_decimal. -#}
{% macro brazilian_number(column, type="numeric(18, 2)") -%}
    cast(
        replace(
            replace(
                regexp_replace(nullif(trim({{ column }}), ''), '^-$', '0'), '.', ''
            ),
            ',',
            '.'
        ) as {{ type }}
    )
{%- endmacro %}
