"""The main job, end to end: editions of the simulator -> ingestion in Airflow -> transformations -> published gold.

    lagoa demo:  choose the data -> up -> for each edition: trigger, follow -> wait until all that changed is published

A first run plays the simulator's editions in order, so that restatements and deletions are seen; a later one asks
only for what is new.
"""

import datetime as dt
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx
from rich.console import Console

from lagoa.errors import ConfigError, LagoaError, PermanentSourceError
from lagoa.orchestration.dbt_graph import Domain, domains
from lagoa.platform import credentials, database
from lagoa.platform.airflow_api import AirflowApi
from lagoa.platform.follow import ENDED, Board
from lagoa.platform.summary import query
from lagoa.settings import Settings, explicit_settings
from lagoa.simulator.world import offered_sources
from lagoa.sources.enabled import ALL, enabled_specs, enabled_tables
from lagoa.sources.spec import SourceSpec

SETTLE_SECONDS = 1800


@dataclass
class Outcome:
    """What a demonstration did: when it began, and each Airflow run's state and seconds, in order of their start."""

    since: str
    runs: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether a run failed."""
        return any(state != "success" for state, _ in self.runs.values())


def choose_data(settings: Settings, data: Path | None, sources: str | None = None) -> Settings:
    """Remember which data the simulator serves, recorded (a folder) or generated, who asks for it, and for what.

    Args:
        settings: in force so far.
        data: the folder of recorded data; None = generated.
        sources: names separated by commas, or "all"; None = those that the agency names.

    Raises:
        ConfigError: the folder does not exist, or the sources are chosen twice.
    """
    chosen_by_hand = explicit_settings(settings.home)
    if sources and "enabled_sources" in chosen_by_hand:
        raise ConfigError(
            f"demo: found SOURCES={sources} beside LAGOA_ENABLED_SOURCES in the environment or in .env, which would "
            "win; expected one of them. Remove the latter, or leave SOURCES away."
        )
    if data is not None and not data.is_dir():
        raise ConfigError(f"demo: found no folder {data}, expected recorded data. `make demo` alone generates data.")
    chosen = {
        "simulator_data": str(data.resolve()) if data else "",
        "agency": "recorded" if data else "demo",
    }
    credentials.remember(settings, {key: chosen[key] for key in chosen.keys() - chosen_by_hand})
    if "enabled_sources" not in chosen_by_hand:
        credentials.remember(
            settings,
            {"enabled_sources": ",".join(offered_sources(Settings.load())) if sources == ALL else sources or ""},
        )
    chosen_settings = Settings.load()
    enabled_specs(chosen_settings)
    return chosen_settings


def require_reachable(specs: Iterable[SourceSpec], seconds: float = 5) -> None:
    """Make sure that the real sources can be reached before anything is started; a proxy is taken at its word.

    Raises:
        PermanentSourceError: naming each host that cannot, and why.
    """
    if "https" in getproxies():
        return
    problems = []
    for spec in specs:
        host = urlsplit(spec.connection.base_url).hostname or ""
        try:
            socket.create_connection((host, 443), timeout=seconds).close()
        except OSError as error:
            problems.append(f"{spec.source}: {host}: {error.strerror or error}")
    if problems:
        raise PermanentSourceError(
            "live sources cannot be reached from this machine, expected HTTPS access to each:\n  "
            + "\n  ".join(problems)
            + "\nAsk for the firewall to be opened, set HTTPS_PROXY, or run `make demo` on simulated sources."
        )


def start_over_on_other_data(settings: Settings, console: Console) -> None:
    """Empty the lakehouse where it holds simulated data of another kind than chosen now.

    Raises:
        ConfigError: it holds live data, which is never thrown away here.
    """
    found = query(settings, "select origin from ops.origin")
    if not found or found[0][0] == settings.origin:
        return
    if found[0][0] == "live":
        raise ConfigError(
            f"demo: this lakehouse holds live data, expected {settings.origin}. "
            "Use an installation of its own: LAGOA_STATE_DIR=<folder> make demo."
        )
    console.print(f"[yellow]The lakehouse held {found[0][0]} data; it starts over with {settings.origin} data.[/]")
    database.start_over(settings)


class Editions:
    """The simulator's dated versions of each source, switched to show how data changes."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.simulator_base}/_simulator/editions"
        self.counts: dict[str, int] = {source: len(entry["available"]) for source, entry in self._send("GET").items()}

    def switch(self, number: int) -> list[str]:
        """Put every source at an edition, from 1; at its last where it has fewer. Gives the sources that have it."""
        self._send("PUT", {source: min(number, count) for source, count in self.counts.items()})
        return [source for source, count in self.counts.items() if count >= number]

    def _send(self, method: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = httpx.request(method, self._url, json=body, timeout=30, trust_env=False)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise LagoaError(f"simulator: {self._url}: {error}. See `lagoa logs simulator`.") from None
        return dict(response.json())


def run(settings: Settings, console: Console) -> Outcome:
    """Ingest every source through Airflow and wait until what changed is published."""
    specs = enabled_specs(settings)
    graph = domains(settings.dbt_manifest, enabled_tables(settings))
    outcome = Outcome(since=_now())
    with AirflowApi(settings) as airflow:
        airflow.wait_for_dags([*(f"ingest__{name}" for name in specs), *(f"transform__{name}" for name in graph)])
        for title, sources, conf in _steps(settings, specs):
            console.print(f"\n[bold]{title}")
            with Board(airflow, console) as board:
                began = _now()
                runs = {f"ingest__{name}": airflow.trigger(f"ingest__{name}", conf) for name in sources}
                _follow(airflow, board, runs, graph, specs, began, settings)
                _record(airflow, board, outcome)
    return outcome


def _steps(settings: Settings, specs: Mapping[str, SourceSpec]) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """What is asked for in turn: a title, the sources, the runs' configuration. Switches editions as it goes."""
    everything = list(specs)
    if settings.sources == "live":
        yield "Ingesting the live sources", everything, {}
        return
    editions = Editions(settings)
    last = max(editions.counts.values())
    if query(settings, "select from ops.loads where status = 'success' limit 1"):
        editions.switch(last)
        yield "Asking the sources for what is new", everything, {}
        return
    for number in range(1, last):
        dated = [source for source in editions.switch(number) if editions.counts[source] > 1 and source in specs]
        yield f"Edition {number} of {last}: the sources as they were", dated, {"full": True, "announce": False}
    editions.switch(last)
    yield f"Edition {last} of {last}: the sources today", everything, {"full": True}


def _follow(
    airflow: AirflowApi,
    board: Board,
    runs: Mapping[str, str],
    graph: Mapping[str, Domain],
    specs: Mapping[str, SourceSpec],
    began: str,
    settings: Settings,
) -> None:
    """Follow the ingestions, then every transformation that they set off, until nothing is left to come."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        for dag_id, run_id in runs.items():
            board.look(dag_id, run_id)
        set_off = airflow.runs("transform__", began)
        for found in set_off:
            board.look(found["dag_id"], found["dag_run_id"])
        ended = all(state in ENDED for state in board.states.values())
        if ended and not _awaited(settings, graph, specs, set_off, began):
            return
        if time.monotonic() > deadline:
            raise LagoaError(f"demo: not ended after {SETTLE_SECONDS // 60} minutes. See `lagoa status` and Airflow.")
        time.sleep(1)


def _awaited(
    settings: Settings,
    graph: Mapping[str, Domain],
    specs: Mapping[str, SourceSpec],
    set_off: list[dict[str, Any]],
    began: str,
) -> set[str]:
    """The domains that have a change to publish since `began` and neither did nor failed yet."""
    changed = dict(
        query(settings, "select source, announced_at from ops.announcements where announced_at >= %s", (began,))
    )
    published = dict(
        query(
            settings,
            "select domain, max(published_at) from ops.publications where published_at >= %s group by 1",
            (began,),
        )
    )
    failed = {run["dag_id"].removeprefix("transform__") for run in set_off if run["state"] == "failed"}
    tables = {spec.table(name): source for source, spec in specs.items() for name in spec.resources}
    ready = _ready(settings, graph)
    awaited = set()
    for name, domain in graph.items():
        causes = [changed[tables[table]] for table in domain.bronze if tables[table] in changed]
        causes += [published[upstream] for upstream in domain.upstream if upstream in published]
        if (
            causes
            and name in ready
            and name not in failed
            and published.get(name, dt.datetime.min.replace(tzinfo=dt.UTC)) < max(causes)
        ):
            awaited.add(name)
    return awaited


def _ready(settings: Settings, graph: Mapping[str, Domain]) -> set[str]:
    from lagoa.lake import readiness

    return {
        name
        for name, domain in graph.items()
        if not readiness.missing(settings, list(domain.bronze), list(domain.upstream))
    }


def _record(airflow: AirflowApi, board: Board, outcome: Outcome) -> None:
    for (dag_id, run_id), state in board.states.items():
        run = airflow.run(dag_id, run_id)
        start, end = (dt.datetime.fromisoformat(run[key]) for key in ("start_date", "end_date"))
        outcome.runs[(dag_id, run_id)] = (state, (end - start).total_seconds())


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
