"""What a container of docker-compose.yml runs: one part of the platform, with what that part needs and nothing else.

    python -m lagoa.platform.container prepare database    roles, schemas, passwords (or: manifest, airflow, superset)
    python -m lagoa.platform.container serve superset      a program, in the foreground
    python -m lagoa.platform.container health superset     exit code 0 when it is healthy

Imports are made late: Superset's image holds Superset's environment only.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from lagoa.errors import LagoaError
from lagoa.platform.program import Program
from lagoa.settings import Settings

AIRFLOW = "airflow-"


def prepare_database(settings: Settings) -> None:
    """Roles, databases, schemas, ops tables."""
    from lagoa.platform import database
    from lagoa.platform.postgres import wait_until_ready

    wait_until_ready(settings.dsn("lagoa_admin", "postgres"), timeout=60)
    database.apply(settings)


def prepare_manifest(settings: Settings) -> None:
    """The compiled dbt project; while the image is built."""
    from lagoa.platform import dbt

    dbt.ensure_manifest(settings)


def prepare_airflow(settings: Settings) -> None:
    """Airflow's metadata and its administrator."""
    from lagoa.platform import airflow

    airflow.prepare(settings)


def prepare_superset(settings: Settings) -> None:
    """Superset's metadata, dashboards, roles and accounts."""
    from lagoa.platform import superset

    superset.prepare(settings)


PREPARATIONS: dict[str, Callable[[Settings], None]] = {
    "database": prepare_database,
    "manifest": prepare_manifest,
    "airflow": prepare_airflow,
    "superset": prepare_superset,
}


def program(settings: Settings, name: str) -> Program:
    """A program as the supervisor would run it.

    Raises:
        LagoaError: there is none of that name, or a setting that it needs is missing.
    """
    from lagoa.platform import programs

    if name.startswith(AIRFLOW):
        from lagoa.platform import airflow

        found = airflow.programs(settings)
    else:
        found = [programs.simulator(settings)] if name == "simulator" else [programs.superset(settings)]
    by_name = {one.name: one for one in found}
    if name not in by_name:
        raise LagoaError(f"serve: found {name!r}, expected one of {', '.join(sorted(by_name))}.")
    return by_name[name]


def serve(settings: Settings, name: str) -> int:
    """Become the program; where one of its children is essential, watch over it instead, and end with it."""
    wanted = program(settings, name)
    if wanted.essential:
        from lagoa.platform import guard

        return guard.run(wanted)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LAGOA_", "AIRFLOW"))}
    os.chdir(wanted.directory)
    sys.stdout.flush()
    os.execve(wanted.command[0], list(wanted.command), inherited | wanted.environment)  # noqa: S606  no shell is meant


def health(settings: Settings, name: str) -> int:
    """Tell what is wrong with a program, if anything."""
    from lagoa.platform.health import check

    problem = check(settings, name)
    sys.stdout.write(f"{problem or 'healthy'}\n")
    return 1 if problem else 0


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; an error that a person can mend is one line."""
    parser = argparse.ArgumentParser(prog="lagoa.platform.container", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("verb", choices=["prepare", "serve", "health"])
    parser.add_argument("name")
    asked = parser.parse_args(arguments)
    try:
        settings = Settings.load()
        if asked.verb == "serve":
            return serve(settings, asked.name)
        if asked.verb == "health":
            return health(settings, asked.name)
        if asked.name not in PREPARATIONS:
            raise LagoaError(f"prepare: found {asked.name!r}, expected one of {', '.join(PREPARATIONS)}.")
        PREPARATIONS[asked.name](settings)
    except LagoaError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    sys.exit(main(sys.argv[1:]))
