"""The `lagoa` commands on the installation itself: up, down, status, logs, env, doctor, clean."""

import os
import sys
import time
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lagoa.cli.steps import Steps
from lagoa.errors import ConfigError
from lagoa.platform import doctor as examination
from lagoa.platform import health, installation, tail
from lagoa.platform.masking import shown
from lagoa.platform.removal import remove
from lagoa.platform.supervisor import Supervisor
from lagoa.settings import Settings

console = Console()


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (up, down, status, logs, env, doctor, clean):
        app.command(command.__name__)(command)


def up(
    without: Annotated[list[str] | None, typer.Option(help="Leave out superset, airflow or simulator.")] = None,
) -> None:
    """Start everything, set up what is missing, and return when all is healthy."""
    unknown = set(without or []) - installation.ALL_PARTS
    if unknown:
        known = ", ".join(sorted(installation.ALL_PARTS))
        raise ConfigError(f"--without: found {', '.join(sorted(unknown))}, expected one of: {known}.")
    show_addresses(bring_up(Settings.load(), installation.ALL_PARTS - set(without or [])))


def bring_up(settings: Settings, parts: frozenset[str] = installation.ALL_PARTS) -> Settings:
    """Start what is not running, shown step by step; gives the settings then in force."""
    with Steps(console) as steps:
        return installation.up(settings, steps.step, parts)


def show_addresses(settings: Settings) -> None:
    """Where to go, and as whom."""
    table = Table.grid(padding=(0, 2))
    accounts = (
        ("Superset", settings.superset_base, "admin", settings.superset_admin_password),
        ("", "", "analista", settings.analyst_password),
        ("Airflow", settings.airflow_base, "admin", settings.airflow_admin_password),
    )
    for name, url, user, password in accounts:
        table.add_row(f"[bold]{name}[/]", url, user, password.get_secret_value() if password else "")
    console.print(table)


def down() -> None:
    """End every process of the installation; the data stays."""
    settings = Settings.load()
    with Steps(console) as steps:
        installation.down(settings, steps.step)


def status() -> None:
    """Show every program: state, pid, uptime, port, health; exit code 1 unless all are healthy."""
    settings = Settings.load()
    supervisor = Supervisor(settings.state_dir)
    states, running = supervisor.states(), supervisor.running()
    if not states:
        console.print("Nothing runs. Start it with `make up`.")
        raise typer.Exit(1)
    table, healthy = Table("program", "state", "pid", "uptime", "port", "health", box=None), True
    for state in states:
        up_for = str(timedelta(seconds=int(time.time() - state.started_at))) if state.pid else ""
        program = running.get(state.name)
        problem = health.check(settings, state.name) if state.pid else "not running"
        healthy &= problem is None
        table.add_row(
            state.name,
            state.state.lower(),
            str(state.pid or ""),
            up_for,
            str(program.port or "") if program else "",
            "[green]ok[/]" if problem is None else f"[red]{problem}[/]",
        )
    console.print(table)
    raise typer.Exit(0 if healthy else 1)


def logs(
    program: Annotated[str | None, typer.Argument(help="One program only, e.g. airflow-scheduler.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines arrive.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.")] = 40,
) -> None:
    """Show the programs' last log lines."""
    folder = Supervisor(Settings.load().state_dir).log_dir
    files = tail.log_files(folder, program)
    for name, line in tail.last_lines(files, lines):
        _log_line(name, line, len(files))
    if follow:
        for name, line in tail.follow(files):
            _log_line(name, line, len(files))


def _log_line(name: str, line: str, files: int) -> None:
    sys.stdout.write(f"{name:<22} {line}\n" if files > 1 else f"{line}\n")
    sys.stdout.flush()


def env(show_secrets: Annotated[bool, typer.Option(help="Show passwords and keys as they are.")] = False) -> None:
    """Show the settings in force."""
    for name, value in shown(Settings.load(), show_secrets):
        sys.stdout.write(f"{name}={value}\n")


def doctor() -> None:
    """Examine the installation: what is wrong with it, and how to mend it."""
    table, healthy = Table("", "what", "found", "do this", box=None), True
    for finding in examination.examine(Settings.load()):
        healthy &= finding.ok
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        table.add_row(mark, finding.subject, finding.found, "" if finding.ok else finding.remedy)
    console.print(table)
    raise typer.Exit(0 if healthy else 1)


def clean(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """End everything and delete the state: databases, raw zone, logs, generated secrets."""
    settings = Settings.load()
    if not yes:
        question = f"Delete {settings.state_dir}, with the databases and all loaded data?"
        if not sys.stdin.isatty() or os.environ.get("CI"):
            raise ConfigError("clean: nobody to ask, expected an answer. Repeat it with `--yes`.")
        typer.confirm(question, abort=True)
    with Steps(console) as steps:
        remove(settings, steps.step)
