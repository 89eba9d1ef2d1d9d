"""SAP Business One: a session that ends on its way, pages that link to the next, documents with their lines."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.specs.conftest import arm, at_edition, control, extracted, forget, loaded, stored_of_everything

from lagoa.errors import PermanentSourceError
from lagoa.lake.run import extract_resource, spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated import erp
from lagoa.simulator.generated.calendar import EDITIONS

ENTITIES = {"business_partners": "BusinessPartners", "items": "Items", "orders": "Orders", "invoices": "Invoices"}
KEYS = {"business_partners": "CardCode", "items": "ItemCode", "orders": "DocEntry", "invoices": "DocEntry"}
# pragma: allowlist nextline secret
LOGIN = {"CompanyDB": "SBO", "UserName": "simulated-sap_b1_usuario", "Password": "simulated-sap_b1_senha"}
BASE = "/sap_b1/b1s/v2"
PRIVATE = ("CardName", "Address", "EmailAddress")


def truth(settings: Settings, resource: str) -> list[Any]:
    seed, scale = settings.simulator_seed, settings.simulator_scale
    return list(erp.documents(seed, scale, ENTITIES[resource], EDITIONS[-1]))


@contextmanager
def client(settings: Settings, **login: str) -> Iterator[httpx.Client]:
    """Logged in."""
    with httpx.Client(base_url=settings.simulator_base + BASE, trust_env=False) as opened:
        opened.post("/Login", json=LOGIN | login)
        yield opened


@pytest.mark.parametrize("resource", ENTITIES)
def test_every_record_comes(generated: Settings, resource: str) -> None:
    manifest, rows = extracted(generated, "sap_b1", resource)
    known = truth(generated, resource)
    assert sorted(row[KEYS[resource]] for row in rows) == sorted(str(each[KEYS[resource]]) for each in known)
    assert manifest.announced == len(known) > 0


def test_one_session_is_opened_and_closed(generated: Settings) -> None:
    extracted(generated, "sap_b1", "items")
    paths = control(generated, "GET", "requests")["sap_b1"]["paths"]
    assert paths["/b1s/v2/Login"] == {"200": 1}
    assert paths["/b1s/v2/Logout"] == {"204": 1}


def test_a_session_that_ends_in_the_middle_is_opened_again(generated: Settings) -> None:
    with client(generated) as opened:
        statuses = [opened.get("/Items", params={"$top": 1}).status_code for _ in range(27)]
        assert statuses == [200] * 25 + [401] * 2
        assert opened.get("/Items").json()["error"]["code"] == 301


def test_pages_have_twenty_records_unless_more_are_wished_for(generated: Settings) -> None:
    with client(generated) as opened:
        usual = opened.get("/Items", params={"$orderby": "ItemCode"}).json()
        wished = opened.get("/Items", headers={"Prefer": "odata.maxpagesize=50"}).json()
    assert len(usual["value"]) == 20
    assert usual["@odata.nextLink"] == "Items?$orderby=ItemCode&$skip=20"
    assert len(wished["value"]) == 50


def test_the_lines_of_a_document_add_up_to_it(generated: Settings) -> None:
    _, rows = extracted(generated, "sap_b1", "invoices")
    for row in rows:
        lines = json.loads(row["DocumentLines"])
        assert sum(line["LineTotal"] for line in lines) == pytest.approx(float(row["DocTotal"]))


def test_cpfs_are_masked_wherever_they_stand(generated: Settings) -> None:
    _, rows = extracted(generated, "sap_b1", "business_partners")
    stored = {row["CardCode"]: row for row in rows}
    persons = [each for each in truth(generated, "business_partners") if each["BPFiscalTaxIDCollection"][0]["TaxId4"]]
    assert persons
    for each in persons:
        row = stored[each["CardCode"]]
        assert each["FederalTaxID"] not in str(row)
        assert row["FederalTaxID"].startswith("***.")


@pytest.mark.parametrize("resource", ["orders", "invoices", "items"])
def test_only_declared_fields_are_asked_for(generated: Settings, resource: str) -> None:
    manifest, _ = extracted(generated, "sap_b1", resource)
    assert set(manifest.fields) == set(spec_of(generated, "sap_b1").resources[resource].declared)


@pytest.mark.parametrize("resource", ["business_partners", "orders", "invoices"])
def test_a_service_that_sends_more_names_nobody(generated: Settings, resource: str) -> None:
    rows = stored_of_everything(generated, "sap_b1", resource)
    private = {each[name] for each in truth(generated, resource) for name in PRIVATE if name in each}
    private |= {each["Name"] for row in truth(generated, resource) for each in row.get("ContactEmployees", [])}
    assert private
    assert {name for name in PRIVATE if name in rows[0]}
    assert not [text for row in rows for text in private if text in str(row)]


def test_a_field_that_does_not_exist_is_refused(generated: Settings) -> None:
    with client(generated) as opened:
        assert opened.get("/Items", params={"$select": "ItemCode,Nada"}).status_code == 400
        (first, *_) = opened.get("/Items", params={"$select": "ItemCode"}).json()["value"]
    assert first.keys() == {"ItemCode"}


def test_a_further_run_reads_the_last_day_again(generated: Settings) -> None:
    forget(generated, "sap_b1")
    at_edition(generated, "sap_b1", 2)
    loaded(generated, "sap_b1", "orders")
    at_edition(generated, "sap_b1", "last")
    manifest = extract_resource(generated, "sap_b1", "orders", "sap-incremental")
    (asked,) = [each.asked["$filter"] for each in manifest.slices]
    assert asked.startswith("UpdateDate ge '2026-10-1")
    assert 0 < manifest.received < len(truth(generated, "orders"))


def test_what_was_never_changed_comes_in_a_further_run(generated: Settings) -> None:
    forget(generated, "sap_b1")
    loaded(generated, "sap_b1", "items")
    manifest = extract_resource(generated, "sap_b1", "items", "sap-never-changed")
    changed = [each["UpdateDate"] for each in truth(generated, "items")]
    last = max(filter(None, changed))
    day_before = (dt.date.fromisoformat(last) - dt.timedelta(days=1)).isoformat()
    assert manifest.received == sum(day is None or day >= day_before for day in changed)
    assert 0 < changed.count(None) < manifest.received < len(changed)


@pytest.mark.parametrize("wrong", [{"Password": "x"}, {"UserName": "x"}, {"CompanyDB": ""}])
def test_a_wrong_login_opens_nothing(generated: Settings, wrong: dict[str, str]) -> None:
    with client(generated, **wrong) as opened:
        assert opened.get("/Items").status_code == 401


def test_a_field_that_vanished_is_told(generated: Settings) -> None:
    arm(generated, {"source": "sap_b1", "fault": "missing_field", "field": "DocTotal"})
    with pytest.raises(Exception, match="missing field DocTotal") as failed:
        extracted(generated, "sap_b1", "orders")
    assert not isinstance(failed.value, PermanentSourceError)
