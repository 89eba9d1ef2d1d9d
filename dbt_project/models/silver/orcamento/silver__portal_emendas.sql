{{
    config(
        unique_key=[
            "emenda_codigo",
            "localidade",
            "funcao_nome",
            "subfuncao_nome",
        ]
    )
}}

with

source as (

    select *
    from {{ source("portal_api", "emendas") }}
    where {{ only_new_loads() }}

),

renamed as (

    select
        -- ids
        codigo_emenda as emenda_codigo,
        nullif(numero_emenda, '') as emenda_numero,

        -- texts
        nullif(trim(tipo_emenda), '') as tipo,
        nullif(trim(nome_autor), '') as autor_nome,
        localidade_do_gasto as localidade,
        funcao as funcao_nome,
        subfuncao as subfuncao_nome,

        -- numbers
        cast(nullif(ano, '') as integer) as ano,
        {{ brazilian_decimal("valor_empenhado") }} as valor_empenhado,
        {{ brazilian_decimal("valor_liquidado") }} as valor_liquidado,
        {{ brazilian_decimal("valor_pago") }} as valor_pago,
        {{ brazilian_decimal("valor_resto_inscrito") }} as valor_restos_inscritos,
        {{ brazilian_decimal("valor_resto_cancelado") }} as valor_restos_cancelados,
        {{ brazilian_decimal("valor_resto_pago") }} as valor_restos_pagos,

        -- metadata
        _load_id,
        _row_version,
        _loaded_at,
        _deleted_at
    from source

)

select * from renamed
