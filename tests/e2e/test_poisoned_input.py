"""Poisoned input through the running Airflow: it stops at the right gate, says why, and gold stays as it was."""

from collections.abc import Iterator

import pytest
from tests.running import RunningPlatform

pytestmark = pytest.mark.airflow

POISON = [
    pytest.param(
        "portal_transparencia",
        {"fault": "truncated_zip"},
        "orcamento_despesa.extract",
        "damaged or cut short",
        id="a ZIP cut short",
    ),
    pytest.param(
        "portal_transparencia",
        {"fault": "html_instead_of_zip"},
        "orcamento_despesa.extract",
        "found an HTML page with status 200, expected a ZIP file",
        id="an HTML page in place of the ZIP",
    ),
    pytest.param(
        "portal_transparencia",
        {"fault": "missing_column"},
        "orcamento_despesa.extract",
        "missing column",
        id="a column missing",
    ),
    pytest.param(
        "ibge",
        {"fault": "duplicated_key", "path_contains": "municipios"},
        "municipios.load",
        "duplicated key",
        id="a key twice",
    ),
    pytest.param(
        "transferegov",
        {"fault": "overlapping_pages", "path_contains": "finalidade_especial"},
        "finalidade_especial.extract",
        "came twice",
        id="pages that overlap",
    ),
    pytest.param(
        "transferegov",
        {"fault": "half_rows", "path_contains": "finalidade_especial"},
        "finalidade_especial.load",
        "rows are gone",
        id="half of the rows gone",
    ),
    pytest.param(
        "ibge",
        {"fault": "half_rows", "path_contains": "municipios"},
        "municipios.load",
        "rows are gone",
        id="half of a reference table gone",
    ),
    pytest.param(
        "pncp",
        {"fault": "http_429_html"},
        "contratacoes.extract",
        "429",
        id="a source that only limits us",
    ),
]


@pytest.fixture(autouse=True)
def healthy_again(platform: RunningPlatform) -> Iterator[None]:
    """End every fault after the test."""
    yield
    platform.faults()


@pytest.mark.parametrize(("source", "rule", "stops_at", "says"), POISON)
def test_poison_stops_where_it_should_and_gold_stays(
    platform: RunningPlatform, source: str, rule: dict[str, object], stops_at: str, says: str
) -> None:
    gold, publications = platform.gold_digest(), platform.sql("select count(*) from ops.publications")
    platform.faults({"source": source, **rule})

    run = platform.run(f"ingest__{source}", full=True)
    platform.wait_until_idle()

    assert run.state == "failed"
    assert run.tasks[stops_at] == "failed"
    assert run.tasks["gate_bronze"] == "upstream_failed"
    assert any(says in message for message in run.messages), run.messages
    assert platform.gold_digest() == gold
    assert platform.sql("select count(*) from ops.publications") == publications


def test_what_bronze_cannot_see_stops_at_the_silver_gate(platform: RunningPlatform) -> None:
    """A state without its name: bronze is whole and keyed, silver refuses it."""
    gold = platform.gold_digest()
    ((uf, name),) = platform.sql("select id, nome from bronze.ibge__estados order by id limit 1")
    platform.sql("update bronze.ibge__estados set sigla = 'X9' where id = %s", uf)
    try:
        run = platform.run("transform__estrutura")
        platform.wait_until_idle()
    finally:
        platform.sql("update bronze.ibge__estados set sigla = 'RO' where id = %s", uf)
    recovered = platform.run("transform__estrutura")
    platform.wait_until_idle()

    assert name == "Rondônia"
    assert run.state == "failed"
    assert run.tasks["publish"] == "upstream_failed"
    assert run.tasks["gate_silver"] == "failed" or any(
        s == "failed" for t, s in run.tasks.items() if t.startswith("silver.")
    )
    assert recovered.state == "success"
    assert platform.gold_digest() == gold
