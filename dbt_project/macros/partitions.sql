{#- Queries that end in `reissued`: the rows of the partitions of a bronze table whose rows are not
    those of this table. A partition that was replaced keeps the rows that stayed equal and leaves
    no trace of those that went: only its count and its newest load together tell that it changed.
    The partition is a text in bronze and here the date that `format` reads from it. -#}
{% macro reissued_partitions(bronze, partition, format) -%}
-- Read twice: cheaper than a copy of it on disk.
source as not materialized (

    select * from {{ bronze }}

),

changed as (

    select
        {{ partition }},
        count(*) as row_count,
        max(_load_id) as last_load_id
    from source
    group by {{ partition }}
    {%- if is_incremental() %}
    except
    select
        to_char({{ partition }}, '{{ format }}') as {{ partition }},
        count(*) as row_count,
        max(_load_id) as last_load_id
    from {{ this }}
    group by {{ partition }}
    {%- endif %}

),

reissued as (

    select source.*
    from source
    inner join changed on source.{{ partition }} = changed.{{ partition }}

)
{%- endmacro %}


{#- After a run: take out the partitions that bronze no longer has a row of. -#}
{% macro remove_missing_partitions(bronze, partition, format) -%}
    delete from {{ this }}
    where to_char({{ partition }}, '{{ format }}') not in (
        select {{ partition }} from {{ bronze }}
    )
{%- endmacro %}
