"""How fast every chart answers: what the dashboards ask, replayed against Superset's chart-data API.

    open each dashboard as the analyst -> keep what its charts asked -> ask again, uncached and cached

The limit is one second; the peer is the same SQL sent to Postgres directly, as superset_reader. It needs a running
platform with data (`make demo`). Alone: `python -m benchmarks.dashboards`.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg2
from playwright.sync_api import APIResponse, Request
from rich.console import Console
from rich.table import Table
from tests.e2e.browser.superset_page import SupersetPage, chromium, dashboards

from lagoa.settings import Settings

LIMIT_SECONDS = 1.0


@dataclass(frozen=True)
class ChartTime:
    """What one chart of one dashboard took, in seconds."""

    dashboard: str
    chart: str
    uncached: float
    cached: float
    sql: float

    @property
    def is_within_limit(self) -> bool:
        """Whether it answers in time even when nothing is cached."""
        return self.uncached < LIMIT_SECONDS


def measure(settings: Settings, repeats: int = 3) -> list[ChartTime]:
    """Time every chart of every dashboard; the median of `repeats` counts.

    Raises:
        RuntimeError: a chart was refused.
    """
    if settings.analyst_password is None:
        raise RuntimeError("LAGOA_ANALYST_PASSWORD: not set. Run `make demo` first.")
    times = []
    with chromium() as page, psycopg2.connect(settings.dsn("superset_reader")) as reader:
        superset = SupersetPage(page, settings.superset_base)
        superset.log_in("analista", settings.analyst_password.get_secret_value())
        for slug in dashboards():
            superset.open(slug)
            for request in list(superset.requests):
                if "slice_id" in (request.post_data_json or {}).get("form_data", {}):
                    times.append(_time(superset, slug, request, reader, repeats))
    return times


def _time(
    superset: SupersetPage, slug: str, request: Request, reader: "psycopg2.extensions.connection", repeats: int
) -> ChartTime:
    order: dict[str, Any] = dict(request.post_data_json or {})
    headers = {"X-CSRFToken": request.headers["x-csrftoken"], "Referer": superset.base}

    def ask(force: bool) -> APIResponse:
        answer = superset.page.request.post(request.url, data=order | {"force": force}, headers=headers)
        if answer.status != 200 or any(result.get("error") for result in answer.json()["result"]):
            raise RuntimeError(f"{slug}: chart {order['form_data']['slice_id']}: {answer.status}, expected 200.")
        return answer

    def run_sql() -> None:
        with reader.cursor() as cursor:
            for query in queries:
                cursor.execute(query)
                cursor.fetchall()

    # `query` may hold several statements of psycopg2's own quoting: a percent sign in it is meant as it stands.
    queries = [result["query"] for result in ask(force=False).json()["result"] if result.get("query")]
    uncached = _median(repeats, lambda: ask(force=True))
    cached = _median(repeats, lambda: ask(force=False))
    return ChartTime(slug, _title(superset, order), uncached, cached, _median(repeats, run_sql))


def _title(superset: SupersetPage, order: dict[str, Any]) -> str:
    chart = superset.page.locator(f'[data-test-chart-id="{order["form_data"]["slice_id"]}"]')
    return chart.get_attribute("data-test-chart-name") or "?"


def _median(repeats: int, action: Callable[[], object]) -> float:
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    """Measure, show, and keep the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="of each question; the median counts")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    arguments = parser.parse_args()
    times = measure(Settings.load(), arguments.repeats)
    table = Table("dashboard", "chart", "uncached ms", "cached ms", "SQL alone ms", title="Chart-data API")
    for item in sorted(times, key=lambda item: -item.uncached):
        figures = (f"{seconds * 1000:.0f}" for seconds in (item.uncached, item.cached, item.sql))
        table.add_row(item.dashboard, item.chart, *figures, style="" if item.is_within_limit else "red")
    console = Console()
    console.print(table)
    late = sum(not item.is_within_limit for item in times)
    console.print(f"{len(times)} charts, {late} of them above the limit of {LIMIT_SECONDS:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(item) for item in times], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
