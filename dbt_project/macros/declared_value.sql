{#- A text of SIAPE's services without what they write for "none". -#}
{% macro declared_value(column) -%}
    case
        when trim({{ column }}) not in ('', 'NaN', '[null]', '---', 'NAO DECLARADO')
            then trim({{ column }})
    end
{%- endmacro %}
