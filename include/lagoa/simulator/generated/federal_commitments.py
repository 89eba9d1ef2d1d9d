"""What the Union commits (NE): contracts and TED plans -> commitments with free text, and the true links between them.

The text of a commitment names its contract or TED as people write it: in several ways, sometimes wrongly, sometimes not
at all. `TrueLink` says what is so.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate

from lagoa.simulator.generated.calendar import REFERENCE
from lagoa.simulator.generated.draw import chance, share_out
from lagoa.simulator.generated.federal_bodies import Ug, bodies
from lagoa.simulator.generated.federal_contracts import Contract
from lagoa.simulator.generated.federal_plans import FIRST_YEAR, Plan
from lagoa.simulator.generated.federal_suppliers import Supplier

LOOSE_AT_SCALE_1 = 500
"""Commitments with neither a contract nor a TED: travel, scholarships, small purchases."""

SHARED_ONE_IN = 6
FONTES = ("1000000000", "1000A0008U", "1050000146", "3000000000", "0172024307")
LOOSE = (
    ("339014", "Pagamento de diárias a servidores em viagem a serviço"),
    ("339033", "Emissão de passagens aéreas nacionais"),
    ("339018", "Pagamento de bolsas a estudantes de pós-graduação"),
    ("339030", "Aquisição de material de consumo por dispensa"),
    ("339147", "Obrigações tributárias e contributivas"),
)


@dataclass(frozen=True)
class Commitment:
    """A nota de empenho with its balances in cents; `contract_ids` holds none, one or several contracts."""

    ug: Ug
    ano: int
    numero: str
    data_emissao: date
    supplier: Supplier
    natureza: str
    fonte: str
    ptres: str
    plano_interno: str
    processo: str
    valor_cents: int
    liquidado_cents: int
    pago_cents: int
    observacao: str
    contract_ids: tuple[int, ...]
    plan_id: int | None

    @property
    def documento(self) -> str:
        """SIAFI's identifier: UG, gestão and number, 23 characters."""
        return f"{self.ug.codigo}{self.ug.gestao}{self.numero}"


@dataclass(frozen=True)
class TrueLink:
    """What a commitment pays for: `kind` is contrato or ted, `share` its part of the commitment (1 in all, a kind)."""

    documento: str
    kind: str
    target_id: int
    share: float


def commitments(
    seed: int,
    scale: float,
    sellers: tuple[Supplier, ...],
    signed: tuple[Contract, ...],
    agreed: tuple[Plan, ...],
) -> tuple[Commitment, ...]:
    """All commitments by UG, year and number; numbers rise with the date, with gaps."""
    _, ugs = bodies()
    by_ug: dict[str, list[Contract]] = {ug.codigo: [] for ug in ugs}
    by_seller: dict[tuple[str, str], list[Contract]] = {}
    for contract in signed:
        by_ug[contract.ug.codigo].append(contract)
        by_seller.setdefault((contract.ug.codigo, contract.supplier.documento), []).append(contract)
    found = []
    for contract in signed:
        found += _of_contract(seed, contract, by_seller[contract.ug.codigo, contract.supplier.documento])
    for plan in agreed:
        if plan.numero_transferencia:
            found += _of_plan(seed, plan, sellers, by_ug[plan.descentralizada.codigo])
    for position in range(max(20, round(LOOSE_AT_SCALE_1 * scale))):
        draw = chance(seed, "loose", position)
        natureza, text = draw.choice(LOOSE)
        day = date(FIRST_YEAR, 1, 3) + timedelta(days=draw.randrange((REFERENCE - date(FIRST_YEAR, 1, 3)).days))
        found.append(_made(draw, draw.choice(ugs), day, draw.choice(sellers), natureza, 10.2, text, (), None, ""))
    return _numbered(seed, found)


def links(spent: tuple[Commitment, ...], signed: tuple[Contract, ...]) -> tuple[TrueLink, ...]:
    """The labelled truth, by document; several contracts share a commitment by their values."""
    values = {contract.id: contract.valor_global_cents for contract in signed}
    found = []
    for made in spent:
        whole = sum(values[contract_id] for contract_id in made.contract_ids)
        found += [
            TrueLink(made.documento, "contrato", contract_id, values[contract_id] / whole)
            for contract_id in made.contract_ids
        ]
        if made.plan_id is not None:
            found.append(TrueLink(made.documento, "ted", made.plan_id, 1.0))
    return tuple(found)


def _of_contract(seed: int, contract: Contract, of_the_seller: list[Contract]) -> list[Commitment]:
    """One or two commitments a year of the term; now and then one that pays for a second contract of the supplier."""
    draw = chance(seed, "commitments", contract.id)
    end = min(contract.vigencia_fim or REFERENCE, REFERENCE - timedelta(days=1))
    years = range(max(FIRST_YEAR, contract.vigencia_inicio.year), max(contract.vigencia_inicio.year, end.year) + 1)
    found = []
    for year in years if contract.is_continuous else list(years)[:1]:
        for _ in range(draw.choice((1, 1, 2))):
            first = max(contract.data_assinatura, date(year, 1, 2))
            last = max(first, min(date(year, 12, 28), REFERENCE - timedelta(days=1)))
            day = first + timedelta(days=int((last - first).days * draw.random() ** 2))
            shared: list[int] = []
            if draw.randrange(SHARED_ONE_IN) == 0:
                others = (other for other in of_the_seller if other.id != contract.id)
                shared = [other.id for other in others if other.data_assinatura <= day][:2]
            text = _text_of_contract(draw, contract, len(shared))
            named = (contract.id, *shared)
            made = _made(
                draw, contract.ug, day, contract.supplier, contract.natureza, 0.0, text, named, None, contract.processo
            )
            value = contract.valor_global_cents * draw.uniform(0.3, 1.0) / max(1, len(years))
            found.append(_valued(draw, made, int(value)))
    return found


def _of_plan(seed: int, plan: Plan, sellers: tuple[Supplier, ...], of_the_ug: list[Contract]) -> list[Commitment]:
    """What the executor commits of the credit; one in three also belongs to a contract of that UG."""
    draw = chance(seed, "plan commitments", plan.id)
    found = []
    for value in share_out(int(plan.valor_cents * draw.uniform(0.4, 0.95)), [draw.random() + 0.1 for _ in range(4)]):
        last = min(plan.fim, REFERENCE - timedelta(days=1))
        day = plan.inicio + timedelta(days=int(max(0, (last - plan.inicio).days) * draw.random()))
        contract = draw.choice(of_the_ug) if of_the_ug and draw.randrange(3) == 0 else None
        if contract and contract.data_assinatura > day:
            contract = None
        natureza = contract.natureza if contract else draw.choice(("339039", "339018", "339030", "449052"))
        seller = contract.supplier if contract else draw.choice(sellers)
        text = _text_of_plan(draw, plan)
        text = f"{text}. {_text_of_contract(draw, contract, 0)}" if contract else text
        named = (contract.id,) if contract else ()
        made = _made(draw, plan.descentralizada, day, seller, natureza, 0.0, text, named, plan.id, "")
        found.append(_valued(draw, made, value))
    return found


def _text_of_contract(draw: random.Random, contract: Contract, shared: int) -> str:
    sequence, year = contract.numero.split("/")
    number = int(sequence)
    forms = (
        f"CONTRATO {contract.numero}",
        f"CT N. {number}/{year}",
        f"CONTRATO Nº {number:02}/{year[2:]}",
        f"REF. CONTR.{number:03}/{year} - PROC. {contract.processo}",
        f"PROCESSO {contract.processo}",
        f"CONTRATO {number + 1:05}/{year}",  # wrong
        "DESPESA DO EXERCICIO",  # missing
    )
    form = draw.choices(forms, (30, 18, 14, 16, 12, 3, 7))[0]
    return f"{contract.objeto.upper()}. {form}{' E OUTRO' if shared else ''}"


def _text_of_plan(draw: random.Random, plan: Plan) -> str:
    forms = (
        f"TED {plan.numero_transferencia}",
        f"T.E.D. N {plan.id}/{plan.ano}",
        f"TRANSFERENCIA {plan.numero_transferencia} - PLANO DE ACAO {plan.id}",
        f"TED {plan.id}",
        "CREDITO DESCENTRALIZADO",  # missing
    )
    return f"{plan.objeto.upper()}. {draw.choices(forms, (34, 20, 22, 16, 8))[0]}"


def _made(
    draw: random.Random,
    ug: Ug,
    day: date,
    seller: Supplier,
    natureza: str,
    log_median: float,
    text: str,
    contract_ids: tuple[int, ...],
    plan_id: int | None,
    processo: str,
) -> Commitment:
    """A commitment without a number yet; without a value where `log_median` is 0."""
    made = Commitment(
        ug=ug,
        ano=day.year,
        numero="",
        data_emissao=day,
        supplier=seller,
        natureza=natureza,
        fonte=draw.choice(FONTES),
        ptres=f"{draw.randint(100_000, 239_999)}",
        plano_interno=draw.choice(("", "M20RKG0100N", "FCC01C0100N", "VSS57O0100N")),
        processo=processo or f"{ug.gestao}.{draw.randint(1, 999_999):06}/{day.year}-{draw.randint(0, 99):02}",
        valor_cents=0,
        liquidado_cents=0,
        pago_cents=0,
        observacao=text,
        contract_ids=contract_ids,
        plan_id=plan_id,
    )
    return _valued(draw, made, round(draw.lognormvariate(log_median, 1.1) * 100)) if log_median else made


def _valued(draw: random.Random, made: Commitment, value: int) -> Commitment:
    """With its balances: closed years are mostly paid, the last one half so."""
    done = draw.betavariate(6, 1) if made.ano < REFERENCE.year else draw.betavariate(2, 2)
    settled = min(value, int(value * done))
    paid = settled if draw.random() < 0.6 else int(settled * draw.uniform(0.7, 1.0))
    return replace(made, valor_cents=value, liquidado_cents=settled, pago_cents=paid)


def _numbered(seed: int, found: list[Commitment]) -> tuple[Commitment, ...]:
    """Number the commitments of each UG and year by date; one number in ten is left out."""
    by_unit: dict[tuple[str, int], list[Commitment]] = {}
    for made in found:
        by_unit.setdefault((made.ug.codigo, made.ano), []).append(made)
    numbered = []
    for (ug, year), group in sorted(by_unit.items(), key=lambda item: item[0]):
        draw = chance(seed, "numbers", ug, year)
        numbers = accumulate(draw.choice((1, 1, 1, 1, 1, 1, 1, 1, 1, 3)) for _ in group)
        ordered = sorted(group, key=lambda made: made.data_emissao)
        numbered += [
            replace(made, numero=f"{year}NE{number:06}") for made, number in zip(ordered, numbers, strict=True)
        ]
    return tuple(numbered)
