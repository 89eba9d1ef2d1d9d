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

reset role;
