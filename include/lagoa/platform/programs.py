"""The programs beside Postgres and Airflow as the supervisor runs them: Superset and the simulator."""

import sys
from pathlib import Path

from lagoa.platform import superset as superset_platform
from lagoa.platform.program import Program
from lagoa.settings import Settings

SIMULATOR_SETTINGS = (
    "home",
    "state_dir",
    "simulator_port",
    "simulator_host",
    "simulator_imap_port",
    "simulator_data",
    "simulator_scale",
    "simulator_seed",
)


def superset(settings: Settings) -> Program:
    """Superset's gunicorn; it gets its own secrets only."""
    return Program(
        name="superset",
        command=tuple(superset_platform.command(settings)),
        environment=superset_platform.environment(settings),
        directory=str(settings.state_dir),
        wait_for_port=settings.postgres_port if settings.embedded else None,
        port=settings.superset_port,
    )


def simulator(settings: Settings) -> Program:
    """The server that speaks the sources' APIs; it gets no secret."""
    values = {name: getattr(settings, name) for name in SIMULATOR_SETTINGS}
    texts = {
        f"LAGOA_{name.upper()}": str(value.resolve() if isinstance(value, Path) else value)
        for name, value in values.items()
        if value is not None
    }
    return Program(
        name="simulator",
        command=(sys.executable, "-P", "-m", "lagoa.simulator"),
        environment=texts,
        directory=str(settings.state_dir),
        port=settings.simulator_port,
        stop_seconds=5,
    )
