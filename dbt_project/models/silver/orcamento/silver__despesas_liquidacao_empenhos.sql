{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'liquidacao_empenhos'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

with

-- Read twice: cheaper than a copy of it on disk.
source as not materialized (

    select * from {{ source("portal_despesas", "liquidacao_empenhos") }}

),

changed as (

    {{ changed_partitions("dia", "YYYYMMDD") }}

),

reissued as (

    select source.*
    from source
    inner join changed on source.dia = changed.dia

),

renamed as (

    select
        -- ids
        codigo_liquidacao as liquidacao_codigo,
        codigo_empenho as empenho_codigo,
        codigo_natureza_despesa_completa as natureza_despesa_codigo,

        -- texts
        nullif(trim(subitem), '') as subitem,

        -- numbers
        {{ brazilian_decimal("valor_liquidado_r") }} as valor_liquidado,
        {{ brazilian_decimal("valor_restos_a_pagar_inscritos_r") }}
            as valor_restos_inscritos,
        {{ brazilian_decimal("valor_restos_a_pagar_cancelado_r") }}
            as valor_restos_cancelados,
        {{ brazilian_decimal("valor_restos_a_pagar_pagos_r") }} as valor_restos_pagos,

        -- dates
        to_date(dia, 'YYYYMMDD') as dia,

        -- metadata
        _load_id,
        _loaded_at,
        _deleted_at
    from reissued

)

select * from renamed
