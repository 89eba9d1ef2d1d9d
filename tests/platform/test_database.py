"""The database setup: idempotent, passwords as verifiers, PUBLIC gets nothing."""

from dataclasses import replace

import psycopg2
import pytest
from pydantic import SecretStr

from lagoa.errors import ConfigError
from lagoa.platform import database
from lagoa.platform.credentials import GENERATORS
from lagoa.platform.ports import free_port
from lagoa.platform.postgres import EmbeddedPostgres
from lagoa.settings import Settings


def test_applying_twice_changes_nothing(postgres: Settings, admin: psycopg2.extensions.connection) -> None:
    query = "select rolname, rolpassword from pg_authid where rolname !~ '^pg_' order by 1"
    with admin.cursor() as cursor:
        cursor.execute(query)
        before = cursor.fetchall()
        database.apply(postgres)
        cursor.execute(query)
        assert cursor.fetchall() == before
    assert all(verifier is None or verifier.startswith("SCRAM-SHA-256$") for _, verifier in before)


def test_a_changed_password_is_taken_over(postgres: Settings) -> None:
    changed = postgres.model_copy(update={"etl_password": SecretStr("another-one")})
    database.apply(changed)
    psycopg2.connect(changed.dsn("etl_user")).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(postgres.dsn("etl_user"))
    database.apply(postgres)
    psycopg2.connect(postgres.dsn("etl_user")).close()


def test_passwords_are_never_in_the_server_log(postgres: Settings) -> None:
    log = (postgres.state_dir / "postgres.log").read_text(encoding="utf-8")
    secrets = [
        value.get_secret_value()
        for name in Settings.model_fields
        if isinstance(value := getattr(postgres, name), SecretStr)
    ]
    assert [secret for secret in secrets if secret in log] == []


def test_public_gets_nothing(admin: psycopg2.extensions.connection) -> None:
    with admin.cursor() as cursor:
        cursor.execute(
            """
            select nspname from pg_namespace, aclexplode(nspacl) acl
            where acl.grantee = 0 and nspname in ('bronze', 'silver', 'gold', 'gold_next', 'gold_previous', 'ops')
                or acl.grantee = 0 and nspname = 'public'
            union all
            select datname from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) acl
            where acl.grantee = 0 and datname <> 'template0'
            union all
            select relname from pg_class, aclexplode(relacl) acl
            where acl.grantee = 0 and relnamespace::regnamespace::text in ('bronze', 'silver', 'gold', 'ops')
            """
        )
        assert cursor.fetchall() == []


def test_an_old_server_is_refused() -> None:
    with pytest.raises(ConfigError, match="found version 15, expected 16 to 18"):
        database.check_version(150004)


def test_a_lost_administrator_password_is_replaced(tmp_path_factory: pytest.TempPathFactory) -> None:
    ours = Settings(
        state_dir=tmp_path_factory.mktemp("lost"), postgres_port=free_port(), admin_password=SecretStr("a'b")
    )
    log = ours.state_dir / "postgres.log"
    first = EmbeddedPostgres.of(ours, shared_buffers="32MB", fsync="off")
    try:
        with first.running(log), pytest.raises(ConfigError, match="Run `make down` first"):
            replace(first, password="the 'other").prepare()
        second = replace(first, password="other")
        with second.running(log):
            psycopg2.connect(second.url()).close()
    finally:
        first.destroy()


def test_an_external_server_needs_no_superuser(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A server of its own, set up by a role with only CREATEROLE and CREATEDB."""
    generated = {name: SecretStr(generate()) for name, generate in GENERATORS.items()}
    ours = Settings(state_dir=tmp_path_factory.mktemp("external"), postgres_port=free_port(), **generated)
    server = EmbeddedPostgres.of(ours, shared_buffers="32MB", fsync="off")
    try:
        with server.running(ours.state_dir / "postgres.log"):
            with psycopg2.connect(server.url()) as superuser, superuser.cursor() as cursor:
                cursor.execute("create role cloud_admin login createrole createdb password 'cloud'")
            superuser.close()
            url = f"postgresql://cloud_admin:cloud@127.0.0.1:{ours.postgres_port}/elsewhere"
            external = ours.model_copy(update={"database_url": url, "admin_password": None})
            database.apply(external)
            database.apply(external)
            reader = psycopg2.connect(external.dsn("superset_reader"))
            with reader.cursor() as query:
                query.execute("select current_database(), count(*) from gold.atualizacao_dos_dados")
                assert query.fetchone() == ("elsewhere", 0)
            reader.close()
    finally:
        server.destroy()
