"""Recorded files come back through the APIs exactly as they were recorded."""

import csv
import gzip
import io
import json
from pathlib import Path

import httpx
import pytest
from tests.simulator.crawl import KEYS, budget, purchases, rows_text

FILES = {
    "programa_especial": "programa_2025-08-21",
    "ordem_pagamento_ordem_bancaria_especial": "ordem_pagamento_2025-08-21",
    "historico_pagamento_especial": "historico_pagamento_2025-08-21",
    "finalidade_especial": "finalidade_2025-08-21",
    "relatorio_gestao_novo_especial": "relatorio_gestao_novo_2025-08-21",
}


def recorded_purchases(folder: Path, name: str) -> dict[str, dict[str, object]]:
    records = json.loads(gzip.decompress((folder / f"pncp/contratacoes_{name}.json.gz").read_bytes()))
    return {record["numeroControlePNCP"]: record for record in records}


def test_the_last_pncp_edition_reassembles_to_the_newest_file_of_every_scope(
    recorded: httpx.Client, real_data: Path
) -> None:
    scopes = (
        "belo-horizonte_2026-06-16b",
        "rio-de-janeiro_2026-06-16b",
        "sao-paulo-cnpj_2026-06-08",
        "sao-paulo-municipio_2026-06-15",
        "vitoria_2026-06-15",
    )
    expected = {key: record for scope in scopes for key, record in recorded_purchases(real_data, scope).items()}

    for kind in ("publicacao", "atualizacao"):
        records = purchases(recorded, kind, "20250617", "20260616") + purchases(recorded, kind, "20250101", "20250616")
        assert len(records) == 1540
        assert {record["numeroControlePNCP"]: record for record in records} == expected


@pytest.mark.parametrize(
    ("edition", "city", "ibge", "file"),
    [
        (1, "Rio", "3304557", "rio-de-janeiro_2026-06-08"),
        (2, "Rio", "3304557", "rio-de-janeiro_2026-06-15"),
        (3, "Rio", "3304557", "rio-de-janeiro_2026-06-16a"),
        (4, "Rio", "3304557", "rio-de-janeiro_2026-06-16b"),
        (1, "Vitória", "3205309", "vitoria_2026-06-08"),
        ("2026-06-16a", "Vitória", "3205309", "vitoria_2026-06-15"),
        (3, "Belo Horizonte", "3106200", "belo-horizonte_2026-06-15"),
    ],
)
def test_an_edition_shows_the_newest_file_of_its_day(
    recorded: httpx.Client, real_data: Path, edition: int | str, city: str, ibge: str, file: str
) -> None:
    recorded.put("/_simulator/editions", json={"pncp": edition}).raise_for_status()

    records = purchases(recorded, "publicacao", "20250616", "20260616", codigoMunicipioIbge=ibge)

    assert {record["numeroControlePNCP"]: record for record in records} == recorded_purchases(real_data, file)
    assert {record["unidadeOrgao"]["municipioNome"] for record in records} <= {city, "Rio de Janeiro"}


@pytest.mark.parametrize("table", KEYS)
def test_transferegov_pages_reassemble_to_the_recorded_csv_with_its_literals(
    recorded: httpx.Client, real_data: Path, table: str
) -> None:
    text = gzip.decompress((real_data / f"transferegov/especiais_{FILES[table]}.csv.gz").read_bytes()).decode()
    expected = list(csv.DictReader(io.StringIO(text)))

    pages = rows_text(recorded, table)
    literal = [row for page in pages for row in json.loads(page, parse_int=str, parse_float=str)]
    shown = [{name: "" if value is None else value for name, value in row.items()} for row in literal]

    def key(row: dict[str, str]) -> list[int]:
        return [int(row[name]) for name in KEYS[table].split(",")]

    assert shown == sorted(expected, key=key)


def test_codes_stay_text_and_numbers_stay_numbers(recorded: httpx.Client) -> None:
    [program] = recorded.get("/transferegov/transferenciasespeciais/programa_especial?id_programa=eq.3").json()

    assert program["codigo_programa"] == "0903"
    assert program["ano_programa"] == 2020
    assert program["data_inicio_ciencia_programa"] is None


def test_scientific_notation_is_kept_and_compared_as_a_number(recorded: httpx.Client) -> None:
    response = recorded.get(
        "/transferegov/transferenciasespeciais/relatorio_gestao_novo_especial",
        params={
            "id_relatorio_gestao_novo": "in.(1011,1824,91)",
            "valor_executado_relatorio_gestao_novo": "gte.100000",
            "order": "valor_executado_relatorio_gestao_novo.desc",
            "select": "id_relatorio_gestao_novo,valor_executado_relatorio_gestao_novo",
        },
    )

    assert response.text == (
        '[{"id_relatorio_gestao_novo":1824,"valor_executado_relatorio_gestao_novo":3e+05},\n'
        ' {"id_relatorio_gestao_novo":91,"valor_executado_relatorio_gestao_novo":292687.45},\n'
        ' {"id_relatorio_gestao_novo":1011,"valor_executado_relatorio_gestao_novo":1e+05}]'
    )


@pytest.mark.parametrize(
    ("edition", "year", "date"),
    [
        (1, 2025, "2025-10-31"),
        (2, 2025, "2025-11-13"),
        (1, 2024, "2025-10-31"),
        (1, 2014, "2025-11-13"),
        ("last", 2023, "2025-11-13"),
    ],
)
def test_the_portal_serves_the_recorded_zip_byte_for_byte(
    recorded: httpx.Client, real_data: Path, edition: int | str, year: int, date: str
) -> None:
    recorded.put("/_simulator/editions", json={"portal_transparencia": edition}).raise_for_status()

    path = real_data / f"portal_transparencia/orcamento_despesa/{year}_OrcamentoDespesa_{date}.zip"
    assert budget(recorded, year) == path.read_bytes()


def test_ibge_nests_the_dtb_spreadsheet_as_the_api_does(recorded: httpx.Client) -> None:
    municipalities = recorded.get("/ibge/api/v1/localidades/municipios").json()
    states = recorded.get("/ibge/api/v1/localidades/estados").json()
    uf = {"id": 11, "sigla": "RO", "nome": "Rondônia", "regiao": {"id": 1, "sigla": "N", "nome": "Norte"}}

    assert len({municipality["id"] for municipality in municipalities}) == len(municipalities) == 5570
    assert municipalities[0] == {
        "id": 1100015,
        "nome": "Alta Floresta D'Oeste",
        "microrregiao": {
            "id": 11006,
            "nome": "Cacoal",
            "mesorregiao": {"id": 1102, "nome": "Leste Rondoniense", "UF": uf},
        },
        "regiao-imediata": {
            "id": 110005,
            "nome": "Cacoal",
            "regiao-intermediaria": {"id": 1102, "nome": "Ji-Paraná", "UF": uf},
        },
    }
    assert len(states) == 27
    assert states[0] == uf


def test_bcb_serves_the_recorded_months(recorded: httpx.Client, real_data: Path) -> None:
    expected = json.loads((real_data / "bcb/sgs_433_ipca_2020_2024.json").read_bytes())

    assert recorded.get("/bcb/dados/serie/bcdata.sgs.433/dados?formato=json").json() == expected
