{{ config(materialized="table") }}

with

source as (

    select * from {{ source("bcb", "ipca") }}

),

typed as (

    select
        cast(valor as numeric(9, 4)) as variacao_mensal,
        -- Forty places, or the cents of a trillion get lost on the way.
        ln(cast(1 + cast(valor as numeric(9, 4)) / 100 as numeric(50, 40)))
            as logaritmo,
        to_date(data, 'DD/MM/YYYY') as mes,
        _load_id,
        _loaded_at,
        _deleted_at
    from source

),

-- Months in a row share the difference between their number and their rank.
numbered as (

    select
        variacao_mensal,
        logaritmo,
        mes,
        extract(year from mes) * 12
        + extract(month from mes)
        - row_number() over (order by mes) as sequencia,
        _load_id,
        _loaded_at,
        _deleted_at
    from typed
    where _deleted_at is null

),

-- Only the months chained to the newest one can be compared with it.
chained as (

    select
        variacao_mensal,
        case
            when sequencia = max(sequencia) over ()
                then 100 * exp(sum(logaritmo) over (
                    partition by sequencia
                    order by mes
                ))
        end as indice,
        mes,
        _load_id,
        _loaded_at,
        _deleted_at
    from numbered

),

rounded as (

    select
        -- numbers
        cast(extract(year from mes) as integer) as ano,
        variacao_mensal,
        cast(indice as numeric(40, 30)) as indice,

        -- dates
        mes,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from chained

)

select * from rounded
