"""A day of the Portal's Despesas: (seed, scale, day, what was known until) -> the rows of the eleven members."""

from collections.abc import Callable, Iterator
from datetime import date

from lagoa.simulator.generated.agencies import unaccented
from lagoa.simulator.generated.amounts import reais
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.expense_labels import (
    ELEMENTS,
    LABEL,
    PER_DIEM,
    PLAN,
    STIPEND,
    SUPPLIES,
    TAX,
    body,
    nature,
    payee,
)
from lagoa.simulator.generated.expenses import Settlement, expenses, items
from lagoa.simulator.generated.federation import Commitment

Row = tuple[str, ...]
NOTHING = "0,00"
BANKS = (("001", "BANCO DO BRASIL SA"), ("104", "CAIXA ECONOMICA FEDERAL"))


def rows(seed: int, scale: float, member: str, day: date, until: date) -> Iterator[Row]:
    """The rows of one member, none for most days of most lists.

    Args:
        seed: of the world.
        scale: of the world.
        member: one of HEADERS.
        day: the file's.
        until: the day on which the file was made; files are made again, with what has happened since.
    """
    made = expenses(seed, scale)
    if member.startswith(("Empenho", "ItemEmpenho")):
        for commitment in made.commitments.get(day, ()):
            yield from COMMITTED[member](seed, commitment, until)
    elif member.startswith("Liquidacao"):
        for settlement in made.liquidations.get(day, ()):
            yield from SETTLED[member](seed, settlement)
    else:
        for settlement in made.payments.get(day, ()):
            yield from SETTLED[member](seed, settlement)


def _commitment(seed: int, made: Commitment, until: date) -> Iterator[Row]:
    draw = chance(seed, "commitment", made.documento)
    kind = draw.choice(("Estimativo", "Global", "Ordinário"))
    place = f"{made.ug.orgao.sigla} - {made.ug.uf}"
    auction = "Pregão" if made.contract_ids else "Não se Aplica"
    yield (
        _id(made), made.documento, made.numero, f"{made.data_emissao:%d/%m/%Y}", "NE", "Nota de Empenho", kind,
        "Não se aplica", *body(made.ug), *payee(made), made.observacao,
        "1", "Orçamento Fiscal", "A", "INICIAL (LOA)", "1", "Recursos Do Tesouro - Exercicio Corrente",
        made.fonte[2:4], "RECURSOS LIVRES DA UNIAO", made.ug.orgao.codigo[:2] + "101",
        unaccented(made.ug.orgao.nome)[:LABEL], "04", "Administração", "122", "Administração geral", "0032",
        "PROGRAMA DE GESTAO E MANUTENCAO DO PODER EXECUTIVO", "2000", "ADMINISTRACAO DA UNIDADE",
        "Administração de unidade", "20000001", f"ADMINISTRACAO DA UNIDADE - {place}"[:59], *PLAN, "SEM EMENDA",
        *nature(made.natureza), made.processo, auction, "SI", "LEI 14.133/2021" if made.contract_ids else
        "SEM INFORMACAO", "-2", "-1", "NAO SE APLICA", reais(made.valor_cents), reais(made.valor_cents), "1,0000",
    )  # fmt: skip


def _items(seed: int, made: Commitment, until: date) -> Iterator[Row]:
    labels = tuple(unaccented(each)[:LABEL] for each in nature(made.natureza))
    for item in items(seed, made, until):
        now = sum(change.cents * (-1 if change.kind == "ANULACAO" else 1) for change in item.changes)
        label = unaccented(ELEMENTS[made.natureza[4:]])[:LABEL]
        yield (
            _id(made), made.documento, *labels, "99", label, item.text, NOTHING, NOTHING, NOTHING,
            str(item.sequence), f"{reais(now)}000",
        )  # fmt: skip


def _history(seed: int, made: Commitment, until: date) -> Iterator[Row]:
    for item in items(seed, made, until):
        for change in item.changes:
            unit = change.cents * 10**8 // max(1, change.quantity)
            yield (
                _id(made), made.documento, str(item.sequence), change.kind, f"{change.day:%d/%m/%Y}",
                _five(change.quantity), _five(unit), f"{reais(change.cents)}000",
            )  # fmt: skip


def _liquidation(seed: int, settled: Settlement) -> Iterator[Row]:
    made = settled.commitment
    yield (
        settled.documento, settled.number, f"{settled.day:%d/%m/%Y}", "NS", "Nota de Lançamento de Sistema",
        *body(made.ug), *payee(made), f"LIQUIDACAO DO EMPENHO {made.numero}", *nature(made.natureza), *PLAN,
    )  # fmt: skip


def _payment(seed: int, settled: Settlement) -> Iterator[Row]:
    made, amount = settled.commitment, reais(settled.cents)
    yield (
        settled.documento, settled.number, f"{settled.day:%d/%m/%Y}", "OB", "Ordem Bancária", _order(made), "Não",
        *body(made.ug), *payee(made), f"PAGAMENTO DO EMPENHO {made.numero}", made.processo,
        *nature(made.natureza), *PLAN, amount, amount, "1,0000",
    )  # fmt: skip


def _settled_commitment(seed: int, settled: Settlement) -> Iterator[Row]:
    """What a document settles; of a commitment of a former year it pays restos a pagar."""
    made, amount = settled.commitment, reais(settled.cents)
    is_late = settled.day.year > made.ano
    own, arrears = (NOTHING, amount) if is_late else (amount, NOTHING)
    label = unaccented(ELEMENTS[made.natureza[4:]])[:LABEL]
    yield settled.documento, made.documento, f"{made.natureza}99", label, own, NOTHING, NOTHING, arrears


def _final_payees(seed: int, settled: Settlement) -> Iterator[Row]:
    """Stipends are paid to a list: each share with a masked CPF, as the Portal shows it."""
    if settled.commitment.natureza[4:] != STIPEND:
        return
    for position, cents in enumerate((settled.cents // 2, settled.cents - settled.cents // 2), 1):
        draw = chance(seed, "student", settled.documento, position)
        cpf = f"***.{draw.randint(0, 999):03}.{draw.randint(0, 999):03}-**"
        yield *_listed(settled, "LC"), cpf, f"ESTUDANTE BOLSISTA {draw.randint(1, 99_999):05}", reais(cents)


def _banks(seed: int, settled: Settlement) -> Iterator[Row]:
    if settled.commitment.natureza[4:] != PER_DIEM:
        return
    draw = chance(seed, "bank", settled.documento)
    code, name = draw.choice(BANKS)
    yield *_listed(settled, "LB"), code, name, f"{draw.randint(1, 4999):04}", reais(settled.cents)


def _invoices(seed: int, settled: Settlement) -> Iterator[Row]:
    if settled.commitment.natureza[4:] != SUPPLIES:
        return
    yield *_listed(settled, "LF"), "1", reais(settled.cents), NOTHING, NOTHING, NOTHING, NOTHING


def _court_orders(seed: int, settled: Settlement) -> Iterator[Row]:
    if settled.commitment.natureza[4:] != TAX:
        return
    yield *_listed(settled, "LP"), "1", reais(settled.cents)


COMMITTED: dict[str, Callable[[int, Commitment, date], Iterator[Row]]] = {
    "Empenho": _commitment,
    "ItemEmpenho": _items,
    "ItemEmpenhoHistorico": _history,
}
SETTLED: dict[str, Callable[[int, Settlement], Iterator[Row]]] = {
    "Liquidacao": _liquidation,
    "Liquidacao_EmpenhosImpactados": _settled_commitment,
    "Pagamento": _payment,
    "Pagamento_EmpenhosImpactados": _settled_commitment,
    "Pagamento_FavorecidosFinais": _final_payees,
    "Pagamento_ListaBancos": _banks,
    "Pagamento_ListaFaturas": _invoices,
    "Pagamento_ListaPrecatorios": _court_orders,
}


def _id(made: Commitment) -> str:
    """The Portal's own number."""
    return str(560_000_000 + int(f"{made.ug.codigo[2:]}{made.ano % 10}{made.numero[-4:]}") % 99_999_999)


def _order(made: Commitment) -> str:
    return "OB Pagamento" if made.natureza[4:] != STIPEND else "OB Fatura"


def _listed(settled: Settlement, kind: str) -> Row:
    return settled.documento, f"{settled.day.year}{kind}{settled.number[-6:]}", f"{settled.day:%d/%m/%Y}"


def _five(value: int) -> str:
    """A number of hundred-thousandths: 85 -> 0,00085."""
    whole, rest = divmod(value, 100_000)
    return f"{whole},{rest:05}"
