"""The `lagoa schema-changes` command: columns that came, went, returned, changed their shape or seem renamed."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lagoa.errors import ConfigError
from lagoa.lake.session import session
from lagoa.settings import Settings

console = Console()


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("schema-changes")(schema_changes)


def schema_changes(
    source: Annotated[str | None, typer.Argument(help="One source only, e.g. pncp.")] = None,
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 90,
) -> None:
    """Show how the layouts of the sources have changed."""
    from lagoa.sources.spec import load_specs

    settings = Settings.load()
    known = load_specs(settings.home / "include" / "sources")
    if source is not None and source not in known:
        raise ConfigError(f"source: found {source!r}, expected one of: {', '.join(known)}.")
    table = changes_table(settings, f"now() - interval '{days} days'", source)
    console.print(table or f"No source changed its layout in the last {days} days.")


def changes_table(settings: Settings, since: str, source: str | None = None) -> Table | None:
    """The changes since a moment, newest last; None where there are none.

    Args:
        settings: where the lakehouse is.
        since: the moment, as SQL.
        source: only this one's.
    """
    with session(settings) as cursor:
        cursor.execute(
            "select source || '__' || resource, column_name, concat_ws(' ', change, detail), run_id, detected_at"
            f" from ops.schema_changes where detected_at >= {since} and (%(source)s is null or source = %(source)s)"
            " order by id",
            {"source": source},
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    table = Table("bronze table", "column", "change", "run", "noticed (UTC)", title="Changed layouts")
    for name, column, change, run_id, at in rows:
        table.add_row(name, column, change, run_id or "", f"{at:%Y-%m-%d %H:%M}")
    return table
