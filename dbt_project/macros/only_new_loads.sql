{#- Incremental runs read what bronze loads inserted, changed or marked since the last run. -#}
{% macro only_new_loads() -%}
    {%- if is_incremental() -%}
        _load_id > (select coalesce(max(_load_id), 0) from {{ this }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
