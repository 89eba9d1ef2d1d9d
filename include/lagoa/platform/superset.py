"""Superset as a part of the platform: Settings -> environment, command line, set-up of its metadata.

Superset lives in an environment of its own (it needs SQLAlchemy < 2), so nothing here imports it: `prepare` hands a
JSON order to `superset_config/bootstrap.py`, and the supervisor starts `command` with `environment`. Both stamps of
what was set up stand in the metadata database itself; when they match, `prepare` is one query.
"""

import hashlib
import hmac
import json
import logging
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import psycopg2

from lagoa.errors import ConfigError, LagoaError
from lagoa.settings import Settings

log = logging.getLogger(__name__)
PREPARE_TIMEOUT_SECONDS = 600


def environment(settings: Settings) -> dict[str, str]:
    """The variables that superset_config.py reads, and the switches that keep Superset from calling home."""
    return {
        "PYTHONPATH": str(_folder(settings)),
        "SUPERSET_HOME": str(settings.state_dir / "superset"),
        "SUPERSET_METADATA_URI": _sqlalchemy(settings.dsn("superset_db")),
        "SUPERSET_SECRET_KEY": _secret_key(settings),
        "SUPERSET_IS_HTTPS": str(
            (settings.superset_public_url or settings.superset_base).startswith("https://")
        ).lower(),
        "SCARF_ANALYTICS": "false",
        "PYTHONUNBUFFERED": "1",
    }


def command(settings: Settings) -> list[str]:
    """Superset under gunicorn, in the foreground: two processes of eight threads."""
    return [
        str(_python(settings)),
        *("-m", "gunicorn.app.wsgiapp", "superset.app:create_app()"),
        *("--bind", f"{settings.superset_host}:{settings.superset_port}"),
        *("--workers", "2", "--worker-class", "gthread", "--threads", "8"),
        *("--timeout", "120", "--graceful-timeout", "10", "--keep-alive", "5"),
        *("--log-level", "warning"),
    ]


def prepare(settings: Settings) -> bool:
    """Set up metadata schema, assets, roles and accounts, if anything of them changed.

    Returns:
        Whether something had to be done.

    Raises:
        LagoaError: the set-up failed; its log is named.
    """
    wanted = _stamps(settings)
    found = _read_stamps(settings)
    if found == wanted:
        return False
    settings.state_dir.joinpath("superset").mkdir(parents=True, exist_ok=True)
    order = {
        "migrate": found.get("schema") != wanted["schema"],
        "gold_uri": _sqlalchemy(settings.dsn("superset_reader")),
        "accounts": _accounts(settings),
        "stamps": wanted,
    }
    log_file = settings.state_dir / "superset" / "prepare.log"
    try:
        done = subprocess.run(
            [str(_python(settings)), str(_folder(settings) / "bootstrap.py")],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=PREPARE_TIMEOUT_SECONDS,
            env={key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ} | environment(settings),
            check=False,
        )
    except FileNotFoundError as error:
        raise ConfigError(f"superset: {error.filename} is missing. Run `make setup`.") from None
    except subprocess.TimeoutExpired:
        raise LagoaError(f"superset: not set up in {PREPARE_TIMEOUT_SECONDS} s. Try again.") from None
    log_file.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise LagoaError(f"superset: the set-up failed ({last}). Read {log_file}.")
    for line in done.stderr.splitlines():
        if line.startswith("superset: "):
            log.info("%s", line)
    return True


def _accounts(settings: Settings) -> list[dict[str, str]]:
    admin, analyst = settings.superset_admin_password, settings.analyst_password
    if admin is None or analyst is None:
        raise ConfigError(
            "LAGOA_SUPERSET_ADMIN_PASSWORD, LAGOA_ANALYST_PASSWORD: not set. Run `make up`, which generates them."
        )
    return [
        {
            "username": "admin",
            "first_name": "Administração",
            "last_name": "da Lagoa",
            "email": "admin@lagoa.invalid",
            "role": "Admin",
            "password": admin.get_secret_value(),
        },
        {
            "username": "analista",
            "first_name": "Analista",
            "last_name": "da Lagoa",
            "email": "analista@lagoa.invalid",
            "role": "Analista",
            "password": analyst.get_secret_value(),
        },
    ]


def _stamps(settings: Settings) -> dict[str, str]:
    """What the set-up depends on, as two digests; keyed, because passwords are among it."""
    folder = _folder(settings)
    schema = [folder / "requirements.txt", folder / "superset_config.py", folder / "localisation.py"]
    gold = settings.home / "dbt_project" / "models" / "gold"
    content = [
        folder / "bootstrap.py",
        folder / "roles.yaml",
        folder / "dashboard.css",
        *sorted((folder / "assets").rglob("*.yaml")),
        *sorted(gold.rglob("*.yml")),
    ]
    secrets = json.dumps([_accounts(settings), settings.dsn("superset_reader")])
    return {
        "schema": _digest(settings, schema),
        "content": _digest(settings, [*schema, *content], secrets),
    }


def _digest(settings: Settings, files: Iterable[Path], more: str = "") -> str:
    keyed = hmac.new(_secret_key(settings).encode(), more.encode(), hashlib.sha256)
    for path in files:
        keyed.update(path.relative_to(settings.home).as_posix().encode() + b"\0" + path.read_bytes())
    return keyed.hexdigest()


def _read_stamps(settings: Settings) -> dict[str, str]:
    connection = psycopg2.connect(settings.dsn("superset_db"), connect_timeout=10)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("select to_regclass('lagoa_stamps') is not null")
            if cursor.fetchone() != (True,):
                return {}
            cursor.execute("select part, digest from lagoa_stamps")
            return dict(cursor.fetchall())
    finally:
        connection.close()


def _secret_key(settings: Settings) -> str:
    if settings.superset_secret_key is None:
        raise ConfigError("LAGOA_SUPERSET_SECRET_KEY: not set. Run `make up`, which generates it, or `make env`.")
    return settings.superset_secret_key.get_secret_value()


def _folder(settings: Settings) -> Path:
    return settings.home / "superset_config"


def _python(settings: Settings) -> Path:
    return settings.home / ".venv-superset" / "bin" / "python"


def _sqlalchemy(dsn: str) -> str:
    return dsn.replace("postgresql://", "postgresql+psycopg2://", 1)
