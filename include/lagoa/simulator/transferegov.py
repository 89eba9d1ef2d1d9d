"""TransfereGov, special transfers over PostgREST: filters, order, limit and offset -> a bare JSON array.

https://api.transferegov.gestao.gov.br/transferenciasespeciais/<table>. At most 1,000 rows an answer; without `order`
rows come in another order each time, as nothing promises one. https://docs.postgrest.org/en/v12/references/api.html
"""

from fastapi import APIRouter, Request, Response

from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.postgrest_api import PostgrestApi
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

CHANGING = {
    "programa_especial": "nome_orgao_programa",
    "ordem_pagamento_ordem_bancaria_especial": "descricao_situacao_op",
    "historico_pagamento_especial": "descricao_historico_situacao_op",
    "finalidade_especial": "area_politica_publica_pt",
    "relatorio_gestao_novo_especial": "situacao_relatorio_gestao_novo",
}
LACKING = {
    "programa_especial": "valor_total_disponibilizado_programa",
    "ordem_pagamento_ordem_bancaria_especial": "situacao_op",
    "historico_pagamento_especial": "id_op_ob",
    "finalidade_especial": "cd_area_politica_publica_pt",
    "relatorio_gestao_novo_especial": "valor_executado_relatorio_gestao_novo",
}


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /transferegov."""
    api = APIRouter(prefix="/transferegov/transferenciasespeciais")
    tables = PostgrestApi(world, "transferegov", world.catalog.transfers, CHANGING, LACKING)

    @api.get("/{name}")
    def rows(request: Request, name: str) -> Response:
        return tables.answer(request, name)

    return api


def _examples(world: World) -> list[tuple[str, str]]:
    tables = {
        "programa_especial": "id_programa",
        "ordem_pagamento_ordem_bancaria_especial": "id_op_ob",
        "historico_pagamento_especial": "id_historico_op_ob",
        "relatorio_gestao_novo_especial": "id_relatorio_gestao_novo",
    }
    base = "/transferegov/transferenciasespeciais"
    return [(name, f"{base}/{name}?order={key}&limit=100") for name, key in tables.items()]


SIMULATED = Simulated(
    name="transferegov",
    title="TransfereGov: transferências especiais",
    router=router,
    faults=PAGED | {"missing_column"},
    editions=lambda world: world.catalog.editions["transferegov"],
    examples=_examples,
)
