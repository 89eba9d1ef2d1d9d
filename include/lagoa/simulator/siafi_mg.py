"""SIAFI of Minas Gerais, daily totals: three CSV files in a public repository, all quoted, decimal comma, CRLF.

https://raw.githubusercontent.com/splor-mg/dados-totais-armazem-siafi/main/data-raw/totais_siafi_<table>.csv. Months of
the past are restated, rows come in no order; recorded snapshots are served byte for byte.
"""

import csv
import gzip
import io
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.state_totals import COTA, EXECUCAO, RESTOS_A_PAGAR, carried_over, quotas, spending
from lagoa.simulator.published import Dialect, Member, bytes_of, csv_of
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

FOLDER = "/siafi_mg/splor-mg/dados-totais-armazem-siafi/main/data-raw"
HEADERS = {"execucao_current": EXECUCAO, "execucao_cota_current": COTA, "restos_pagar": RESTOS_A_PAGAR}
DIALECT = Dialect("utf-8", delimiter=",", is_quoted=True)


def router(world: World) -> APIRouter:
    """The endpoint, mounted under /siafi_mg."""
    api = APIRouter(prefix=FOLDER)

    @api.get("/totais_siafi_{table}.csv")
    def file(request: Request, table: str) -> Response:
        if table not in HEADERS:
            return PlainTextResponse("404: Not Found", 404)
        name, edition = f"totais_siafi_{table}.csv", world.editions.current("siafi_mg")
        if not world.recorded:
            return csv_of(request, Member(name, HEADERS[table], _rows(world, table, edition)), DIALECT)
        content = gzip.decompress((world.recorded / "siafi_mg" / table / f"{edition}.csv.gz").read_bytes())
        if not request.scope[FAULTS].keys() & IN_THE_FILE:
            return bytes_of(request, content, name, "text/plain")
        rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        return csv_of(request, Member(name, next(rows), rows), DIALECT)

    return api


def _rows(world: World, table: str, edition: str) -> Iterator[tuple[str, ...]]:
    if table == "restos_pagar":
        return carried_over(world.seed, world.scale, edition)
    return (spending if table == "execucao_current" else quotas)(world.seed, edition)


def _editions(world: World) -> tuple[str, ...]:
    """The days of which every table has a snapshot."""
    if not world.recorded:
        return EDITIONS
    taken = [
        {path.name.removesuffix(".csv.gz") for path in (world.recorded / "siafi_mg" / table).glob("*.csv.gz")}
        for table in HEADERS
    ]
    return tuple(sorted(set.intersection(*taken)))


SIMULATED = Simulated(
    name="siafi_mg",
    title="SIAFI-MG: totais por mês",
    router=router,
    faults=TRANSPORT | IN_THE_FILE - {"truncated_zip"},
    editions=_editions,
    examples=lambda _: [(table, f"{FOLDER}/totais_siafi_{table}.csv") for table in HEADERS],
)
