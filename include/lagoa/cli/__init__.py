"""The `lagoa` command: `lagoa --help`. Errors that a person can mend are shown in one line, without a traceback."""

import importlib
import importlib.util
import logging
import sys
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from lagoa.cli import platform
from lagoa.errors import LagoaError

FURTHER_COMMANDS = (
    "lagoa.cli.data",
    "lagoa.cli.backfill",
    "lagoa.cli.sources",
    "lagoa.cli.demo",
    "lagoa.cli.schema_changes",
    "lagoa.cli.retention",
)


class Application(typer.Typer):
    """Typer's application, with our errors as messages."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command line; 1 is the exit code of every error that has a message."""
        try:
            return super().__call__(*args, **kwargs)
        except LagoaError as error:
            Console(stderr=True).print(
                f"[bold red]{type(error).__name__}[/] {escape(str(error))}", highlight=False, soft_wrap=True
            )
            sys.exit(1)


app = Application(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
    help="Lagoa: an open lakehouse for public agencies.",
)


@app.callback()
def main(verbose: bool = typer.Option(False, "--verbose", "-v", help="Show what is logged.")) -> None:
    """Lagoa: an open lakehouse for public agencies."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


platform.register(app)
for _module in FURTHER_COMMANDS:
    if importlib.util.find_spec(_module) is not None:
        importlib.import_module(_module).register(app)
