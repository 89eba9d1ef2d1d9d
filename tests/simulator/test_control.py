"""The control API and the landing page."""

import httpx
import pytest
from tests.simulator.crawl import BUDGET

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.simulator.registry import simulated
from lagoa.simulator.server import create_app

SOURCES = list(simulated())
FIRST_SOURCES = ("portal_transparencia", "pncp", "transferegov", "ibge", "bcb")


def test_health_names_the_data_and_the_editions(generated: httpx.Client) -> None:
    health = generated.get("/_simulator/health").json()

    assert (health["status"], health["data"]) == ("ok", "generated")
    assert set(health["editions"]) <= set(SOURCES)
    assert health["editions"].items() >= dict.fromkeys(FIRST_SOURCES, "2026-11-01").items()


def test_the_recorded_editions_are_the_dates_of_the_files(recorded: httpx.Client) -> None:
    state = recorded.get("/_simulator/editions").json()

    assert {source: state[source]["available"] for source in FIRST_SOURCES} == {
        "portal_transparencia": ["2025-10-31", "2025-11-13"],
        "pncp": ["2026-06-08", "2026-06-15", "2026-06-16a", "2026-06-16b"],
        "transferegov": ["2025-08-14", "2025-08-21"],
        "ibge": ["2022-12-21"],
        "bcb": ["2024-12-31"],
    }
    assert {source: state[source]["number"] for source in FIRST_SOURCES} == {
        "portal_transparencia": 2, "pncp": 4, "transferegov": 2, "ibge": 1, "bcb": 1,
    }  # fmt: skip


def test_a_wrong_edition_switches_nothing_and_names_every_problem(generated: httpx.Client) -> None:
    response = generated.put("/_simulator/editions", json={"bcb": 1, "pncp": 4, "pnpc": "last"})

    assert response.status_code == 422
    assert response.json()["detail"] == (
        "editions: pncp: 4, expected 1 to 3, last, or one of 2026-10-02, 2026-10-16, 2026-11-01; "
        f"pnpc: no such source, expected one of {', '.join(generated.get('/_simulator/editions').json())}. "
        "Ask GET /_simulator/editions."
    )
    assert generated.get("/_simulator/editions").json()["bcb"]["number"] == 3


def test_requests_are_counted_by_path_and_status(generated: httpx.Client) -> None:
    generated.get(f"{BUDGET}/2025")
    generated.get(f"{BUDGET}/2025")
    generated.get("/bcb/dados/serie/bcdata.sgs.433/dados?dataInicial=01/01/2040")

    counts = generated.get("/_simulator/requests").json()

    assert counts["portal_transparencia"] == {
        "total": 2,
        "paths": {"/download-de-dados/orcamento-despesa/2025": {"302": 2}},
    }
    assert counts["bcb"] == {"total": 1, "paths": {"/dados/serie/bcdata.sgs.433/dados": {"404": 1}}}
    assert counts["pncp"] == {"total": 0, "paths": {}}


WANT_A_KEY = {"portal_api", "loja", "ploomes", "sap_b1"}


def test_every_link_of_the_landing_page_answers(generated: httpx.Client) -> None:
    page = generated.get("/").text
    links = [part.partition('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]

    assert len(links) > 2 * len(SOURCES)
    answered = {link: generated.get(link, follow_redirects=True).status_code for link in links}
    assert {link.split("/")[1] for link, status in answered.items() if status != 200} == WANT_A_KEY
    assert set(answered.values()) == {200, 401, 403}
    assert "2026-11-01 (3 de 3)" in page


def test_a_folder_without_recorded_files_is_refused(tmp_path: object) -> None:
    with pytest.raises(ConfigError, match="no recorded file, expected at least one"):
        create_app(Settings.model_validate({"simulator_data": tmp_path}))
