"""Airflow as a part of the platform: Settings -> environment of its components, metadata schema, administrator.

FAB accounts, LocalExecutor, metadata in Postgres. Ports and files come from the settings; nothing is in airflow.cfg.
"""

import hashlib
import importlib.metadata
import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import connection as Connection
from pydantic import SecretStr
from werkzeug.security import check_password_hash, generate_password_hash

from lagoa.errors import ConfigError, LagoaError
from lagoa.platform import dbt
from lagoa.platform.program import Program
from lagoa.settings import Settings

logger = logging.getLogger(__name__)

ADMINISTRATOR = "admin"
MIGRATE_TIMEOUT_SECONDS = 300
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
ARGUMENTS = {
    "scheduler": ("--skip-serve-logs",),  # the api-server reads the same files
    "triggerer": ("--skip-serve-logs",),
}
NO_TELEMETRY = {
    "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
    "SCARF_NO_ANALYTICS": "true",
    "SCARF_ANALYTICS": "false",
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    "GX_ANALYTICS_ENABLED": "False",
    "RUNTIME__DLTHUB_TELEMETRY": "False",
}


def environment(settings: Settings) -> dict[str, str]:
    """The variables of every Airflow component and task; they hold secrets.

    Raises:
        ConfigError: a key or a password is not set.
    """
    home = settings.state_dir / "airflow"
    logs = home / "logs"
    return {
        **settings_environment(settings),
        **(dbt.environment(settings) if settings.dbt_password else {}),  # only where tasks run
        **NO_TELEMETRY,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.home / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__EXECUTOR": "lagoa.orchestration.executor.PreloadingLocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "America/Sao_Paulo",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__CORE__FERNET_KEY": _required(settings, "airflow_fernet_key"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{settings.airflow_base}/execution/",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "1",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": settings.dsn("airflow_db").replace(
            "postgresql://", "postgresql+psycopg2://", 1
        ),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "5",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "5",
        "AIRFLOW__DATABASE__EXTERNAL_DB_MANAGERS": "airflow.providers.fab.auth_manager.models.db.FABDBManager",
        "AIRFLOW__API__BASE_URL": settings.airflow_public_url or settings.airflow_base,
        "AIRFLOW__API__HOST": settings.airflow_host,
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": _required(settings, "airflow_secret_key"),
        "AIRFLOW__API__EXPOSE_CONFIG": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": _required(settings, "airflow_jwt_secret"),
        "AIRFLOW__API_AUTH__JWT_ISSUER": "lagoa",
        "AIRFLOW__FAB__SESSION_LIFETIME_MINUTES": "720",
        "AIRFLOW__COSMOS__ENABLE_CACHE": "False",  # in /tmp, for all; dbt's environment names what was parsed
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(logs),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(logs / "dag_processor"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "cosmos=WARNING great_expectations=WARNING",
        # A task's supervisor that misses the moment of its end sleeps this long before it looks again; 5 s by default.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": str(min(60, settings.task_silence_seconds)),
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": str(min(30, settings.task_silence_seconds)),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(settings.task_silence_seconds),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": str(
            max(2, settings.task_silence_seconds // 9)
        ),
        # What a worker had in hand, and not begun yet, when it was killed; 600 s by default.
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": str(max(60, settings.task_silence_seconds)),
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": str(max(2, settings.task_silence_seconds // 9)),
        "AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT": "False",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "15",
        "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "5",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "2",
        "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "0",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def settings_environment(settings: Settings) -> dict[str, str]:
    """The LAGOA_ variables that give the tasks these very settings; only the secrets that a task needs."""
    needed = {"etl_password", "dbt_password", "publisher_password", "pseudonym_key"}
    unneeded = {"simulator_host", "superset_host"}
    found = {f"agency_{name}": value for name, value in settings.agency_values.items()}
    found |= {f"secret_{name}": value.get_secret_value() for name, value in settings.secrets.items()}
    for name in settings.model_fields_set - unneeded - {"agency_values", "secrets"}:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            if name in needed:
                found[name] = value.get_secret_value()
        elif name == "database_url":
            found[name] = _without_account(value)
        elif value is not None:
            found[name] = str(value)
    return {f"LAGOA_{name.upper()}": value for name, value in found.items()}


def programs(settings: Settings) -> list[Program]:
    """The four components."""
    variables = environment(settings) | {"CODE_DIGEST": code_digest(settings)}
    database_port = settings.postgres_port if settings.embedded else None
    return [
        Program(
            name=f"airflow-{component}",
            command=(sys.executable, "-P", "-m", "airflow", component, *ARGUMENTS.get(component, ())),
            environment=variables,
            directory=str(settings.state_dir),
            wait_for_port=database_port,
            port=settings.airflow_port if component == "api-server" else None,
            stop_seconds=10,
            essential="LocalExecutor" if component == "scheduler" else None,
        )
        for component in COMPONENTS
    ]


def code_digest(settings: Settings) -> str:
    """A digest of our own code: its workers hold it in memory, so `lagoa up` restarts Airflow when it changed."""
    found = hashlib.sha256()
    for folder in ("include/lagoa", "dags"):
        for path in sorted((settings.home / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def prepare(settings: Settings) -> bool:
    """Bring the metadata schema and the administrator's account up to date.

    Returns:
        Whether the schema had to be migrated.

    Raises:
        LagoaError: the migration failed; its log is named.
    """
    home = settings.state_dir / "airflow"
    home.mkdir(parents=True, exist_ok=True)
    wanted = schema_stamp()
    connection = psycopg2.connect(settings.dsn("airflow_db"), connect_timeout=10)
    connection.autocommit = True
    try:
        migrated = _read_stamp(connection) != wanted
        if migrated:
            _migrate(settings, home / "migrate.log")
            with connection.cursor() as cursor:
                cursor.execute("comment on table alembic_version is %s", (wanted,))
        ensure_administrator(connection, _required(settings, "airflow_admin_password"))
    finally:
        connection.close()
    return migrated


def is_migrated(settings: Settings) -> bool:
    """Whether the metadata schema is that of the installed Airflow."""
    connection = psycopg2.connect(settings.dsn("airflow_db"), connect_timeout=10)
    try:
        return _read_stamp(connection) == schema_stamp()
    finally:
        connection.close()


def schema_stamp() -> str:
    """What the metadata schema depends on: the versions of Airflow and of the FAB provider."""
    packages = ("apache-airflow-core", "apache-airflow-providers-fab")
    versions = " ".join(f"{package} {importlib.metadata.version(package)}" for package in packages)
    return f"lagoa {hashlib.sha256(versions.encode()).hexdigest()[:16]} ({versions})"


def ensure_administrator(connection: Connection, password: str) -> None:
    """Create the administrator, or give it the password of the settings; nothing where it has it already.

    Written to FAB's tables directly: `airflow users create` takes eight seconds for these three rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("select password from ab_user where username = %s", (ADMINISTRATOR,))
        found = cursor.fetchone()
        if found and found[0] and check_password_hash(found[0], password):
            return
        cursor.execute(
            """
            with role as (
                insert into ab_role (id, name) values (nextval('ab_role_id_seq'), 'Admin')
                on conflict (name) do update set name = excluded.name
                returning id
            ), account as (
                insert into ab_user
                    (id, first_name, last_name, username, email, active, password, created_on, changed_on)
                select nextval('ab_user_id_seq'), 'Administração', 'da Lagoa', %(name)s, 'admin@lagoa.invalid', true,
                    %(hash)s, now(), now()
                on conflict (username) do update set password = excluded.password, active = true
                returning id
            )
            insert into ab_user_role (id, user_id, role_id)
            select nextval('ab_user_role_id_seq'), account.id, role.id from account, role
            on conflict do nothing
            """,
            {"name": ADMINISTRATOR, "hash": generate_password_hash(password)},
        )


def _read_stamp(connection: Connection) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("select obj_description(to_regclass('public.alembic_version'), 'pg_class')")
        row = cursor.fetchone()
    return row[0] if row else None


def _migrate(settings: Settings, log: Path) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "airflow", "db", "migrate"],
            env={**os.environ, **environment(settings)},
            capture_output=True,
            text=True,
            timeout=MIGRATE_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LagoaError(f"airflow: metadata not migrated in {MIGRATE_TIMEOUT_SECONDS} s. Try again.") from None
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise LagoaError(f"airflow: the migration of its metadata failed ({last}). Read {log}.")


def _without_account(url: str) -> str:
    """A database's URL without the administrator's name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _required(settings: Settings, name: str) -> str:
    secret: SecretStr | None = getattr(settings, name)
    if secret is None:
        raise ConfigError(f"LAGOA_{name.upper()}: not set. Run `make up`, which generates it, or `make env`.")
    return secret.get_secret_value()
