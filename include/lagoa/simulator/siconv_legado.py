"""Old SICONV data that survives in public repositories: programmes of 2012-13, bodies, and a ministry's panel.

The API they came from (api.convenios.gov.br/siconv) is gone. The recorded files are served byte for byte under the
paths of https://raw.githubusercontent.com.
"""

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Request, Response

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import old_agreements
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.published import Dialect, Member, bytes_of, csv_of
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/siconv_legado"
PROGRAMMES = "/aureliano/programas-siconv/master/db/programas_db.csv"
BODIES = "/aureliano/programas-siconv/master/tmp/orgaos_db_0.csv"
GRANTORS = "/aureliano/programas-siconv/master/tmp/concedentes_db.csv"
PANEL = "/dadosprojetosiconv/dadosdb/master/Extras/MAPA/DadosMapa.csv"
RECORDED = {
    PROGRAMMES: "programas_siconv_{edition}.csv.gz",
    BODIES: "siconv_orgaos.csv.gz",
    GRANTORS: "siconv_concedentes.csv.gz",
    PANEL: "mapa_convenios_painel.csv.gz",
}
DIALECTS = {
    PROGRAMMES: Dialect("utf-8", ",", line_end="\n"),
    BODIES: Dialect("utf-8", ",", line_end="\r\n"),
    GRANTORS: Dialect("utf-8", ",", line_end="\n"),
    PANEL: Dialect("utf-8", ";", line_end="\n"),
}


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /siconv_legado."""
    api = APIRouter(prefix=PREFIX)
    for path in RECORDED:
        api.add_api_route(path, _endpoint(world, path), methods=["GET"])
    return api


def _endpoint(world: World, path: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        edition = world.editions.current("siconv_legado")
        if not world.recorded:
            return csv_of(request, _generated(world, path, edition), DIALECTS[path])
        content = _recorded(world.recorded, path, edition)
        if not request.scope[FAULTS].keys() & IN_THE_FILE:
            return bytes_of(request, content, Path(path).name, "text/plain")
        dialect = DIALECTS[path]
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), delimiter=dialect.delimiter)
        return csv_of(request, Member(Path(path).name, next(rows), rows), dialect)

    return answer


def _recorded(folder: Path, path: str, edition: str) -> bytes:
    return gzip.decompress((folder / "siconv" / RECORDED[path].format(edition=edition)).read_bytes())


def _generated(world: World, path: str, edition: str) -> Member:
    name = Path(path).name
    if path == BODIES:
        return Member(name, old_agreements.ORGAOS, old_agreements.orgaos())
    if path == GRANTORS:
        return Member(name, old_agreements.CONCEDENTES, old_agreements.concedentes())
    if path == PANEL:
        return Member(name, old_agreements.PAINEL, old_agreements.painel(world.seed, world.scale))
    header = old_agreements.programme_header(edition)
    return Member(name, header, old_agreements.programmes(world.seed, world.scale, edition))


def _editions(world: World) -> tuple[str, ...]:
    if not world.recorded:
        return EDITIONS
    found = sorted((world.recorded / "siconv").glob("programas_siconv_*.csv.gz"))
    return tuple(path.name.removeprefix("programas_siconv_").removesuffix(".csv.gz") for path in found)


SIMULATED = Simulated(
    name="siconv_legado",
    title="SICONV: dados antigos (2012-2013) e painel de convênios",
    router=router,
    faults=TRANSPORT | IN_THE_FILE - {"truncated_zip"},
    editions=_editions,
    examples=lambda _: [(Path(path).name, PREFIX + path) for path in RECORDED],
)
