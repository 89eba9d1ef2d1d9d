{#- Text such as "1.234,56" or, negative, "(1.234,56)" to an exact amount with cents; an
    empty cell of a report is zero. -#}
{% macro accounting_number(column) -%}
    coalesce(
        cast(
            replace(
                replace(
                    regexp_replace(
                        nullif(trim({{ column }}), ''), '^[(](.*)[)]$', '-\1'
                    ),
                    '.',
                    ''
                ),
                ',',
                '.'
            ) as numeric(18, 2)
        ),
        0
    )
{%- endmacro %}
