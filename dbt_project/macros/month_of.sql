{#- Text such as "JAN/2024" to the first day of the month; null where it names none, such
    as the "000/2024" of restos a pagar. -#}
{% macro month_of(column) -%}
    case
        when {{ column }} ~ '^[A-Z]{3}/[0-9]{4}$'
            then make_date(
                cast(right({{ column }}, 4) as integer),
                array_position(
                    array[
                        'JAN', 'FEV', 'MAR', 'ABR', 'MAI', 'JUN',
                        'JUL', 'AGO', 'SET', 'OUT', 'NOV', 'DEZ'
                    ],
                    left({{ column }}, 3)
                ),
                1
            )
    end
{%- endmacro %}
