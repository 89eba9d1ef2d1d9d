"""The Portal's daily expenses: one ZIP of eleven members a day, made again for days past."""

import csv
import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.specs.conftest import Row, answer, arm, at_edition, control, extracted, loaded, query

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.lake.bronze import load
from lagoa.lake.run import spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated.calendar import closes
from lagoa.simulator.generated.expense_columns import HEADERS
from lagoa.simulator.generated.expense_rows import rows as generated_rows
from lagoa.simulator.generated.expenses import Expenses, expenses
from lagoa.simulator.generated.federation import federation
from lagoa.sources.spec import load_agency, load_specs

MEMBERS = {
    "empenhos": "Empenho",
    "empenho_itens": "ItemEmpenho",
    "empenho_itens_historico": "ItemEmpenhoHistorico",
    "liquidacoes": "Liquidacao",
    "liquidacao_empenhos": "Liquidacao_EmpenhosImpactados",
    "pagamentos": "Pagamento",
    "pagamento_empenhos": "Pagamento_EmpenhosImpactados",
    "pagamento_favorecidos": "Pagamento_FavorecidosFinais",
    "pagamento_bancos": "Pagamento_ListaBancos",
    "pagamento_faturas": "Pagamento_ListaFaturas",
    "pagamento_precatorios": "Pagamento_ListaPrecatorios",
}


def days(settings: Settings) -> list[date]:
    agency = load_agency(settings.home / "include" / "agencies", settings.agency)
    first, last = (date.fromisoformat(agency[name][0]) for name in ("despesas_desde", "despesas_ate"))
    return [first + timedelta(days=position) for position in range((last - first).days + 1)]


def known(settings: Settings) -> Expenses:
    return expenses(settings.simulator_seed, settings.simulator_scale)


def cents(text: str) -> int:
    return int(text.replace(",", ""))


def by_content(rows: list[Row]) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple(sorted(row.items())) for row in rows)


@pytest.mark.parametrize("resource", MEMBERS)
def test_a_member_comes_whole_for_every_day_with_its_day(generated: Settings, resource: str) -> None:
    manifest, rows = extracted(generated, "portal_despesas", resource)
    until = closes("2026-11-01").date()
    seed, scale, member = generated.simulator_seed, generated.simulator_scale, MEMBERS[resource]
    expected = [
        dict(zip(HEADERS[member], row, strict=True)) | {"dia": f"{day:%Y%m%d}"}
        for day in days(generated)
        for row in generated_rows(seed, scale, member, day, until)
    ]
    assert by_content(rows) == by_content(expected)
    assert [item.asked["dia"] for item in manifest.slices] == [f"{day:%Y%m%d}" for day in days(generated)]


def test_the_spec_has_a_resource_for_each_member_and_each_of_its_columns(generated: Settings) -> None:
    spec = load_specs(generated.home / "include" / "sources")["portal_despesas"]
    assert {name: tuple(resource.fields) for name, resource in spec.resources.items()} == {
        name: HEADERS[member] for name, member in MEMBERS.items()
    }


def test_the_eleven_members_are_fetched_once_a_day_and_then_asked_for_by_their_validator(generated: Settings) -> None:
    loaded(generated, "portal_despesas")
    (day, *_) = (f"{each:%Y%m%d}" for each in days(generated))
    paths = control(generated, "GET", "requests")["portal_despesas"]["paths"]
    by_status = paths[f"/PortalDaTransparencia/saida/despesas/{day}_Despesas.zip"]
    assert by_status.get("200", 0) <= 1
    assert sum(by_status.values()) == len(MEMBERS)


def test_a_download_that_broke_off_gives_way_to_the_file_that_is_at_hand(generated: Settings) -> None:
    loaded(generated, "portal_despesas", "empenhos")
    arm(generated, {"source": "portal_despesas", "fault": "truncated_body", "path_contains": ".zip", "times": 1})
    _, rows = extracted(generated, "portal_despesas", "liquidacoes")
    assert len(rows) == sum(len(known(generated).liquidations.get(day, ())) for day in days(generated))


def test_what_is_paid_is_what_the_federation_paid(generated: Settings) -> None:
    _, liquidated = extracted(generated, "portal_despesas", "liquidacao_empenhos")
    _, paid = extracted(generated, "portal_despesas", "pagamento_empenhos")
    documents = known(generated)
    own = days(generated)
    for rows, field, settlements in (
        (liquidated, "Valor Liquidado (R$)", documents.liquidations),
        (paid, "Valor Pago (R$)", documents.payments),
    ):
        told = sum(cents(row[field]) + cents(row["Valor Restos a Pagar Pagos (R$)"]) for row in rows)
        assert told == sum(each.cents for day in own for each in settlements.get(day, ()))
        assert told > 0


def test_the_whole_of_all_days_is_the_federation(generated: Settings) -> None:
    core, documents = federation(generated.simulator_seed, generated.simulator_scale), known(generated)
    for settlements, amount in ((documents.liquidations, "liquidado_cents"), (documents.payments, "pago_cents")):
        everything = sum(each.cents for of_day in settlements.values() for each in of_day)
        assert everything == sum(getattr(commitment, amount) for commitment in core.commitments)


def test_a_past_day_is_replaced_when_its_file_was_made_again(generated: Settings) -> None:
    spec, name = spec_of(generated, "portal_despesas"), "empenho_itens_historico"
    at_edition(generated, "portal_despesas", 1)
    load(spec, extracted(generated, "portal_despesas", name)[0], settings=generated, accept_shrink=True)
    at_edition(generated, "portal_despesas", "last")
    assert loaded(generated, "portal_despesas", name)[name].inserted > 0
    held = query(
        generated,
        "select dia, codigo_empenho, sequencial, tipo_operacao from bronze.portal_despesas__empenho_itens_historico",
    )
    until = closes("2026-11-01").date()
    expected = {
        (f"{day:%Y%m%d}", row[1], row[2], row[3])
        for day in days(generated)
        for row in generated_rows(
            generated.simulator_seed, generated.simulator_scale, "ItemEmpenhoHistorico", day, until
        )
    }
    assert {tuple(row.values()) for row in held} == expected


def test_a_second_run_asks_again_for_the_trailing_days_and_changes_nothing(generated: Settings) -> None:
    loaded(generated, "portal_despesas", "liquidacoes")
    again = loaded(generated, "portal_despesas", "liquidacoes", full=False)["liquidacoes"]
    assert (again.inserted, again.updated, again.deleted) == (0, 0, 0)


def test_a_day_that_is_not_published_is_a_web_page_with_status_200(generated: Settings) -> None:
    page = answer(generated, "/portal_despesas/download-de-dados/despesas/20261231")
    assert (page.status_code, page.text[:15]) == (200, "<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        ("html_instead_of_zip", PermanentSourceError, "HTML page"),
        ("truncated_zip", TransientSourceError, "damaged or cut short"),
        ("missing_column", ContractError, "missing column Código Empenho"),
    ],
)
def test_a_spoiled_file_fails_and_says_why(generated: Settings, fault: str, error: type[Exception], told: str) -> None:
    field = {"field": "Código Empenho"} if fault == "missing_column" else {}
    arm(generated, {"source": "portal_despesas", "fault": fault, "path_contains": "20260928", **field})
    with pytest.raises(error, match=told):
        extracted(generated, "portal_despesas", "empenhos")


def test_the_recorded_day_comes_whole_with_its_header_only_members(recorded: Settings, real_data: Path) -> None:
    with zipfile.ZipFile(real_data / "portal_transparencia" / "20250101_Despesas.zip") as archive:
        for resource, member in MEMBERS.items():
            text = archive.read(f"20250101_Despesas_{member}.csv").decode("latin-1")
            header, *expected = csv.reader(io.StringIO(text, newline=""), delimiter=";")
            manifest, rows = extracted(recorded, "portal_despesas", resource)
            assert [[row[name] for name in header] for row in rows] == expected
            assert {row["dia"] for row in rows} == ({"20250101"} if expected else set())
            assert manifest.received == len(expected)
