{{ config(materialized="table") }}

with

source as (

    select * from {{ source("transferegov_ted", "trf") }}

),

standing as (

    select id_programacao
    from {{ source("transferegov_ted", "programacao_financeira") }}
    where _deleted_at is null
    union distinct
    select id_programacao
    from {{ source("transferegov_ted", "programacao_financeira_ug") }}
    where _deleted_at is null

),

-- A programming that vanished is asked for no more, so its lines stay in bronze.
current_lines as (

    select source.*
    from source
    inner join standing on source.id_programacao = standing.id_programacao

),

renamed as (

    select
        -- ids
        cast(id_programacao as bigint) as programacao_id,
        cd_vinculacao_trf as vinculacao_codigo,
        cd_fonte_recurso_trf as fonte_recurso_codigo,
        cd_categoria_gasto_trf as categoria_gasto_codigo,
        cd_situacao_contabil_trf as situacao_contabil_codigo,

        -- numbers
        cast(
            row_number() over (
                partition by id_programacao
                order by cd_vinculacao_trf, vl_valor_trf, _row_hash
            ) as integer
        ) as linha,
        cast(vl_valor_trf as numeric(18, 2)) as valor,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from current_lines

)

select * from renamed
