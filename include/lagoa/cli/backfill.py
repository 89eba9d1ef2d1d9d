"""The `lagoa backfill` command: the windows of chosen days, once more, through Airflow or here."""

import datetime as dt
from typing import Annotated

import typer
from rich.console import Console

from lagoa.errors import ConfigError
from lagoa.settings import Settings

console = Console()


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("backfill")(backfill)


def backfill(
    source: Annotated[str, typer.Argument(help="Source, e.g. pncp.")],
    since: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="First day.")],
    until: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; by default today.")] = None,
    resource: Annotated[list[str] | None, typer.Option(help="Only this resource; may be repeated.")] = None,
    parallel: Annotated[int | None, typer.Option(min=1, help="At most so many requests at once.")] = None,
    accept_shrink: Annotated[bool, typer.Option(help="Take a partition that lost more rows than allowed.")] = False,
) -> None:
    """Ask a source for the windows of some days again, through Airflow, and follow the run."""
    from lagoa.lake.run import spec_of
    from lagoa.platform.airflow_api import AirflowApi
    from lagoa.platform.follow import follow
    from lagoa.platform.summary import failures_table

    settings = Settings.load()
    spec = spec_of(settings, source)
    with_windows = [name for name, each in spec.resources.items() if each.window is not None]
    wanted = resource or with_windows
    wrong = [name for name in wanted if name not in with_windows]
    if wrong or not wanted:
        raise ConfigError(
            f"{source}: found resource {', '.join(wrong) or '(every one)'}, expected some that ask by date: "
            f"{', '.join(with_windows) or 'none of its resources does'}."
        )
    last = until or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if last < since:
        raise ConfigError(f"backfill: found --until {last:%Y-%m-%d} before --since {since:%Y-%m-%d}. Exchange them.")
    conf = {
        "since": f"{since:%Y-%m-%d}",
        "until": f"{last:%Y-%m-%d}",
        "resources": wanted,
        "max_parallel": parallel,
        "accept_shrink": accept_shrink,
    }
    dag = f"ingest__{source}"
    with AirflowApi(settings) as airflow:
        run_id = airflow.trigger(dag, conf)
        states = follow(airflow, {dag: run_id}, console)
    if states[dag] != "success":
        console.print(failures_table(settings, [run_id]))
        raise typer.Exit(1)
