"""TransfereGov, TED over PostgREST: eight tables, two of them without a key.

https://api.transferegov.gestao.gov.br/ted/<table>. At most 1,000 rows an answer, filters `col=eq.v`, `Prefer:
count=exact` gives Content-Range.
"""

from fastapi import APIRouter, Request, Response

from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.generated import ted_records
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.postgrest_api import PostgrestApi
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

CHANGING = {
    "programa": "tx_nome_programa",
    "programa_beneficiario": "tx_nome_beneficiario",
    "plano_acao": "tx_objeto_plano_acao",
    "termo_execucao": "tx_situacao_termo",
    "nota_credito": "tx_observacao_nota",
    "evento": "cd_plano_interno_evento",
    "programacao_financeira": "tx_situacao_programacao",
    "trf": "cd_situacao_contabil_trf",
}
LACKING = {
    "programa": "aa_ano_programa",
    "programa_beneficiario": "tx_codigo_siorg",
    "plano_acao": "vl_total_plano_acao",
    "termo_execucao": "tx_situacao_termo",
    "nota_credito": "tx_numero_nota",
    "evento": "vl_evento",
    "programacao_financeira": "tx_numero_programacao",
    "trf": "vl_valor_trf",
}


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /transferegov_ted."""
    api = APIRouter(prefix="/transferegov_ted/ted")
    tables = PostgrestApi(
        world,
        "transferegov_ted",
        lambda name, edition: ted_records.table(world.seed, world.scale, name, edition),
        CHANGING,
        LACKING,
    )

    @api.get("/{name}")
    def rows(request: Request, name: str) -> Response:
        return tables.answer(request, name)

    return api


def _examples(world: World) -> list[tuple[str, str]]:
    base = "/transferegov_ted/ted"
    return [
        ("plano_acao", f"{base}/plano_acao?order=id_plano_acao&limit=50"),
        ("nota_credito", f"{base}/nota_credito?order=id_nota&limit=50"),
    ]


SIMULATED = Simulated(
    name="transferegov_ted",
    title="TransfereGov: termos de execução descentralizada (TED)",
    router=router,
    faults=PAGED | {"missing_column"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=_examples,
)
