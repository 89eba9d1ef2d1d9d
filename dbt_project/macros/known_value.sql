{#- A text without what stands for "unknown" at SIAPE and the Portal: "-1", "-2", "-3",
    "Sem informação", "Inválido", empty. -#}
{% macro known_value(column) -%}
    case
        when
            trim({{ column }})
            not in ('', '-1', '-2', '-3', 'Sem informação', 'Inválido')
            then trim({{ column }})
    end
{%- endmacro %}
