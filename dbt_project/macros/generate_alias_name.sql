{#- The table of a model: dbt wants names that are unique across schemas, so models carry
    their layer (silver__contratacoes, gold__contratacoes) and tables do not. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name | trim }}
    {%- elif node.name.startswith("silver__") or node.name.startswith("gold__") -%}
        {{ node.name.split("__", 1)[1] }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
