"""Functions held at a federal university, month by month from 2013 on: one derived CSV in a public repository.

https://raw.githubusercontent.com/joaovaljoao/servidores-federais/main/funcao.csv (latin-1, `;`), as recorded.
"""

import csv
import gzip
import io

from fastapi import APIRouter, Request, Response

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.servant_columns import FUNCOES_UFOB
from lagoa.simulator.generated.servants import functions
from lagoa.simulator.published import Dialect, Member, bytes_of, csv_of
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PATH = "/siape_ufob/joaovaljoao/servidores-federais/main/funcao.csv"
RECORDED = "siape/funcao_historico.csv.gz"
DIALECT = Dialect("latin-1", line_end="\n")


def router(world: World) -> APIRouter:
    """The endpoint, mounted under /siape_ufob."""
    api = APIRouter()

    @api.get(PATH)
    def file(request: Request) -> Response:
        if not world.recorded:
            return csv_of(request, Member("funcao.csv", FUNCOES_UFOB, functions(world.seed, world.scale)), DIALECT)
        content = gzip.decompress((world.recorded / RECORDED).read_bytes())
        if not request.scope[FAULTS].keys() & IN_THE_FILE:
            return bytes_of(request, content, "funcao.csv", "text/plain")
        rows = csv.reader(io.StringIO(content.decode("latin-1"), newline=""), delimiter=";")
        return csv_of(request, Member("funcao.csv", next(rows), rows), DIALECT)

    return api


def _editions(world: World) -> tuple[str, ...]:
    if not world.recorded:
        return EDITIONS[-1:]
    return ("2022-12-31",) if (world.recorded / RECORDED).is_file() else ()


SIMULATED = Simulated(
    name="siape_ufob",
    title="UFOB: funções exercidas, mês a mês",
    router=router,
    faults=TRANSPORT | IN_THE_FILE - {"truncated_zip"},
    editions=_editions,
    examples=lambda _: [("funcao.csv", PATH)],
)
