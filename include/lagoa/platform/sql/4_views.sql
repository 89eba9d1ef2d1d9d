-- What analysts read about the data itself.
set role lagoa_owner;

create or replace view gold.atualizacao_dos_dados as
with

last_loads as (

    select distinct on (source, resource)
        source,
        resource,
        rows_after
    from ops.loads
    where status = 'success'
    order by source, resource, load_id desc

),

rows_at_source as (

    select
        source,
        sum(rows_after)::bigint as linhas_na_fonte
    from last_loads
    group by source

),

load_times as (

    select
        source,
        max(finished_at) as ultima_verificacao_at,
        max(finished_at) filter (where inserted > 0 or updated > 0 or deleted > 0) as ultima_mudanca_at
    from ops.loads
    where status = 'success'
    group by source

),

publication_times as (

    select
        domain,
        max(published_at) as publicado_at
    from ops.publications
    group by domain

),

last_checks as (

    select
        domain,
        success,
        run_id = first_value(run_id) over (
            partition by domain, layer, table_name order by checked_at desc, id desc
        ) as is_last
    from ops.quality_results

),

checks as (

    select
        domain,
        count(*) filter (where success) as verificacoes_ok,
        count(*) filter (where not success) as verificacoes_alerta
    from last_checks
    where is_last
    group by domain

)

select
    domain_sources.domain as dominio,
    domain_sources.source as fonte,
    sources.title as fonte_titulo,
    load_times.ultima_verificacao_at,
    load_times.ultima_mudanca_at,
    publication_times.publicado_at,
    rows_at_source.linhas_na_fonte,
    coalesce(checks.verificacoes_ok, 0) as verificacoes_ok,
    coalesce(checks.verificacoes_alerta, 0) as verificacoes_alerta
from ops.domain_sources as domain_sources
left join ops.sources as sources on domain_sources.source = sources.source
left join load_times on domain_sources.source = load_times.source
left join rows_at_source on domain_sources.source = rows_at_source.source
left join publication_times on domain_sources.domain = publication_times.domain
left join checks on domain_sources.domain = checks.domain;

comment on view gold.atualizacao_dos_dados is
'Uma linha por domínio e fonte: quando a fonte foi verificada, quando mudou e quando os dados foram publicados.';
comment on column gold.atualizacao_dos_dados.dominio is 'Domínio de dados, por exemplo contratacoes.';
comment on column gold.atualizacao_dos_dados.fonte is 'Sistema de origem, por exemplo pncp.';
comment on column gold.atualizacao_dos_dados.fonte_titulo is 'Nome do sistema de origem por extenso.';
comment on column gold.atualizacao_dos_dados.ultima_verificacao_at is 'Última carga bem-sucedida da fonte (UTC).';
comment on column gold.atualizacao_dos_dados.ultima_mudanca_at is 'Última carga que trouxe alguma mudança (UTC).';
comment on column gold.atualizacao_dos_dados.publicado_at is 'Última publicação do domínio (UTC).';
comment on column gold.atualizacao_dos_dados.linhas_na_fonte is 'Linhas da fonte após a última carga, todos os recursos.';
comment on column gold.atualizacao_dos_dados.verificacoes_ok is 'Verificações de qualidade aprovadas na última rodada.';
comment on column gold.atualizacao_dos_dados.verificacoes_alerta is 'Verificações de qualidade com alerta na última rodada.';
grant select on gold.atualizacao_dos_dados to superset_reader, publisher;

create or replace view gold.frescor_das_tabelas as
with

attempts as (

    select
        source,
        resource,
        run_id,
        status = 'success' as succeeded,
        started_at as at
    from ops.loads
    where status <> 'running'

    union all

    -- A run that failed before its load is known by its task alone.
    select
        resources.source,
        resources.resource,
        failures.run_id,
        false as succeeded,
        failures.failed_at as at
    from ops.failures as failures
    inner join ops.resources as resources
        on
            failures.dag_id = 'ingest__' || resources.source
            and split_part(failures.task_id, '.', 1) = resources.resource

),

runs as (

    select
        source,
        resource,
        run_id,
        bool_or(succeeded) as succeeded
    from attempts
    where at > now() - interval '30 days'
    group by source, resource, run_id

),

shares as (

    select
        source,
        resource,
        count(*) as execucoes_30_dias,
        count(*) filter (where succeeded) as execucoes_bem_sucedidas_30_dias
    from runs
    group by source, resource

),

last_loads as (

    select
        source,
        resource,
        max(extracted_at) as ultima_carga_at
    from ops.loads
    -- Old days that were asked for again make nothing fresh.
    where status = 'success' and not backfill
    group by source, resource

),

limits as (

    select
        resources.source,
        resources.resource,
        last_loads.ultima_carga_at,
        coalesce(last_loads.ultima_carga_at, resources.known_at)
        + resources.freshness_hours * interval '1 hour' as vale_ate_at
    from ops.resources as resources
    left join last_loads on resources.source = last_loads.source and resources.resource = last_loads.resource

)

select
    resources.source as fonte,
    resources.resource as recurso,
    resources.title as titulo,
    resources.table_name as tabela,
    resources.owner as responsavel,
    resources.licence as licenca,
    resources.personal_columns as colunas_pessoais,
    limits.ultima_carga_at,
    resources.freshness_hours as prazo_horas,
    limits.vale_ate_at < now() as atrasada,
    case when limits.vale_ate_at < now() then limits.vale_ate_at end as atrasada_desde_at,
    coalesce(shares.execucoes_30_dias, 0) as execucoes_30_dias,
    coalesce(shares.execucoes_bem_sucedidas_30_dias, 0) as execucoes_bem_sucedidas_30_dias,
    round(shares.execucoes_bem_sucedidas_30_dias::numeric / shares.execucoes_30_dias, 4) as disponibilidade,
    resources.availability as disponibilidade_prometida,
    shares.execucoes_bem_sucedidas_30_dias
    < resources.availability * shares.execucoes_30_dias as abaixo_do_prometido
from ops.resources as resources
inner join limits on resources.source = limits.source and resources.resource = limits.resource
left join shares on resources.source = shares.source and resources.resource = shares.resource;

comment on view gold.frescor_das_tabelas is
'Uma linha por tabela de origem: quando foi carregada, se está atrasada e desde quando, e quantas execuções deram certo.';
comment on column gold.frescor_das_tabelas.fonte is 'Sistema de origem, por exemplo pncp.';
comment on column gold.frescor_das_tabelas.recurso is 'Recurso da fonte, por exemplo contratacoes.';
comment on column gold.frescor_das_tabelas.titulo is 'Nome do recurso por extenso.';
comment on column gold.frescor_das_tabelas.tabela is 'Tabela no schema bronze.';
comment on column gold.frescor_das_tabelas.responsavel is 'Quem responde pela tabela.';
comment on column gold.frescor_das_tabelas.licenca is 'Licença dos dados na fonte.';
comment on column gold.frescor_das_tabelas.colunas_pessoais is 'Colunas com dados pessoais guardados, ainda que mascarados.';
comment on column gold.frescor_das_tabelas.ultima_carga_at is 'Início da última extração carregada com sucesso (UTC).';
comment on column gold.frescor_das_tabelas.prazo_horas is 'Idade máxima prometida dos dados, em horas.';
comment on column gold.frescor_das_tabelas.atrasada is 'Se a última carga é mais velha que o prazo.';
comment on column gold.frescor_das_tabelas.atrasada_desde_at is 'Desde quando está atrasada (UTC); vazio se está em dia.';
comment on column gold.frescor_das_tabelas.execucoes_30_dias is 'Execuções nos últimos 30 dias.';
comment on column gold.frescor_das_tabelas.execucoes_bem_sucedidas_30_dias is 'Delas, as que terminaram bem.';
comment on column gold.frescor_das_tabelas.disponibilidade is 'Parte das execuções que terminaram bem, de 0 a 1.';
comment on column gold.frescor_das_tabelas.disponibilidade_prometida is 'Parte prometida, de 0 a 1.';
comment on column gold.frescor_das_tabelas.abaixo_do_prometido is 'Se a parte que terminou bem é menor que a prometida.';
grant select on gold.frescor_das_tabelas to superset_reader, publisher;

reset role;
