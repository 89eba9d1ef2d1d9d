{#- Take out what the source no longer has. -#}
{% macro remove_vanished() -%}
    delete from {{ this }} where _deleted_at is not null
{%- endmacro %}
