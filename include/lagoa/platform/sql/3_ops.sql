-- The run ledger, quality results and publications. Rows are added and updated; only reference tables lose rows.
set role lagoa_owner;

create table if not exists ops.sources (
    source text primary key,
    title text,
    domain text,
    owner text,
    licence text,
    url text
);
comment on table ops.sources is 'One row per source system, synchronised from the specs at load.';

create table if not exists ops.loads (
    load_id bigint generated always as identity primary key,
    run_id text not null,
    source text not null,
    resource text not null,
    mode text,
    is_full boolean,
    announced bigint,
    received bigint,
    duplicated bigint,
    inserted bigint,
    updated bigint,
    deleted bigint,
    unchanged bigint,
    rows_after bigint,
    bytes bigint,
    watermark text,
    status text not null constraint loads_status_is_known check (status in ('running', 'success', 'failed')),
    extracted_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    unique (run_id, source, resource)
);
comment on table ops.loads is 'One row per run, source and resource: announced against received, and what the load changed.';
alter table ops.loads add column if not exists raw_removed_at timestamptz;
alter table ops.loads add column if not exists backfill boolean not null default false;
create index if not exists loads_by_source on ops.loads (source, resource, load_id desc);

create table if not exists ops.load_windows (
    load_id bigint not null references ops.loads (load_id) on delete cascade,
    asked jsonb not null,
    windows integer not null default 1,
    announced bigint,
    received bigint not null,
    missing bigint not null default 0,
    absent boolean not null default false,
    unchanged boolean not null default false
);
comment on table ops.load_windows is
'One row per load and window, file or parent asked for: announced against received. Beyond 20,000 the usual ones are summed up in one row.';
create index if not exists load_windows_by_load on ops.load_windows (load_id);

create table if not exists ops.resources (
    source text not null,
    resource text not null,
    title text,
    table_name text not null,
    mode text,
    owner text,
    licence text,
    schedule text,
    freshness_hours double precision not null,
    availability double precision not null,
    personal_columns text [] not null,
    known_at timestamptz not null default now(),
    primary key (source, resource)
);
comment on table ops.resources is 'One row per resource of a source and what is promised of it, synchronised from the specs at load.';

create table if not exists ops.columns (
    source text not null,
    resource text not null,
    column_name text not null,
    place integer not null,
    kind text,
    primary key (source, resource, column_name)
);
comment on table ops.columns is
'One row per column that the last load brought: its place, and what its values looked like, by a sample.';

create table if not exists ops.schema_changes (
    id bigint generated always as identity primary key,
    run_id text,
    source text not null,
    resource text not null,
    column_name text not null,
    change text not null,
    detected_at timestamptz not null default now()
);
alter table ops.schema_changes add column if not exists detail text;
comment on table ops.schema_changes is
'One row per column that appeared, vanished, returned, changed its shape or seems renamed at a source.';

create table if not exists ops.origin (
    only_one boolean primary key default true constraint origin_is_one_row check (only_one),
    origin text not null
);
comment on table ops.origin is 'One row: the kind of data that this lakehouse holds (live, recorded, generated).';

create table if not exists ops.resource_state (
    source text not null,
    resource text not null,
    state jsonb not null,
    primary key (source, resource)
);
comment on table ops.resource_state is 'One row per resource: the watermark and the files that the last load reached.';

create table if not exists ops.announcements (
    source text primary key,
    load_id bigint not null,
    announced_at timestamptz not null default now()
);
alter table ops.announcements add column if not exists run_id text;
comment on table ops.announcements is 'One row per source: the newest load that was told to the transformations.';

create table if not exists ops.failures (
    failure_id bigint generated always as identity primary key,
    dag_id text not null,
    task_id text not null,
    run_id text not null,
    message text not null,
    failed_at timestamptz not null default now()
);
comment on table ops.failures is 'One row per failed attempt of a task, with a message for people.';

create table if not exists ops.quality_results (
    id bigint generated always as identity primary key,
    run_id text not null,
    layer text not null,
    domain text,
    table_name text not null,
    expectation text not null,
    column_name text,
    severity text,
    success boolean not null,
    observed text,
    meaning text,
    checked_at timestamptz not null default now()
);
comment on table ops.quality_results is 'One row per run, table and expectation.';
create index if not exists quality_results_by_table on ops.quality_results (domain, layer, table_name, checked_at desc);

create table if not exists ops.quality_passes (
    table_name text primary key,
    state text not null,
    run_id text not null,
    checked_at timestamptz not null
);
comment on table ops.quality_passes is
'One row per bronze table: the state in which it last passed every check; run_id and checked_at lead to the results.';

create table if not exists ops.publications (
    publication_id bigint generated always as identity primary key,
    domain text not null,
    action text not null constraint publications_action_is_known check (action in ('publish', 'rollback')),
    tables text [] not null,
    row_counts jsonb,
    run_id text,
    published_at timestamptz not null default now(),
    published_by text not null default current_user
);
comment on table ops.publications is 'One row per publication or rollback of a domain.';
create index if not exists publications_by_domain on ops.publications (domain, published_at desc);

create table if not exists ops.builds (
    domain text not null,
    run_id text not null,
    started_at timestamptz not null default now(),
    primary key (domain, run_id)
);
comment on table ops.builds is 'One row per run that built a domain: when it began to read; what came before, it saw.';

create table if not exists ops.domain_sources (
    domain text not null,
    source text not null,
    primary key (domain, source)
);
comment on table ops.domain_sources is 'One row per domain and source that feeds it, written at publication.';

grant select, insert, update on all tables in schema ops to etl_user;
grant delete on ops.sources, ops.domain_sources, ops.loads, ops.resource_state, ops.load_windows, ops.resources, ops.columns to etl_user;
grant select on ops.loads, ops.sources to dbt_user;
grant select, insert on ops.publications to publisher;
grant select, insert, update, delete on ops.domain_sources to publisher;

reset role;
