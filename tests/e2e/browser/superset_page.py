"""Superset as a person sees it: chromium -> log in -> open a dashboard -> its charts, once all of them stand."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from playwright.sync_api import Page, Request, Response, expect, sync_playwright

from lagoa.settings import PROJECT

CHROMIUM_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
TALL = 3200
"""A window so tall that every chart is in sight: Superset draws only those that are."""
PATIENCE_MS = 90_000


@contextmanager
def chromium(width: int = 1440) -> Iterator[Page]:
    """A page of Debian's chromium, in Portuguese."""
    executable = shutil.which("chromium")
    if executable is None:
        raise FileNotFoundError("chromium: not installed. Run `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        try:
            yield browser.new_context(viewport={"width": width, "height": TALL}, locale="pt-BR").new_page()
        finally:
            browser.close()


def dashboards() -> dict[str, dict[str, Any]]:
    """The dashboards in git, by slug."""
    folder = PROJECT / "superset_config" / "assets" / "dashboards"
    loaded = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]
    return {dashboard["slug"]: dashboard for dashboard in loaded}


def chart_titles(dashboard: dict[str, Any]) -> list[str]:
    """The titles of the charts that a dashboard shows."""
    items = [item for item in dashboard["position"].values() if isinstance(item, dict)]
    return [item["meta"]["sliceName"] for item in items if item["type"] == "CHART"]


@dataclass
class SupersetPage:
    """One logged-in browser page on a Superset."""

    page: Page
    base: str
    requests: list[Request] = field(default_factory=list)
    """What the charts of the dashboard now open asked."""
    failures: list[str] = field(default_factory=list)
    """What the charts of the dashboard now open were refused."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if "/api/v1/chart/data" not in response.url:
            return
        self.requests.append(response.request)
        if response.status != 200:
            self.failures.append(f"{response.status} {response.url}")

    def log_in(self, username: str, password: str) -> None:
        """Log in as a person does; ends on the start page.

        An answer to something that the login page still asks for would bring the anonymous session back.
        """
        self.page.goto(f"{self.base}/login/", wait_until="networkidle")
        self.page.fill("[data-test=username-input]", username)
        self.page.fill("[data-test=password-input]", password)
        self.page.press("[data-test=password-input]", "Enter")
        self.page.wait_for_url(lambda url: urlsplit(url).path.startswith("/superset/dashboard/"))

    def open(self, slug: str) -> None:
        """Open a dashboard and wait until every chart of it stands."""
        self.requests.clear()
        self.failures.clear()
        self.page.goto(f"{self.base}/superset/dashboard/{slug}/?force=true")  # past the cache of a minute
        wanted = len(chart_titles(dashboards()[slug]))
        expect(self.page.locator("[data-test=slice-container]")).to_have_count(wanted, timeout=PATIENCE_MS)
        expect(self.page.locator("[data-test=loading-indicator]")).to_have_count(0, timeout=PATIENCE_MS)

    def chart(self, title: str) -> str:
        """The text that a chart shows, its title included."""
        return self.page.locator(f'[data-test-chart-name="{title}"]').inner_text()

    def big_number(self, title: str) -> str:
        """The figure of a big-number chart."""
        return self.page.locator(f'[data-test-chart-name="{title}"] .header-line').inner_text()

    def errors(self) -> list[str]:
        """What a person would see as an error."""
        shown = self.page.locator(".ant-alert-error, [data-test=error-message], .missing-chart-container")
        return [*self.failures, *shown.all_inner_texts()]

    def screenshot(self, path: Path) -> None:
        """Save the whole dashboard, without the empty space below."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(1000)  # the bars grow into place
        charts = self.page.locator("[data-test=chart-grid-component]")
        bottom = charts.evaluate_all("all => Math.max(...all.map(one => one.getBoundingClientRect().bottom))")
        width = (self.page.viewport_size or {"width": 1440})["width"]
        self.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": min(bottom + 32, TALL)})
