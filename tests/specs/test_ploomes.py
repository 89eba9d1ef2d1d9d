"""Ploomes: OData with a key, custom fields only where they are expanded, everything new since a moment."""

import datetime as dt
from typing import Any

import httpx
import pytest
from tests.specs.conftest import Row, at_edition, extracted, forget, loaded, stored_of_everything

from lagoa.lake.run import extract_resource, spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated import crm
from lagoa.simulator.generated.calendar import EDITIONS

ENTITIES = {
    "contacts": "Contacts", "deals": "Deals", "quotes": "Quotes", "deals_pipelines": "Deals@Pipelines",
    "deals_stages": "Deals@Stages", "users": "Users",
}  # fmt: skip
URL = "/ploomes/Deals"
KEY = {"User-Key": "simulated-ploomes_chave"}


def truth(settings: Settings, resource: str, edition: str = EDITIONS[-1]) -> list[Any]:
    return list(crm.documents(settings.simulator_seed, settings.simulator_scale, ENTITIES[resource], edition))


def ask(settings: Settings, **query: str) -> httpx.Response:
    return httpx.get(settings.simulator_base + URL, params=query, headers=KEY, trust_env=False)


@pytest.mark.parametrize("resource", ENTITIES)
def test_every_record_comes(generated: Settings, resource: str) -> None:
    manifest, rows = extracted(generated, "ploomes", resource)
    known = truth(generated, resource)
    assert sorted(row["Id"] for row in rows) == sorted(str(each["Id"]) for each in known)
    assert manifest.announced == len(known) > 0


def test_persons_are_treated_and_companies_keep_their_cnpj(generated: Settings) -> None:
    _, rows = extracted(generated, "ploomes", "contacts")
    known = {str(each["Id"]): each for each in truth(generated, "contacts")}
    for row in rows:
        before = known[row["Id"]]
        assert "Phones" not in row
        assert row["Name"] != before["Name"]
        if before["TypeId"] == 1:
            assert (row["Register"], row["LegalName"]) == (before["Register"], before["LegalName"])
        else:
            assert row["Register"].startswith("***.")
            assert row["Register"].endswith("-**")


@pytest.mark.parametrize("resource", ["deals", "quotes", "users"])
def test_only_declared_fields_are_asked_for(generated: Settings, resource: str) -> None:
    manifest, _ = extracted(generated, "ploomes", resource)
    assert set(manifest.fields) == set(spec_of(generated, "ploomes").resources[resource].declared)


@pytest.mark.parametrize("resource", ["deals", "quotes"])
def test_a_service_that_sends_more_all_the_same_names_nobody(generated: Settings, resource: str) -> None:
    rows = stored_of_everything(generated, "ploomes", resource)
    known = truth(generated, resource)
    assert {"PersonName"} <= known[0].keys() & rows[0].keys()
    private = {each[name] for each in known for name in ("PersonName", "Title", "ContactEmail") if name in each}
    assert private
    assert not [text for row in rows for text in private if text in str(row)]


def test_custom_fields_and_products_are_expanded(generated: Settings) -> None:
    _, deals = extracted(generated, "ploomes", "deals")
    assert all('"FieldKey":"deal_modalidade"' in row["OtherProperties"] for row in deals)
    _, quotes = extracted(generated, "ploomes", "quotes")
    assert all('"ProductId":' in row["Products"] for row in quotes)
    assert "OtherProperties" not in ask(generated, **{"$top": "1"}).json()["value"][0]


def test_a_further_run_asks_for_what_is_new(generated: Settings) -> None:
    forget(generated, "ploomes")
    at_edition(generated, "ploomes", 2)
    loaded(generated, "ploomes", "deals")
    at_edition(generated, "ploomes", "last")
    manifest = extract_resource(generated, "ploomes", "deals", "ploomes-incremental")
    (asked,) = [each.asked["$filter"] for each in manifest.slices]
    reached = max(each["LastUpdateDate"] for each in truth(generated, "deals", EDITIONS[1]))
    since = dt.datetime.fromisoformat(reached).date() - dt.timedelta(days=2)
    assert asked == f"LastUpdateDate ge {since}T00:00:00-03:00 or LastUpdateDate eq null"
    assert 0 < manifest.received < len(truth(generated, "deals"))


def test_without_the_key_nothing_is_told(generated: Settings) -> None:
    assert httpx.get(generated.simulator_base + URL, trust_env=False).status_code == 403


@pytest.mark.parametrize("query", [{"$filter": "Title eq 'x'"}, {"$orderby": "Title"}, {"$top": "many"}])
def test_what_the_service_does_not_know_is_refused(generated: Settings, query: Row) -> None:
    assert ask(generated, **query).status_code == 400
