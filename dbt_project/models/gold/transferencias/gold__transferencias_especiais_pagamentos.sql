{{ config(indexes=[{"columns": ["data_emissao_ordem_pagamento"]}]) }}

with

ordens_pagamento as (

    select * from {{ ref("silver__transferencias_especiais_ordens_pagamento") }}

),

historico as (

    select * from {{ ref("silver__transferencias_especiais_historico") }}

),

-- A step may come again (errors are retried hourly): its first time counts.
steps as (

    select
        ordem_pagamento_id,
        count(*) as quantidade_etapas,
        count(*) filter (where situacao_codigo = '2') as quantidade_erros_siafi,
        min(ocorrido_at) filter (where situacao_codigo = '1')
            as aguardando_envio_siafi_at,
        min(ocorrido_at) filter (where situacao_codigo = '2')
            as erro_envio_siafi_at,
        min(ocorrido_at) filter (where situacao_codigo = '3')
            as aguardando_assinaturas_at,
        min(ocorrido_at) filter (where situacao_codigo = '4')
            as assinada_sem_ordem_bancaria_at,
        min(ocorrido_at) filter (where situacao_codigo = '5') as enviada_banco_at
    from historico
    group by ordem_pagamento_id

),

-- greatest() passes over nulls, and one signature is not yet a signed order.
signed as (

    select
        *,
        case
            when
                data_assinatura_ordenador_despesa is not null
                and data_assinatura_gestor_financeiro is not null
                then greatest(
                    data_assinatura_ordenador_despesa,
                    data_assinatura_gestor_financeiro
                )
        end as data_assinatura
    from ordens_pagamento

),

measured as (

    select
        -- ids
        signed.ordem_pagamento_id,
        signed.documento_habil_id,
        signed.situacao_codigo,
        signed.vinculacao_codigo,

        -- texts
        signed.situacao_nome,
        signed.numero_ordem_pagamento,
        signed.numero_ordem_bancaria,
        signed.numero_ordem_lancamento,

        -- numbers
        coalesce(steps.quantidade_etapas, 0) as quantidade_etapas,
        coalesce(steps.quantidade_erros_siafi, 0) as quantidade_erros_siafi,
        signed.data_assinatura - signed.data_emissao_ordem_pagamento
            as dias_emissao_ate_assinatura,
        signed.data_emissao_ordem_bancaria - signed.data_assinatura
            as dias_assinatura_ate_ordem_bancaria,
        signed.data_emissao_ordem_bancaria - signed.data_emissao_ordem_pagamento
            as dias_emissao_ate_ordem_bancaria,
        {{ brasilia_date("steps.enviada_banco_at") }}
        - signed.data_emissao_ordem_pagamento as dias_emissao_ate_envio_banco,
        cast(
            extract(
                epoch from steps.enviada_banco_at - steps.aguardando_envio_siafi_at
            ) / 3600 as numeric(12, 2)
        ) as horas_ate_envio_banco,

        -- booleans
        signed.situacao_codigo = '5' as is_enviada_banco,
        coalesce(steps.quantidade_erros_siafi, 0) > 0 as teve_erro_siafi,

        -- dates
        signed.data_emissao_ordem_pagamento,
        cast(
            date_trunc('month', signed.data_emissao_ordem_pagamento) as date
        ) as mes_emissao,
        signed.data_assinatura_ordenador_despesa,
        signed.data_assinatura_gestor_financeiro,
        signed.data_emissao_ordem_bancaria,
        signed.data_situacao,

        -- timestamps
        steps.aguardando_envio_siafi_at,
        steps.erro_envio_siafi_at,
        steps.aguardando_assinaturas_at,
        steps.assinada_sem_ordem_bancaria_at,
        steps.enviada_banco_at
    from signed
    left join steps on signed.ordem_pagamento_id = steps.ordem_pagamento_id

)

select * from measured
