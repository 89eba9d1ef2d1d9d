"""Steps as they happen: a spinner and a clock for each that runs, a line with its duration when it has ended."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """Reports steps on a terminal, several at once; plain lines where the output is no terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
        )

    def __enter__(self) -> "Steps":
        """Begin to show."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the display; the lines stay."""
        self._progress.stop()

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show a step while the block runs, and how it ended."""
        task, started, mark = self._progress.add_task(name, total=None), time.monotonic(), "[red]✗[/]"
        try:
            yield
            mark = "[green]✓[/]"
        finally:
            self._progress.remove_task(task)
            self._progress.console.print(f" {mark} {name} [dim]{time.monotonic() - started:.1f} s[/]", highlight=False)
