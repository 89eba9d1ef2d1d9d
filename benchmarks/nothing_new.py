"""What a source with nothing new costs: extraction, load and gate of every resource a second time, on the same data.

a simulator of its own -> every source once -> every source again, timed: seconds of work, without Airflow's own

The limit is 3 seconds a source. Alone: `python -m benchmarks.nothing_new`.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.bronze_rows import server
from benchmarks.limits import Limit, hold
from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource
from lagoa.platform import programs
from lagoa.platform.ports import free_port
from lagoa.quality.gate import run_gate
from lagoa.settings import Settings
from lagoa.sources.enabled import enabled_specs
from lagoa.sources.spec import SourceSpec

LIMIT_SECONDS = 3.0
START_SECONDS = 60


def main() -> None:
    """Measure and show, the dearest first."""
    with server() as postgres, simulating(postgres) as settings:
        specs = enabled_specs(settings)
        for spec in specs.values():
            ingest(settings, spec, "first")
        found = {name: ingest(settings, spec, "second") for name, spec in specs.items()}
    table = Table("source", "resources", "rows changed", "extract and load s", "gate s", "together")
    dearest_first = sorted(found.items(), key=lambda item: -item[1].seconds)
    for name, cost in dearest_first:
        figures = (f"{cost.loading:.2f}", f"{cost.gate:.2f}", f"{cost.seconds:.2f}")
        table.add_row(name, str(len(specs[name].resources)), str(cost.changed), *figures)
    Console().print(table)
    hold(*(Limit(f"{name}, seconds", cost.seconds, highest=LIMIT_SECONDS) for name, cost in dearest_first))


class Cost(NamedTuple):
    """Seconds of loading, seconds of the gate, rows that changed."""

    loading: float
    gate: float
    changed: int

    @property
    def seconds(self) -> float:
        """Of both."""
        return self.loading + self.gate


def ingest(settings: Settings, spec: SourceSpec, run_id: str) -> Cost:
    """Extract, load and check a source, as its DAG does."""
    began, changed = time.perf_counter(), 0
    for name in spec.in_order():
        manifest = extract_resource(settings, spec.source, name, run_id)
        changed += load(spec, manifest, settings=settings).changed
    loaded = time.perf_counter()
    tables = [spec.table(name) for name in spec.resources]
    run_gate("bronze", tables, run_id=run_id, domain=spec.domain, settings=settings)
    return Cost(loaded - began, time.perf_counter() - loaded, changed)


@contextlib.contextmanager
def simulating(settings: Settings) -> Iterator[Settings]:
    """The settings, every source enabled, while a simulator in a process of its own answers them."""
    ports = {"simulator_port": free_port(), "simulator_imap_port": free_port()}
    own = settings.model_copy(update={"enabled_sources": "all", **ports})
    program = programs.simulator(own)
    process = subprocess.Popen(program.command, env={"PATH": "/usr/bin:/bin", **program.environment}, stdout=sys.stderr)
    until = time.monotonic() + START_SECONDS
    try:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{own.simulator_base}/_simulator/health", timeout=5, trust_env=False).raise_for_status()
                break
            if time.monotonic() > until or process.poll() is not None:
                raise SystemExit("nothing_new: the simulator did not start; run `python -m lagoa.simulator` by hand.")
            time.sleep(0.1)
        yield own
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
