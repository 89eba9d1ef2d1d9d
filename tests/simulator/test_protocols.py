"""Each simulated source answers as its API is documented: pages, envelopes, limits, refusals."""

import httpx
import pytest
from tests.simulator.crawl import BUDGET, PNCP, TRANSFERS

BUDGET_FILE = "/portal_transparencia/PortalDaTransparencia/saida/orcamento-despesa/2025_OrcamentoDespesa.zip"
WINDOW = {"dataInicial": "20260101", "dataFinal": "20261101", "codigoModalidadeContratacao": 6, "pagina": 1}
REPORTS = f"{TRANSFERS}/relatorio_gestao_novo_especial"
COUNTED = {"Prefer": "count=exact"}


def test_a_pncp_page_says_how_many_there_are(generated: httpx.Client) -> None:
    first = generated.get(f"{PNCP}/publicacao", params=WINDOW | {"tamanhoPagina": 50}).json()
    last = generated.get(
        f"{PNCP}/publicacao", params=WINDOW | {"tamanhoPagina": 50, "pagina": first["totalPaginas"]}
    ).json()

    assert list(first) == ["data", "totalRegistros", "totalPaginas", "numeroPagina", "paginasRestantes", "empty"]
    assert (len(first["data"]), first["numeroPagina"], first["empty"]) == (50, 1, False)
    assert first["paginasRestantes"] == first["totalPaginas"] - 1
    assert len(last["data"]) == first["totalRegistros"] - 50 * (first["totalPaginas"] - 1)
    assert last["paginasRestantes"] == 0


def test_no_row_at_pncp_is_a_204_without_a_body(generated: httpx.Client) -> None:
    empty = generated.get(f"{PNCP}/publicacao", params=WINDOW | {"dataInicial": "20200101", "dataFinal": "20200131"})
    beyond = generated.get(f"{PNCP}/publicacao", params=WINDOW | {"pagina": 999})

    assert (empty.status_code, empty.content) == (204, b"")
    assert (beyond.status_code, beyond.content) == (204, b"")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        pytest.param({"dataInicial": "20251031"}, 422, "Período inicial e final maior que 365 dias.", id="366 days"),
        pytest.param(
            {"dataInicial": "2026-01-01"}, 422, "Data inválida: 2026-01-01. Formato esperado: yyyyMMdd", id="iso"
        ),
        pytest.param({"tamanhoPagina": 51}, 400, "Tamanho de página inválido", id="page of 51"),
        pytest.param({"tamanhoPagina": 9}, 400, "Tamanho de página inválido", id="page of 9"),
        pytest.param({"pagina": 0}, 400, "Página inválida", id="page 0"),
        pytest.param({"pagina": ""}, 400, "Required request parameter 'pagina' is not present", id="no page"),
    ],
)
def test_pncp_refuses_with_json(generated: httpx.Client, change: dict[str, object], status: int, message: str) -> None:
    response = generated.get(f"{PNCP}/publicacao", params=WINDOW | change)

    assert (response.status_code, response.json()["message"]) == (status, message)


def test_a_window_of_365_days_is_served(generated: httpx.Client) -> None:
    assert generated.get(f"{PNCP}/publicacao", params=WINDOW | {"dataInicial": "20251101"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ({"uf": "SP"}, "ufSigla", "SP"),
        ({"codigoMunicipioIbge": "3550308"}, "codigoIbge", "3550308"),
    ],
)
def test_pncp_filters_by_place(generated: httpx.Client, query: dict[str, str], field: str, value: str) -> None:
    records = generated.get(f"{PNCP}/publicacao", params=WINDOW | query).json()["data"]

    assert {record["unidadeOrgao"][field] for record in records} == {value}


@pytest.mark.parametrize(
    ("kind", "field"), [("publicacao", "dataPublicacaoPncp"), ("atualizacao", "dataAtualizacaoGlobal")]
)
def test_pncp_windows_are_on_the_day_of_the_endpoint(generated: httpx.Client, kind: str, field: str) -> None:
    window = WINDOW | {"dataInicial": "20260601", "dataFinal": "20260615", "tamanhoPagina": 50}
    days = {record[field][:10] for record in generated.get(f"{PNCP}/{kind}", params=window).json()["data"]}

    assert days
    assert all("2026-06-01" <= day <= "2026-06-15" for day in days)


def test_the_portal_redirects_to_a_zip(generated: httpx.Client) -> None:
    link = generated.get(f"{BUDGET}/2025")
    file = generated.get(link.headers["location"])

    assert link.status_code == 302
    assert link.headers["location"] == str(generated.base_url.join(BUDGET_FILE))
    assert (file.headers["content-type"], file.content[:2]) == ("application/zip", b"PK")


@pytest.mark.parametrize("period", ["1999", "abc"])
def test_a_missing_year_is_an_html_page_with_status_200(generated: httpx.Client, period: str) -> None:
    response = generated.get(f"{BUDGET}/{period}")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("query", "status", "content_range", "rows"),
    [
        pytest.param("order=id_relatorio_gestao_novo&limit=10", 206, "0-9/400", 10, id="first"),
        pytest.param("order=id_relatorio_gestao_novo&limit=10&offset=395", 206, "395-399/400", 5, id="last"),
        pytest.param("order=id_relatorio_gestao_novo&offset=400", 206, "*/400", 0, id="at the end"),
        pytest.param("order=id_relatorio_gestao_novo", 200, "0-399/400", 400, id="whole"),
        pytest.param("id_relatorio_gestao_novo=eq.-1", 200, "*/0", 0, id="none"),
        pytest.param("id_relatorio_gestao_novo=lte.3&id_relatorio_gestao_novo=gt.1", 200, "0-1/2", 2, id="two filters"),
    ],
)
def test_postgrest_counts_in_content_range(
    generated: httpx.Client, query: str, status: int, content_range: str, rows: int
) -> None:
    response = generated.get(f"{REPORTS}?{query}", headers=COUNTED)

    assert (response.status_code, response.headers["content-range"], len(response.json())) == (
        status,
        content_range,
        rows,
    )


def test_without_asking_there_is_no_count(generated: httpx.Client) -> None:
    response = generated.get(f"{REPORTS}?order=id_relatorio_gestao_novo&limit=10")

    assert (response.status_code, response.headers["content-range"]) == (200, "0-9/*")


def test_postgrest_gives_at_most_1000_rows(generated: httpx.Client) -> None:
    response = generated.get(f"{TRANSFERS}/finalidade_especial?order=id_executor&limit=5000", headers=COUNTED)

    assert (response.status_code, len(response.json())) == (206, 1000)


def test_without_order_no_order_is_kept(generated: httpx.Client) -> None:
    first, second = (generated.get(f"{REPORTS}?limit=400").json() for _ in range(2))

    assert first != second
    assert sorted(row["id_relatorio_gestao_novo"] for row in first) == list(range(1, 401))


def test_rows_level_in_the_order_are_not_settled_between_them(generated: httpx.Client) -> None:
    query = f"{REPORTS}?order=tipo_relatorio_gestao_novo&limit=400"
    first, second = (generated.get(query).json() for _ in range(2))

    assert [row["tipo_relatorio_gestao_novo"] for row in first] == [row["tipo_relatorio_gestao_novo"] for row in second]
    assert first != second


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nada_especial", 404, "42P01"),
        ("programa_especial?nada=eq.1", 400, "42703"),
        ("programa_especial?order=nada", 400, "42703"),
        ("programa_especial?ano_programa=eq.dois", 400, "22P02"),
        ("programa_especial?ano_programa=quase.2025", 400, "PGRST100"),
        ("programa_especial?limit=dez", 400, "PGRST100"),
    ],
)
def test_postgrest_refuses_with_its_codes(generated: httpx.Client, path: str, status: int, code: str) -> None:
    response = generated.get(f"{TRANSFERS}/{path}")

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_offset_beyond_the_counted_rows_is_a_416(generated: httpx.Client) -> None:
    response = generated.get(f"{REPORTS}?offset=401", headers=COUNTED)

    assert (response.status_code, response.json()["code"]) == (416, "PGRST103")


def test_ibge_answers_gzip_and_knows_its_views(generated: httpx.Client) -> None:
    response = generated.get("/ibge/api/v1/localidades/municipios?orderBy=nome&view=nivelado")
    flat = response.json()
    [brasilia] = [place for place in flat if place["municipio-id"] == 5300108]

    assert response.headers["content-encoding"] == "gzip"
    assert [place["municipio-nome"] for place in flat] == sorted(place["municipio-nome"] for place in flat)
    assert (brasilia["municipio-nome"], brasilia["UF-sigla"], brasilia["regiao-nome"]) == (
        "Brasília",
        "DF",
        "Centro-Oeste",
    )


def test_bcb_filters_by_day(generated: httpx.Client) -> None:
    query = "formato=json&dataInicial=01/11/2024&dataFinal=31/12/2024"

    assert generated.get(f"/bcb/dados/serie/bcdata.sgs.433/dados?{query}").json() == [
        {"data": "01/11/2024", "valor": "0.39"},
        {"data": "01/12/2024", "valor": "0.52"},
    ]
    assert [month["data"] for month in generated.get("/bcb/dados/serie/bcdata.sgs.433/dados/ultimos/2").json()] == [
        "01/08/2026",
        "01/09/2026",
    ]


@pytest.mark.parametrize(
    "path",
    ["bcdata.sgs.433/dados?dataInicial=01/01/2040", "bcdata.sgs.999/dados?dataInicial=01/01/2026&dataFinal=01/02/2026"],
)
def test_an_empty_window_at_bcb_is_a_404_in_json(generated: httpx.Client, path: str) -> None:
    response = generated.get(f"/bcb/dados/serie/{path}")

    assert (response.status_code, response.json()["erro"]["type"]) == (404, "error")
