"""The `lagoa demo` command: everything set up, run and shown, from an empty folder to published dashboards."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.panel import Panel

from lagoa.errors import ConfigError
from lagoa.settings import Settings

if TYPE_CHECKING:
    from lagoa.platform.demo import Outcome

console = Console()


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo")(demo)


def demo(
    data: Annotated[Path | None, typer.Option(help="Folder of recorded real data for the simulator to serve.")] = None,
    sources: Annotated[
        str | None, typer.Option(help="Sources to run, separated by commas, or all; by default the agency's.")
    ] = None,
) -> None:
    """Set everything up, run the main job through Airflow with live progress, and sum up what it did."""
    from lagoa.cli.platform import bring_up
    from lagoa.platform import demo as job
    from lagoa.sources.enabled import enabled_specs

    began = time.monotonic()
    settings = Settings.load()
    if data is not None and not settings.self_managed:
        raise ConfigError(
            f"demo: found --data {data}, expected it where the simulator is started. "
            "Set LAGOA_SIMULATOR_DATA in .env, then `docker compose up --wait`."
        )
    if settings.sources == "live":
        job.require_reachable(enabled_specs(settings).values())
    elif settings.self_managed:
        settings = job.choose_data(settings, data, sources)
    if settings.self_managed:
        settings = bring_up(settings)
    set_up = time.monotonic()
    job.start_over_on_other_data(settings, console)
    outcome = job.run(settings, console)
    sum_up(settings, outcome, set_up - began, time.monotonic() - set_up)
    if outcome.failed:
        raise typer.Exit(1)


def sum_up(settings: Settings, outcome: "Outcome", set_up_seconds: float, run_seconds: float) -> None:
    """Show rows in each layer, gates, durations, freshness, warnings, failures, and where to look."""
    from lagoa.cli.schema_changes import changes_table
    from lagoa.platform import summary

    console.print()
    console.print(summary.loads_table(settings, outcome.since))
    console.print(summary.gates_table(settings, outcome.since))
    if warnings := summary.warnings_table(settings, outcome.since):
        console.print(warnings)
    if changes := changes_table(settings, f"'{outcome.since}'::timestamptz"):
        console.print(changes)
    console.print(summary.gold_table(settings))
    console.print(summary.freshness_table(settings))
    rows = [(dag_id, state, seconds) for (dag_id, _), (state, seconds) in outcome.runs.items()]
    console.print(summary.durations_table(rows))
    if outcome.failed:
        console.print(summary.failures_table(settings, [run_id for _, run_id in outcome.runs]))
    console.print(f"Set up in {set_up_seconds:.0f} s, ran in {run_seconds:.0f} s.\n")
    console.print(Panel(summary.addresses(settings), title="Where to look", border_style="cyan", expand=False))
