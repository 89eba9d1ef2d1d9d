{#- The schema of a model: its layer; in `build` gold is built beside what is published,
    in `dev` every schema carries the developer's name. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set layer = (custom_schema_name or target.schema) | trim -%}
    {%- if target.name == "dev" -%}
        {{ target.schema if custom_schema_name is none else target.schema ~ "_" ~ layer }}
    {%- elif target.name == "build" and layer == "gold" -%}
        gold_next
    {%- else -%}
        {{ layer }}
    {%- endif -%}
{%- endmacro %}
