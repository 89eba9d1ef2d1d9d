"""dbt on a lakehouse of a test, as Airflow's tasks run it: what was parsed once serves every command."""

import os
import subprocess
from pathlib import Path

from lagoa.orchestration.dbt_graph import domains
from lagoa.platform import dbt
from lagoa.settings import Settings

TIMEOUT_SECONDS = 300


def run_dbt(settings: Settings, folder: Path, *arguments: str) -> None:
    """Run a dbt command; what it writes goes to a folder.

    Raises:
        AssertionError: it failed; with what dbt said.
    """
    dbt.ensure_manifest(settings)
    done = subprocess.run(
        dbt.command(settings, *arguments, "--target-path", str(folder), "--log-path", str(folder)),
        env={**os.environ, **dbt.environment(settings)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def silver_tables(settings: Settings, tables: list[str]) -> list[str]:
    """The silver models that read nothing but these bronze tables."""
    dbt.ensure_manifest(settings)
    found = domains(settings.dbt_manifest, frozenset(tables))
    return [name for domain in found.values() for name in domain.silver]
