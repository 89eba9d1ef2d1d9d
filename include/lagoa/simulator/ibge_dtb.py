"""IBGE's Divisão Territorial Brasileira: a ZIP with the municípios as an Excel 97 workbook, six title rows above.

https://geoftp.ibge.gov.br/organizacao_do_territorio/estrutura_territorial/divisao_territorial/2022/DTB_2022.zip; the
real ZIP holds reports of districts and sub-districts, too. The recorded workbook is served byte for byte.
"""

import io
import zipfile
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response

from lagoa.simulator.fault_kinds import TRANSPORT
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.places import documents
from lagoa.simulator.generated.xls import workbook
from lagoa.simulator.published import bytes_of, page
from lagoa.simulator.recorded import DTB
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

FOLDER = "/ibge_dtb/organizacao_do_territorio/estrutura_territorial/divisao_territorial"
MUNICIPIOS = "RELATORIO_DTB_BRASIL_MUNICIPIO.xls"
DISTRITOS = "RELATORIO_DTB_BRASIL_DISTRITO.xls"
TITLES = (
    ("TÍTULO : BET - BANCO DE ESTRUTURAS TERRITORIAIS",),
    ("RELATÓRIO DE DIVISÃO TERRITORIAL BRASILEIRA",),
    ("UF: 99 - BRASIL",),
    ("DATA BASE: 21/12/2022",),
    (),
    (),
)
HEADER = (
    "UF", "Nome_UF", "Região Geográfica Intermediária", "Nome Região Geográfica Intermediária",
    "Região Geográfica Imediata", "Nome Região Geográfica Imediata", "Mesorregião Geográfica", "Nome_Mesorregião",
    "Microrregião Geográfica", "Nome_Microrregião", "Município", "Código Município Completo", "Nome_Município",
)  # fmt: skip


def router(world: World) -> APIRouter:
    """The endpoint, mounted under /ibge_dtb."""
    api = APIRouter(prefix=FOLDER)

    @api.get("/{year}/DTB_{edition}.zip")
    def file(request: Request, year: str, edition: str) -> Response:
        if (year, edition) != ("2022", "2022") or "html_instead_of_zip" in request.scope[FAULTS]:
            return page()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry(DISTRITOS), workbook("DTB_2022_Distrito", [*TITLES, HEADER]))
            archive.writestr(_entry(MUNICIPIOS), _municipalities(world))
        return bytes_of(request, buffer.getvalue(), "DTB_2022.zip", "application/zip")

    return api


def _municipalities(world: World) -> bytes:
    if world.recorded:
        return (world.recorded / DTB).read_bytes()
    return workbook("DTB_2022_Municipio", [*TITLES, HEADER, *_rows(world.seed)])


def _rows(seed: int) -> Iterator[tuple[str, ...]]:
    """The generated municípios that had a microrregião in 2022."""
    for place in documents(seed):
        if place["microrregiao"] is None:
            continue
        micro, immediate = place["microrregiao"], place["regiao-imediata"]
        meso, intermediate = micro["mesorregiao"], immediate["regiao-intermediaria"]
        uf, code = meso["UF"], str(place["id"])
        yield (
            str(uf["id"]), uf["nome"], str(intermediate["id"]), intermediate["nome"], str(immediate["id"]),
            immediate["nome"], str(meso["id"])[-2:], meso["nome"], str(micro["id"])[-3:], micro["nome"], code[2:], code,
            place["nome"],
        )  # fmt: skip


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (2022, 12, 21, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _editions(world: World) -> tuple[str, ...]:
    if not world.recorded:
        return EDITIONS[-1:]
    return ("2022-12-21",) if (world.recorded / DTB).is_file() else ()


SIMULATED = Simulated(
    name="ibge_dtb",
    title="IBGE: Divisão Territorial Brasileira (planilha)",
    router=router,
    faults=TRANSPORT | {"truncated_zip", "html_instead_of_zip"},
    editions=_editions,
    examples=lambda _: [("DTB de 2022 (ZIP)", f"{FOLDER}/2022/DTB_2022.zip")],
)
