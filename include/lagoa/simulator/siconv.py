"""SICONV's bulk dump: one zipped CSV a table, remade every day (UTF-8, `;`, decimal comma, dates dd/mm/yyyy).

https://repositorio.dados.gov.br/seges/detru/siconv_<table>.csv.zip. Dumps from the second edition on begin with a byte
order mark, and siconv_convenio gains columns in its middle. There are no deltas.
"""

from fastapi import APIRouter, Request, Response

from lagoa.simulator.fault_kinds import IN_THE_FILE, TRANSPORT
from lagoa.simulator.generated.agreement_rows import TABLES, header, rows
from lagoa.simulator.generated.calendar import EDITIONS, number
from lagoa.simulator.published import Dialect, Member, page, zip_of
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

FILES = "/siconv/seges/detru"


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /siconv."""
    api = APIRouter(prefix=FILES)

    @api.get("/siconv_{table}.csv.zip")
    def dump(request: Request, table: str) -> Response:
        if table not in TABLES:
            return page()
        edition = world.editions.current("siconv")
        dialect = Dialect("utf-8-sig" if number(edition) else "utf-8", line_end="\n")
        found = rows(world.seed, world.scale, table, edition)
        member = Member(f"siconv_{table}.csv", header(table, edition), found)
        return zip_of(request, f"siconv_{table}.csv.zip", [member], dialect, edition)

    return api


SIMULATED = Simulated(
    name="siconv",
    title="SICONV: convênios e contratos de repasse",
    router=router,
    faults=TRANSPORT | IN_THE_FILE | {"html_instead_of_zip"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [(f"siconv_{table} (ZIP)", f"{FILES}/siconv_{table}.csv.zip") for table in TABLES],
)
