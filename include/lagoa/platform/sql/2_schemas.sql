-- Schemas, who may enter them and who may create in them. PUBLIC gets nothing. Runs in the lakehouse database.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant create on database %I to lagoa_owner', current_database());
    execute format(
        'grant connect on database %I to lagoa_owner, etl_user, dbt_user, publisher, superset_reader', current_database()
    );
    execute format('grant temporary on database %I to etl_user, dbt_user', current_database());
    begin
        revoke all on schema public from public;
    exception when insufficient_privilege then
        raise notice 'schema public belongs to another role; its grants were left as they are';
    end;
end
$$;

set role lagoa_owner;

create schema if not exists bronze;
create schema if not exists silver;
create schema if not exists gold_next;
create schema if not exists gold;
create schema if not exists gold_previous;
create schema if not exists ops;

grant usage, create on schema bronze to etl_user;
grant usage on schema bronze to dbt_user;
grant usage, create on schema silver to dbt_user;
grant usage, create on schema gold_next to dbt_user;
grant usage, create on schema gold to publisher;
grant usage, create on schema gold_previous to publisher;
grant usage on schema gold to superset_reader;
grant usage on schema ops to etl_user, dbt_user, publisher;

reset role;

-- Tables made later. A table built in gold_next carries the reader's SELECT with it into gold; in gold_next itself the
-- reader cannot reach it, having no USAGE there.
alter default privileges for role etl_user in schema bronze grant select on tables to dbt_user;
alter default privileges for role dbt_user in schema gold_next grant select on tables to superset_reader;
alter default privileges for role publisher in schema gold grant select on tables to superset_reader;
alter default privileges for role lagoa_owner in schema gold grant select on tables to superset_reader;

-- Functions may be executed by everyone by default; not here.
alter default privileges for role lagoa_owner revoke execute on functions from public;
alter default privileges for role etl_user revoke execute on functions from public;
alter default privileges for role dbt_user revoke execute on functions from public;
alter default privileges for role publisher revoke execute on functions from public;
