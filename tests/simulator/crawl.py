"""Plain crawlers of the simulated sources, as a careful client would write them."""

import csv
import io
import zipfile
from typing import Any

import httpx

PNCP = "/pncp/api/consulta/v1/contratacoes"
TRANSFERS = "/transferegov/transferenciasespeciais"
BUDGET = "/portal_transparencia/download-de-dados/orcamento-despesa"
KEYS = {
    "programa_especial": "id_programa",
    "ordem_pagamento_ordem_bancaria_especial": "id_op_ob",
    "historico_pagamento_especial": "id_historico_op_ob",
    "finalidade_especial": "id_executor,cd_area_politica_publica_tipo_pt,cd_area_politica_publica_pt",
    "relatorio_gestao_novo_especial": "id_relatorio_gestao_novo",
}


def purchases(client: httpx.Client, kind: str, first: str, last: str, **more: object) -> list[dict[str, Any]]:
    """All contratações of a window, page after page."""
    records: list[dict[str, Any]] = []
    page = {"dataInicial": first, "dataFinal": last, "codigoModalidadeContratacao": 6, "tamanhoPagina": 50, **more}
    number, pages = 1, 1
    while number <= pages:
        response = client.get(f"{PNCP}/{kind}", params={**page, "pagina": number})
        if response.status_code == 204:
            return records
        answer = response.raise_for_status().json()
        records += answer["data"]
        pages, number = answer["totalPaginas"], number + 1
    return records


def rows_text(client: httpx.Client, table: str, **filters: object) -> list[str]:
    """The JSON text of each page of a table, in the order of its key."""
    pages: list[str] = []
    offset = 0
    while True:
        parameters = {"order": KEYS[table], "limit": 1000, "offset": offset, **filters}
        response = client.get(f"{TRANSFERS}/{table}", params=parameters, headers={"Prefer": "count=exact"})
        count = len(response.raise_for_status().json())
        if not count:
            return pages
        pages.append(response.text)
        offset += count


def budget(client: httpx.Client, year: int) -> bytes:
    """The ZIP of a year."""
    return client.get(f"{BUDGET}/{year}", follow_redirects=True).raise_for_status().content


def budget_rows(archive: bytes) -> list[list[str]]:
    """The rows of a ZIP, the header first."""
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        [name] = zipped.namelist()
        text = zipped.read(name).decode("latin-1")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
