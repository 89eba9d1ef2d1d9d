"""The `lagoa retention` command: what the raw zone keeps, and what it lets go by LAGOA_RAW_RETENTION_DAYS."""

import datetime as dt
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lagoa.settings import Settings

console = Console()


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("retention")(retention)


def retention(
    source: Annotated[str | None, typer.Argument(help="One source only, e.g. pncp.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed, remove nothing.")] = False,
) -> None:
    """Remove runs from the raw zone that are older than the policy and that no table needs to be rebuilt."""
    from lagoa.lake.retention import removable, remove
    from lagoa.lake.run import spec_of
    from lagoa.sources.spec import load_specs

    settings = Settings.load()
    known = load_specs(settings.home / "include" / "sources")
    specs = [spec_of(settings, source)] if source else list(known.values())
    table = Table("table", "runs to remove" if dry_run else "runs removed", "files", "MB", "runs kept")
    for spec in specs:
        for each in removable(settings, spec, dt.datetime.now(dt.UTC)):
            if not each.files:
                continue
            if not dry_run:
                remove(settings, each)
            counts = (f"{len(each.runs):,}", f"{len(each.files):,}", f"{each.bytes / 1e6:,.1f}", f"{each.kept:,}")
            table.add_row(spec.table(each.resource), *counts)
    console.print(table if table.row_count else "Nothing is older than the policy and free to go.")
