-- Roles of the platform. Passwords are not here: lagoa.platform.database sets them as SCRAM verifiers.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['lagoa_owner', 'etl_user', 'dbt_user', 'publisher', 'superset_reader', 'airflow_db', 'superset_db']
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
            execute format('create role %I', role_name);
        end if;
        -- The administrator acts as each role below; a superuser may anyway.
        if not pg_catalog.pg_has_role(current_user, role_name, 'usage')
            or (current_setting('server_version_num')::int >= 160000 and not pg_catalog.pg_has_role(current_user, role_name, 'set'))
        then
            execute format('grant %I to current_user', role_name);
        end if;
    end loop;
end
$$;

alter role lagoa_owner nologin;
alter role etl_user login;
alter role dbt_user login;
alter role publisher login;
alter role superset_reader login;
alter role airflow_db login;
alter role superset_db login;

-- Publishing moves tables that dbt_user owns (ALTER TABLE … SET SCHEMA needs the owner's rights): publisher inherits
-- them, but may not become dbt_user, and dbt_user gets nothing of publisher's.
grant dbt_user to publisher with inherit true, set false;

alter role superset_reader set default_transaction_read_only = on;
alter role superset_reader set statement_timeout = '60s';
alter role superset_reader set idle_in_transaction_session_timeout = '60s';
alter role superset_reader set search_path = gold;

-- What Airflow and Superset were told is stored must survive a crash: a task whose result is lost, but not its success,
-- fails the next one for good.
alter role airflow_db reset synchronous_commit;
alter role superset_db reset synchronous_commit;
