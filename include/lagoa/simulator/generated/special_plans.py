"""Special transfers of the new API: plans of action of the amendments, and what hangs on them, from holders to history.

Programmes, plans and executors have the ids of the old API's tables.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lagoa.simulator.catalog import Cell, Table
from lagoa.simulator.generated.agencies import cnpj, unaccented
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.people import person
from lagoa.simulator.generated.places import Place, places
from lagoa.simulator.generated.special_plan_columns import COLUMNS
from lagoa.simulator.generated.transfer_facts import AREAS, PROGRAMS, Area

PLANS_AT_SCALE_1 = 2000
FIRST_PLAN_ID = 3001
FIRST_EXECUTOR_ID = 4001
FIRST_HOLDER_ID = 20_000
FIRST_ROOT = 83_000_019
VANISHED_ONE_IN = 150
STEPS = ("CADASTRADO", "ENVIADO_CIENCIA", "CIENTE", "EMPENHADO", "PAGO")
Record = dict[str, Cell]


@dataclass(frozen=True)
class SpecialPlan:
    """A plan at an edition; `steps` are the states reached by then, with their moments; amounts in cents."""

    position: int
    programme: int
    year: int
    place: Place
    area: Area
    current_cents: int
    capital_cents: int
    steps: tuple[tuple[str, datetime], ...]
    politician: str
    politician_code: int

    @property
    def id(self) -> int:
        """The plan's."""
        return FIRST_PLAN_ID + self.position

    @property
    def holder_cnpj(self) -> str:
        """The município's."""
        return cnpj(FIRST_ROOT + self.place.code % 1_000_000)

    @property
    def holder_name(self) -> str:
        """The município's, as TransfereGov writes it."""
        return f"MUNICIPIO DE {unaccented(self.place.name)}"


def table(seed: int, scale: float, name: str, edition: str) -> Table:
    """One of the tables at an edition."""
    makers: dict[str, Callable[[SpecialPlan], Iterator[Record]]] = {
        "planos_acao_especiais": lambda plan: iter([_plan(plan)]),
        "beneficiarios_especiais": lambda plan: iter([_beneficiary(plan)]),
        "executores_especiais": lambda plan: iter([_executor(plan)]),
        "empenhos_especiais": _commitments,
        "meta_especiais": lambda plan: _targets(seed, plan),
        "planos_acao_historico_especiais": _history,
    }
    columns = COLUMNS[name]
    plans: Iterable[SpecialPlan] = special_plans(seed, scale, edition)
    if name == "beneficiarios_especiais":  # one row, however many plans
        plans = {plan.place.code: plan for plan in plans}.values()
    records = (record for plan in plans for record in makers[name](plan))
    return Table(columns, (tuple(record[column.name] for column in columns) for record in records))


def special_plans(seed: int, scale: float, edition: str) -> Iterator[SpecialPlan]:
    """The plans that an edition knows, by id."""
    now = closes(edition)
    towns = places(seed)
    for position in range(max(50, round(PLANS_AT_SCALE_1 * scale))):
        draw = chance(seed, "special plan", position)
        programme = draw.choice([each for each in PROGRAMS if each.year >= 2023])
        begin = datetime(programme.year, 3, 1) + timedelta(days=draw.randint(0, 230), minutes=draw.randint(0, 1439))
        steps = tuple(step for step in _steps(draw, begin) if step[1] <= now)
        is_gone = draw.randrange(VANISHED_ONE_IN) == 0 and number(edition) == len(EDITIONS) - 1
        total = round(draw.lognormvariate(12.6, 1.0)) * 100
        capital = int(total * draw.choice((0, 0.7, 0.7, 1.0)))
        area = draw.choices(AREAS, [each.weight for each in AREAS])[0]
        plan = SpecialPlan(
            position,
            programme.id,
            programme.year,
            draw.choice(towns),
            area,
            total - capital,
            capital,
            steps,
            person(draw),
            draw.randint(1_000, 4_999),
        )
        if steps and not is_gone:
            yield plan


def _steps(draw: random.Random, begin: datetime) -> Iterator[tuple[str, datetime]]:
    moment = begin
    for step in STEPS:
        yield step, moment
        moment += timedelta(days=draw.expovariate(1 / 25), hours=draw.randint(1, 9))
        if draw.random() < 0.05:
            yield "IMPEDIDO", moment
            return


def _plan(plan: SpecialPlan) -> Record:
    state, _ = plan.steps[-1]
    accepted = next((moment for step, moment in plan.steps if step == "CIENTE"), None)
    account = f"{30_000 + plan.position}"
    amendment = f"{plan.year}{plan.politician_code}{plan.position % 10_000:04}"
    return {
        "id_plano_acao": plan.id,
        "codigo_plano_acao": f"0903-{plan.id:06}",
        "ano_plano_acao": plan.year,
        "modalidade_plano_acao": "ESPECIAL",
        "situacao_plano_acao": state,
        "email_camara": None,
        "data_aceite_plano_acao": f"{accepted:%Y-%m-%d}" if accepted else None,
        "codigo_banco_plano_acao": "001",
        "codigo_situacao_dado_bancario_plano_acao": 2,
        "descricao_situacao_dado_bancario_plano_acao": "Conta aberta",
        "nome_banco_plano_acao": "BANCO DO BRASIL",
        "numero_agencia_plano_acao": "0123",
        "dv_agencia_plano_acao": "4",
        "numero_conta_plano_acao": account,
        "dv_conta_plano_acao": "X" if plan.position % 11 == 0 else str(plan.position % 10),
        "nome_parlamentar_emenda_plano_acao": plan.politician,
        "ano_emenda_parlamentar_plano_acao": plan.year,
        "codigo_parlamentar_emenda_plano_acao": plan.politician_code,
        "sequencial_emenda_parlamentar_plano_acao": plan.position % 20 + 1,
        "numero_emenda_parlamentar_plano_acao": int(amendment),
        "codigo_emenda_parlamentar_formatado_plano_acao": f"{amendment[:4]}.{amendment[4:8]}.{amendment[8:]}",
        "categoria_despesa_plano_acao": "Investimento" if plan.capital_cents else "Custeio",
        "codigo_descricao_areas_politicas_publicas_plano_acao": f"{plan.area.kind_code}-{plan.area.kind}"
        f" / {plan.area.code}-{plan.area.name.strip()}",
        "descricao_programacao_orcamentaria_plano_acao": None,
        "motivo_impedimento_plano_acao": "Ausência de plano de trabalho" if state == "IMPEDIDO" else None,
        "valor_custeio_plano_acao": _money(plan.current_cents),
        "valor_investimento_plano_acao": _money(plan.capital_cents),
        "id_agencia_conta": f"0123-{account}",
        "id_beneficiario": plan.place.code,
        "id_objeto": plan.area.code,
        "nome_objeto": plan.area.name.strip(),
        "detalhamento_objeto": None,
        "id_programa": plan.programme,
    }


def _beneficiary(plan: SpecialPlan) -> Record:
    return {
        "id_beneficiario": plan.place.code,
        "uf_beneficiario": plan.place.uf.sigla,
        "nome_beneficiario": plan.holder_name,
        "cnpj_beneficiario": plan.holder_cnpj,
        "id_ente": FIRST_HOLDER_ID + plan.place.code % 1_000_000,
    }


def _executor(plan: SpecialPlan) -> Record:
    return {
        "id_executor": FIRST_EXECUTOR_ID + plan.position,
        "cnpj_executor": plan.holder_cnpj,
        "nome_executor": plan.holder_name,
        "objeto_executor": plan.area.name.strip(),
        "vl_custeio_executor": _money(plan.current_cents),
        "vl_investimento_executor": _money(plan.capital_cents),
        "ind_recursos_gerenciados_conta_especifica_executor": "Sim",
        "codigo_banco_executor": "001",
        "nome_banco_executor": "BANCO DO BRASIL",
        "numero_agencia_executor": "0123",
        "numero_dv_agencia_executor": "4",
        "nome_agencia_executor": "CENTRO",
        "numero_conta_executor": f"{30_000 + plan.position}",
        "numero_dv_conta_executor": None,
        "codigo_situacao_dado_bancario_executor": 2,
        "descricao_situacao_dado_bancario_executor": "Conta aberta",
        "id_plano_acao": plan.id,
    }


def _commitments(plan: SpecialPlan) -> Iterator[Record]:
    issued = next((moment for step, moment in plan.steps if step == "EMPENHADO"), None)
    if issued is None:
        return
    for turn, (group, nature, cents) in enumerate(
        ((3, 334041, plan.current_cents), (4, 444042, plan.capital_cents)),
    ):
        if not cents:
            continue
        yield {
            "id_empenho": plan.id * 2 + turn,
            "id_minuta_empenho": f"M{plan.id * 2 + turn:07}",
            "numero_empenho": f"{issued.year}NE{plan.position * 2 + turn + 1:06}",
            "situacao_empenho": 3,
            "descricao_situacao_empenho": "Registrado no SIAFI",
            "tipo_documento_empenho": 1,
            "descricao_tipo_documento_empenho": "Empenho original",
            "status_processamento_empenho": "PROCESSADO",
            "ug_responsavel_empenho": 170594,
            "ug_emitente_empenho": 170594,
            "descricao_ug_emitente_empenho": "COORD-GERAL DE EXECUCAO ORCAMENTARIA",
            "fonte_recurso_empenho": "1000000000",
            "plano_interno_empenho": None,
            "ptres_empenho": 225_000 + plan.programme,
            "grupo_natureza_despesa_empenho": group,
            "natureza_despesa_empenho": nature,
            "subitem_empenho": 1,
            "categoria_despesa_empenho": "Investimento" if group == 4 else "Custeio",
            "modalidade_despesa_empenho": nature // 100 % 100,
            "numero_ro_empenho": None,
            "data_emissao_empenho": f"{issued:%Y-%m-%d}",
            "prioridade_desbloqueio_empenho": None,
            "valor_empenho": _money(cents),
            "id_plano_acao": plan.id,
        }


def _targets(seed: int, plan: SpecialPlan) -> Iterator[Record]:
    draw = chance(seed, "targets", plan.position)
    count = draw.randint(1, 2)
    nothing = dict.fromkeys((column.name for column in COLUMNS["meta_especiais"] if column.kind == "number"), "0")
    for turn in range(count):
        current, capital = plan.current_cents // count, plan.capital_cents // count
        yield {
            **nothing,
            "id_executor": FIRST_EXECUTOR_ID + plan.position,
            "id_meta": plan.id * 2 + turn,
            "sequencial_meta": turn + 1,
            "nome_meta": plan.area.name.strip(),
            "desc_meta": f"{plan.area.name.strip()}, etapa {turn + 1}",
            "un_medida_meta": draw.choice(("Unidade", "Metro quadrado", "Mês")),
            "qt_unidade_meta": draw.randint(1, 5_000),
            "vl_custeio_emenda_especial_meta": _money(current),
            "vl_investimento_emenda_especial_meta": _money(capital),
            "qt_meses_meta": draw.choice((6, 12, 24, 36)),
        }


def _history(plan: SpecialPlan) -> Iterator[Record]:
    for turn, (step, moment) in enumerate(plan.steps):
        yield {
            "id_historico_plano_acao": plan.id * 10 + turn,
            "situacao_historico_plano_acao": step,
            "operacao_historico_plano_acao": "Inclusão" if turn == 0 else "Alteração de situação",
            "descricao_historico_plano_acao": None,
            "data_hora_historico_plano_acao": moment.isoformat(timespec="seconds"),
            "id_plano_acao": plan.id,
        }


def _money(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02}" if rest else f"{whole}.0"
