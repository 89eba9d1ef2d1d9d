{{ config(materialized="table") }}

with

source as (

    select * from {{ source("transferegov_ted", "evento") }}

),

standing as (

    select id_nota
    from {{ source("transferegov_ted", "nota_credito") }}
    where _deleted_at is null
    union distinct
    select id_nota
    from {{ source("transferegov_ted", "nota_credito_ug") }}
    where _deleted_at is null

),

-- A note that vanished is asked for no more, so its lines stay in bronze.
current_lines as (

    select source.*
    from source
    inner join standing on source.id_nota = standing.id_nota

),

renamed as (

    select
        -- ids
        cast(id_nota as bigint) as nota_id,
        cd_evento as evento_codigo,
        cd_ptres_evento as ptres_codigo,
        cd_fonte_recurso_evento as fonte_recurso_codigo,
        cd_plano_interno_evento as plano_interno_codigo,
        codigo_natureza as natureza_despesa_codigo,
        cd_ug_responsavel_evento as responsavel_unidade_gestora_codigo,

        -- numbers
        cast(
            row_number() over (
                partition by id_nota
                order by cd_evento, vl_evento, _row_hash
            ) as integer
        ) as linha,
        cast(vl_evento as numeric(18, 2)) as valor,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from current_lines

)

select * from renamed
