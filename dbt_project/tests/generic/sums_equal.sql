{#- Nothing lost or counted twice: sums by group equal those of another model, to the cent. -#}
{% test sums_equal(model, compare_model, group_by, columns) %}

with here as (
    select
        {{ group_by | join(", ") }},
        {%- for column in columns %}
        coalesce(sum({{ column }}), 0) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ model }}
    group by {{ group_by | join(", ") }}
),

there as (
    select
        {{ group_by | join(", ") }},
        {%- for column in columns %}
        coalesce(sum({{ column }}), 0) as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ compare_model }}
    group by {{ group_by | join(", ") }}
)

(select * from here except select * from there)
union all
(select * from there except select * from here)

{% endtest %}
