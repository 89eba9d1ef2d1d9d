"""Every fault does what it says, as often as it says, and nothing else."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
from tests.simulator.crawl import BUDGET, KEYS, PNCP, TRANSFERS, budget, budget_rows, purchases

Arm = Callable[..., None]
IPCA = "/bcb/dados/serie/bcdata.sgs.433/dados"
PAGE = {"dataInicial": "20260101", "dataFinal": "20261101", "codigoModalidadeContratacao": 6, "tamanhoPagina": 50}
ORDERS = "ordem_pagamento_ordem_bancaria_especial"


def statuses(client: httpx.Client, count: int) -> list[int]:
    return [client.get(IPCA).status_code for _ in range(count)]


def test_times_after_and_every_choose_the_requests_that_are_struck(generated: httpx.Client, arm: Arm) -> None:
    arm(source="bcb", fault="http_500_json", times=2)
    assert statuses(generated, 4) == [500, 500, 200, 200]
    arm(source="bcb", fault="http_500_json", every=2, after=1)
    assert statuses(generated, 6) == [200, 500, 200, 500, 200, 500]
    arm(source="bcb", fault="http_500_json", path_contains="ultimos")
    assert statuses(generated, 2) == [200, 200]
    assert generated.get("/_simulator/faults").json()[0]["struck"] == 0


def test_a_seed_chooses_the_requests_that_chance_strikes(generated: httpx.Client, arm: Arm) -> None:
    plan = {"source": "bcb", "fault": "http_500_json", "chance": 0.4}
    arm(**plan, seed=1)
    first = statuses(generated, 30)
    arm(**plan, seed=1)
    again = statuses(generated, 30)
    arm(**plan, seed=2)
    other = statuses(generated, 30)

    assert first == again
    assert first != other
    assert 5 < first.count(500) < 20


def test_deleting_the_faults_mends_everything(generated: httpx.Client, arm: Arm) -> None:
    arm(source="bcb", fault="http_429_html")
    assert statuses(generated, 2) == [429, 429]
    generated.delete("/_simulator/faults")
    assert statuses(generated, 2) == [200, 200]


def test_the_bodies_of_errors_are_as_recorded(generated: httpx.Client, arm: Arm) -> None:
    arm(source="pncp", fault="http_429_html")
    limited = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1})
    arm(source="pncp", fault="http_500_text")
    failed = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1})

    assert (limited.status_code, limited.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "Limite de Requisições Excedido" in limited.text
    assert (failed.status_code, failed.headers["content-type"]) == (500, "application/json")
    assert failed.text == "Erro na comunicação com o banco de dados."


def test_a_timeout_keeps_the_client_waiting(generated: httpx.Client, arm: Arm) -> None:
    arm(source="bcb", fault="timeout", times=1)

    with pytest.raises(httpx.ReadTimeout):
        generated.get(IPCA, timeout=0.3)
    assert generated.get(IPCA).status_code == 200


def test_a_truncated_body_breaks_the_connection(generated: httpx.Client, arm: Arm) -> None:
    arm(source="transferegov", fault="truncated_body", times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        generated.get(f"{TRANSFERS}/programa_especial")
    assert generated.get(f"{TRANSFERS}/programa_especial").status_code == 200


def test_a_truncated_zip_cannot_be_opened(generated: httpx.Client, arm: Arm) -> None:
    whole = budget(generated, 2025)
    arm(source="portal_transparencia", fault="truncated_zip", times=1)
    cut = budget(generated, 2025)

    assert cut == whole[: len(whole) // 2]
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(BytesIO(cut))
    assert budget(generated, 2025) == whole


def test_a_page_of_html_comes_in_place_of_the_zip(generated: httpx.Client, arm: Arm) -> None:
    arm(source="portal_transparencia", fault="html_instead_of_zip", path_contains="2024")

    assert budget(generated, 2024).startswith(b"<!DOCTYPE html>")
    assert budget(generated, 2025).startswith(b"PK")
    assert generated.get(f"{BUDGET}/2024").status_code == 200


def test_a_column_is_missing_from_the_csv(generated: httpx.Client, arm: Arm) -> None:
    whole = budget_rows(budget(generated, 2023))
    arm(source="portal_transparencia", fault="missing_column")
    committed = whole[0].index("ORÇAMENTO EMPENHADO (R$)")

    assert budget_rows(budget(generated, 2023)) == [row[:committed] + row[committed + 1 :] for row in whole]


def test_half_of_the_rows_are_gone_from_the_csv(generated: httpx.Client, arm: Arm) -> None:
    header, *whole = budget_rows(budget(generated, 2023))
    arm(source="portal_transparencia", fault="half_rows")

    assert budget_rows(budget(generated, 2023)) == [header, *whole[::2]]


def test_half_of_a_table_is_gone_and_the_totals_agree(generated: httpx.Client, arm: Arm) -> None:
    arm(source="transferegov", fault="half_rows")
    response = generated.get(f"{TRANSFERS}/{ORDERS}", params={"order": KEYS[ORDERS]}, headers={"Prefer": "count=exact"})

    assert (len(response.json()), response.headers["content-range"]) == (300, "0-299/300")


def test_half_of_the_municipalities_are_gone(generated: httpx.Client, arm: Arm) -> None:
    whole = generated.get("/ibge/api/v1/localidades/municipios").json()
    arm(source="ibge", fault="half_rows")

    assert generated.get("/ibge/api/v1/localidades/municipios").json() == whole[::2]


def test_one_key_comes_twice_with_different_content(generated: httpx.Client, arm: Arm) -> None:
    query = {"order": KEYS[ORDERS], "limit": 10}
    whole = generated.get(f"{TRANSFERS}/{ORDERS}", params=query).json()
    first = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1}).json()
    arm(source="transferegov", fault="duplicated_key")
    rows = generated.get(f"{TRANSFERS}/{ORDERS}", params=query).json()
    arm(source="pncp", fault="duplicated_key")
    page = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1}).json()

    changed = whole[0]["descricao_situacao_op"] + " (retificado)"
    assert rows == [*whole[:-1], whole[0] | {"descricao_situacao_op": changed}]
    twin = first["data"][0] | {"objetoCompra": first["data"][0]["objetoCompra"] + " (retificado)"}
    assert page == first | {"data": [*first["data"][:-1], twin]}


def test_a_field_is_missing(generated: httpx.Client, arm: Arm) -> None:
    arm(source="pncp", fault="missing_field", field="unidadeOrgao")
    page = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1}).json()
    arm(source="transferegov", fault="missing_column")
    rows = generated.get(f"{TRANSFERS}/{ORDERS}").json()
    arm(source="bcb", fault="missing_field")
    months = generated.get(IPCA).json()

    assert [record for record in page["data"] if "unidadeOrgao" in record] == []
    assert [row for row in rows if "situacao_op" in row] == []
    assert {tuple(month) for month in months} == {("data",)}


def test_a_short_page_announces_more_than_it_delivers(generated: httpx.Client, arm: Arm) -> None:
    whole = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1}).json()
    arm(source="pncp", fault="short_page", times=1)
    short = generated.get(f"{PNCP}/publicacao", params=PAGE | {"pagina": 1}).json()
    arm(source="transferegov", fault="short_page", times=1)
    rows = generated.get(f"{TRANSFERS}/{ORDERS}?order=id_op_ob&limit=100", headers={"Prefer": "count=exact"})

    assert short == whole | {"data": whole["data"][:40]}
    assert (len(rows.json()), rows.headers["content-range"]) == (80, "0-99/600")


def test_overlapping_pages_repeat_rows_and_lose_the_last(generated: httpx.Client, arm: Arm) -> None:
    whole = purchases(generated, "publicacao", "20260101", "20261101")
    arm(source="pncp", fault="overlapping_pages")
    overlapped = purchases(generated, "publicacao", "20260101", "20261101")

    assert overlapped[50:55] == whole[45:50]
    assert len({record["numeroControlePNCP"] for record in overlapped}) < len(overlapped) == len(whole)


def test_late_records_turn_up_when_the_fault_is_over(generated: httpx.Client, arm: Arm) -> None:
    arm(source="pncp", fault="late_records")
    early = {record["numeroControlePNCP"] for record in purchases(generated, "atualizacao", "20260101", "20261101")}
    generated.delete("/_simulator/faults")
    all_ = {record["numeroControlePNCP"] for record in purchases(generated, "atualizacao", "20260101", "20261101")}

    assert early < all_


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"source": "pncp", "fault": "truncated_zip"}, "fault truncated_zip makes no sense there"),
        ({"source": "pnpc", "fault": "timeout"}, "Input should be"),
        ({"source": "pncp", "fault": "timeout", "time": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(generated: httpx.Client, fault: dict[str, object], problem: str) -> None:
    response = generated.put("/_simulator/faults", json=[fault])

    assert response.status_code == 422
    assert problem in response.text
