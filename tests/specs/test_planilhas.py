"""Planilhas: every spreadsheet of the folder, only those that changed; what people write around the rows stays out."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.dbt_runs import run_dbt
from tests.specs.conftest import Row, answer, at_edition, control, extracted, loaded, query

from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource, spec_of
from lagoa.quality.gate import run_gate
from lagoa.settings import Settings
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.spreadsheets import Spreadsheet, spreadsheets


def truth(settings: Settings, folder: str, edition: str = EDITIONS[-1]) -> list[Spreadsheet]:
    """The files that the generator knows."""
    held = spreadsheets(settings.simulator_seed, settings.simulator_scale, edition)
    return [each for each in held if each.folder == folder]


def as_text(value: Any) -> str | None:
    """A cell as the engine stores it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def rows_of(sheet: Spreadsheet, **more: str) -> list[Row]:
    return [dict(zip(sheet.header, map(as_text, row), strict=True)) | more for row in sheet.rows]


def by_content(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=repr)


def again(settings: Settings, resource: str, run_id: str) -> tuple[int, list[str]]:
    """An ordinary further run: how many rows it wrote, and the files that it read anew."""
    manifest = extract_resource(settings, "planilhas", resource, run_id)
    load(spec_of(settings, "planilhas"), manifest, settings=settings)
    read = [each.asked["arquivo"] for each in manifest.slices if not each.unchanged]
    return sum(part.rows for part in manifest.parts), read


def test_every_goal_of_every_year_is_read(generated: Settings) -> None:
    manifest, rows = extracted(generated, "planilhas", "metas")
    sheets = truth(generated, "metas")
    assert [each.asked for each in manifest.slices] == [
        {"arquivo": f"metas_{year}.xlsx"} for year in (2024, 2025, 2026)
    ]
    assert by_content(rows) == by_content([row for each in sheets for row in rows_of(each, arquivo=each.name)])
    assert {row["Competência"] for row in rows} >= {"2024-01-01", "2026-12-01"}
    assert {row["Revisada"] for row in rows} == {"true", "false"}


def test_every_cost_of_every_month_is_read_as_it_was_written(generated: Settings) -> None:
    _, rows = extracted(generated, "planilhas", "custos")
    sheets = truth(generated, "custos")
    assert len(sheets) == 10
    assert by_content(rows) == by_content([row for each in sheets for row in rows_of(each, arquivo=each.name)])
    assert {row["Valor (R$)"] for row in rows} >= {" -   ", " 12.345,67 "}
    assert not any("Valores em reais" in (row["Competência"] or "") for row in rows)


def test_only_the_newest_portfolio_counts(generated: Settings) -> None:
    manifest, rows = extracted(generated, "planilhas", "carteira")
    newest = truth(generated, "clientes")[-1]
    assert [each.asked for each in manifest.slices] == [{"arquivo": newest.name}]
    assert [row["CNPJ"] for row in rows] == [str(row[0]) for row in newest.rows]
    plain = [{name: value for name, value in row.items() if name != "Executivo de contas"} for row in rows]
    assert plain == [
        {name: value for name, value in row.items() if name != "Executivo de contas"} for row in rows_of(newest)
    ]


def test_the_names_of_the_account_managers_are_pseudonyms_that_still_join(generated: Settings) -> None:
    _, rows = extracted(generated, "planilhas", "carteira")
    names = [str(row[4]) for row in truth(generated, "clientes")[-1].rows]
    stored = [row["Executivo de contas"] for row in rows]
    assert not set(names) & set(stored)
    assert len(set(zip(names, stored, strict=True))) == len(set(names))


def test_a_run_without_changes_reads_nothing_anew(generated: Settings) -> None:
    loaded(generated, "planilhas")
    control(generated, "DELETE", "requests")
    assert again(generated, "metas", "planilhas-same-1") == (0, [])
    assert again(generated, "custos", "planilhas-same-2") == (0, [])
    assert again(generated, "carteira", "planilhas-same-3") == (0, [])
    (stand,) = query(generated, "select count(*) as linhas from bronze.planilhas__carteira where _deleted_at is null")
    assert stand["linhas"] == len(truth(generated, "clientes")[-1].rows)
    paths = control(generated, "GET", "requests")["planilhas"]["paths"]
    answers = [list(statuses) for path, statuses in paths.items() if path.endswith((".xlsx", ".csv", ".ods"))]
    assert answers == [["304"]] * 14


def test_a_corrected_file_replaces_its_rows_and_a_new_one_comes_along(generated: Settings) -> None:
    at_edition(generated, "planilhas", 1)
    loaded(generated, "planilhas")
    at_edition(generated, "planilhas", 2)
    assert again(generated, "metas", "planilhas-edition-2a") == (48, ["metas_2026.xlsx"])
    _, read = again(generated, "custos", "planilhas-edition-2b")
    assert read == ["custos_2026-08.csv"]
    at_edition(generated, "planilhas", 3)
    loaded(generated, "planilhas", "custos")
    counted = query(
        generated,
        "select arquivo, count(*) as linhas from bronze.planilhas__custos"
        " where _deleted_at is null group by arquivo order by arquivo",
    )
    assert [(row["arquivo"], row["linhas"]) for row in counted] == [
        (each.name, len(each.rows)) for each in truth(generated, "custos")
    ]


def test_clients_who_left_are_marked_and_new_ones_are_there(generated: Settings) -> None:
    at_edition(generated, "planilhas", 1)
    loaded(generated, "planilhas", "carteira")
    at_edition(generated, "planilhas", 3)
    loaded(generated, "planilhas", "carteira")
    first, last = ({str(row[0]) for row in each.rows} for each in (truth(generated, "clientes")[0],
                                                                  truth(generated, "clientes")[-1]))  # fmt: skip
    stand = query(generated, "select cnpj, _deleted_at is not null as gone from bronze.planilhas__carteira")
    assert {row["cnpj"] for row in stand if not row["gone"]} == last
    assert {row["cnpj"] for row in stand if row["gone"]} == first - last
    assert len(first - last) == len(last - first) == 1


def test_the_folders_answer_as_a_web_server_does(generated: Settings) -> None:
    page = answer(generated, "/planilhas/clientes/").text
    assert 'href="carteira_2026-11-01.ods"' in page
    assert answer(generated, "/planilhas/nada/").status_code == 404
    assert answer(generated, "/planilhas/metas/metas_1999.xlsx").status_code == 404
    first, second = (answer(generated, "/planilhas/metas/metas_2024.xlsx") for _ in range(2))
    assert first.content == second.content


@pytest.mark.slow
def test_every_edition_passes_the_gates_and_silver_holds_the_typed_rows(generated: Settings, tmp_path: Path) -> None:
    silver = ["metas_comerciais", "custos_aquisicao", "carteira_clientes"]
    for edition in (1, 3):
        at_edition(generated, "planilhas", edition)
        loaded(generated, "planilhas")
        bronze = [f"planilhas__{name}" for name in spec_of(generated, "planilhas").resources]
        assert failures(generated, "bronze", bronze) == []
    run_dbt(generated, tmp_path, "build", "--select", *(f"silver__{name}" for name in silver))
    assert failures(generated, "silver", silver) == []
    zeros = "count(*) filter (where valor = 0)"
    sums = query(generated, f"select sum(valor) as valor, {zeros} as zeros from silver.custos_aquisicao")
    revised = "bool_or(is_revisada) as revisada"
    goals = query(generated, f"select sum(valor_meta_receita) as valor, {revised} from silver.metas_comerciais")
    clients = query(generated, "select sum(valor_mensal) as valor, count(*) as linhas from silver.carteira_clientes")
    costs = [str(row[4]) for each in truth(generated, "custos") for row in each.rows]
    assert (sums[0]["valor"], sums[0]["zeros"]) == (sum(map(cents, costs)) / 100, costs.count(" -   "))
    assert goals == [{"valor": sum(amounts(truth(generated, "metas"), 2)), "revisada": True}]
    newest = truth(generated, "clientes")[-1:]
    assert clients == [{"valor": sum(amounts(newest, 5)), "linhas": len(newest[0].rows)}]


def cents(written: str) -> Decimal:
    """Cents of a Brazilian amount; a dash is nothing."""
    return Decimal("".join(each for each in written if each.isdigit()) or "0")


def amounts(sheets: list[Spreadsheet], column: int) -> list[Decimal]:
    return [Decimal(str(row[column])) for each in sheets for row in each.rows]


def failures(settings: Settings, layer: str, tables: list[str]) -> list[str]:
    """What a gate finds, also what would not stop."""
    report = run_gate(layer, tables, run_id="planilhas", domain="comercial", settings=settings)
    return [f"{failure.severity} {failure.table}: {failure.meaning}" for failure in report.failures]
