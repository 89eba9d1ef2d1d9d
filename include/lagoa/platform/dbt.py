"""dbt as a part of the platform: its environment, its command line, and the compiled manifest that the DAGs read.

dbt_project/ -> `dbt parse` -> manifest.json, anew only when a file or the connection changed
                            -> partial_parse.msgpack, from which every other dbt command takes what it need not parse
"""

import hashlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from psycopg2.extensions import parse_dsn

from lagoa.errors import ConfigError
from lagoa.settings import Settings

PARSE_TIMEOUT_SECONDS = 180
NOT_SOURCES = {"target", "logs", "dbt_packages"}


def environment(settings: Settings) -> dict[str, str]:
    """What profiles.yml reads, what was parsed before, and dbt's switches against calling home."""
    connection, parsed = parse_dsn(settings.dsn("dbt_user")), settings.dbt_manifest.with_name("partial_parse.msgpack")
    return {
        **({"DBT_PARTIAL_PARSE_FILE_PATH": str(parsed)} if parsed.is_file() else {}),
        "LAGOA_DBT_HOST": connection["host"],
        "LAGOA_DBT_PORT": connection["port"],
        "LAGOA_DBT_NAME": connection["dbname"],
        "DBT_ENV_SECRET_LAGOA_PASSWORD": connection["password"],
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        "DBT_VERSION_CHECK": "False",
        "DO_NOT_TRACK": "1",
    }


def command(settings: Settings, *arguments: str) -> list[str]:
    """A dbt command line on the project, with the profile and the target of Cosmos: what others parsed is of no use."""
    project = str(settings.home / "dbt_project")
    program = [sys.executable, "-P", "-m", "dbt.cli.main", "--no-version-check", "--no-use-colors"]
    where = ["--project-dir", project, "--profiles-dir", project, "--profile", "lagoa", "--target", "build"]
    return [*program, *arguments, *where]


def ensure_manifest(settings: Settings) -> bool:
    """Compile the manifest where it is stale.

    Returns:
        Whether it had to be.

    Raises:
        ConfigError: the project does not parse; with dbt's own messages.
    """
    if not (settings.home / "dbt_project" / "dbt_project.yml").is_file() or is_fresh(settings):
        return False
    stamp, wanted = _stamp_file(settings), digest(settings)
    where = ["--target-path", str(stamp.parent), "--log-path", str(stamp.parent)]
    try:
        done = subprocess.run(
            command(settings, "--quiet", "parse", *where),
            env={**os.environ, **environment(settings)},
            capture_output=True,
            text=True,
            timeout=PARSE_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(f"dbt: the project is not parsed in {PARSE_TIMEOUT_SECONDS} s. Try again.") from None
    if done.returncode != 0:
        raise ConfigError(f"dbt: the project does not parse. Mend it:\n{(done.stdout + done.stderr).strip()}")
    stamp.write_text(wanted, encoding="utf-8")
    return True


def is_fresh(settings: Settings) -> bool:
    """Whether the compiled manifest belongs to the project's files, dbt's version and the connection."""
    stamp = _stamp_file(settings)
    return settings.dbt_manifest.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == digest(settings)


def digest(settings: Settings) -> str:
    """A digest of all that the manifest depends on."""
    connection = environment(settings)
    found = hashlib.sha256(importlib.metadata.version("dbt-core").encode())
    found.update("|".join(connection[f"LAGOA_DBT_{name}"] for name in ("HOST", "PORT", "NAME")).encode())
    for path in _source_files(settings.home / "dbt_project"):
        found.update(str(path).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _source_files(project: Path) -> list[Path]:
    return sorted(
        path
        for path in project.rglob("*")
        if path.is_file() and path.relative_to(project).parts[0] not in NOT_SOURCES and not path.name.startswith(".")
    )


def _stamp_file(settings: Settings) -> Path:
    return settings.dbt_manifest.with_name("manifest.digest")
