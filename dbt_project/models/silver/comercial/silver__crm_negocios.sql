{{ config(unique_key="negocio_id") }}

with

source as (

    select *
    from {{ source("ploomes", "deals") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        cast(id as bigint) as negocio_id,
        cast(contact_id as bigint) as contato_id,
        cast(person_id as bigint) as pessoa_id,
        cast(pipeline_id as bigint) as funil_id,
        cast(stage_id as bigint) as etapa_id,
        cast(owner_id as bigint) as usuario_id,
        status_id as situacao_codigo,
        loss_reason_id as motivo_perda_codigo,
        origin_id as origem_codigo,

        -- texts
        title as titulo,
        other_properties as campos_proprios,

        -- numbers
        cast(amount as numeric(18, 2)) as valor,

        -- timestamps
        cast(start_date as timestamptz) as iniciado_at,
        cast(finish_date as timestamptz) as encerrado_at,
        cast(create_date as timestamptz) as criado_at,
        cast(last_update_date as timestamptz) as atualizado_at,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
