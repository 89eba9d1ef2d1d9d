"""Passwords and keys: nothing -> state_dir/generated.env (mode 0600), once; a secret set elsewhere is never generated.

Alone: `lagoa env` shows what is in force, masked.
"""

import base64
import os
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from lagoa.settings import Settings, read_env_file

HEADER = "# Generated once by `lagoa up`: passwords, keys and the ports that were found free. Keep it private.\n"
ALPHABET = string.ascii_letters + string.digits


def password() -> str:
    """24 letters and digits (143 bits): safe in URLs, shells and configuration files without quoting."""
    return "".join(secrets.choice(ALPHABET) for _ in range(24))


def key() -> str:
    """A key of 64 letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(64))


def fernet_key() -> str:
    """32 random bytes in URL-safe base64, as cryptography's Fernet wants them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


GENERATORS: dict[str, Callable[[], str]] = {
    "admin_password": password,
    "etl_password": password,
    "dbt_password": password,
    "publisher_password": password,
    "superset_reader_password": password,
    "airflow_db_password": password,
    "superset_db_password": password,
    "airflow_admin_password": password,
    "superset_admin_password": password,
    "analyst_password": password,
    "airflow_fernet_key": fernet_key,
    "airflow_jwt_secret": key,
    "airflow_secret_key": key,
    "superset_secret_key": key,
    "pseudonym_key": key,
}


def generated_file(settings: Settings) -> Path:
    """Where the generated values of an installation are kept."""
    return settings.state_dir / "generated.env"


def generate_missing(settings: Settings) -> dict[str, str]:
    """New values for the secrets that have none, by the name of their setting."""
    return {
        name: generate()
        for name, generate in GENERATORS.items()
        if getattr(settings, name) is None and not (name == "admin_password" and settings.database_url)
    }


def remember(settings: Settings, values: Mapping[str, object]) -> None:
    """Add settings to the generated file, or change them there; atomically, readable by the owner only."""
    if not values:
        return
    path = generated_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = read_env_file(path) | {f"LAGOA_{name.upper()}": str(value) for name, value in values.items()}
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(HEADER + "".join(f"{name}={value}\n" for name, value in sorted(lines.items())))
    scratch.replace(path)
