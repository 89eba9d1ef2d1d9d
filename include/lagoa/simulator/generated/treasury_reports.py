"""Tesouro Gerencial's reports as they are mailed: TED's notes and the federation's commitments -> titled text tables.

Columns count by position: the header leaves names of descriptions blank. Sent and received credit notes are two
reports whose lines overlap, word for word. Values are written `1.234,56`, negative ones `(1.234,56)`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lagoa.simulator.generated.amounts import grouped_reais
from lagoa.simulator.generated.calendar import REFERENCE, closes
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.siafi_documents import commitments
from lagoa.simulator.generated.ted import REVERSAL, Note, notes, numbers, programmings

MONTHS = ("JAN", "FEV", "MAR", "ABR", "MAI", "JUN", "JUL", "AGO", "SET", "OUT", "NOV", "DEZ")
FONTES = {"1000000000": "RECURSOS LIVRES DA UNIAO", "0172024307": "EMENDAS DE BANCADA"}
EVENTS = {"300300": "DESCENTRALIZACAO EXTERNA DE CREDITO", "300302": "DEVOLUCAO DE CREDITO EXTERNO"}
NO_CODE = "-8"
"""What the reports write where a document has no such thing."""

Row = tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """A report: its name is the subject of the mail; title lines, the header's names (blank ones too), its rows.

    One with blocks has a year and its rows in each, and none outside of them.
    """

    name: str
    titles: Sequence[str]
    header: Row
    rows: Sequence[Row]
    blocks: Sequence[tuple[str, Sequence[Row]]] = ()


NC_HEADER = (
    "Emissão - Mês", "Emissão - Dia", "NC", "NC - Transferência", "NC - Fonte Recursos", "", "PTRES", "NC - Evento",
    "", "UG Responsável", "", "Natureza Despesa", "", "Plano Interno", "", "", "Favorecido Doc.", "",
    "NC - Valor Linha", "Movim. Líquido - R$ (Item Informação)",
)  # fmt: skip
PF_HEADER = (
    "Emissão - Mês", "Emissão - Dia", "UG Emitente", "", "UG Favorecido", "", "PF - Evento", "", "PF",
    "PF - Inscrição", "PF - Ação", "", "PF - Fonte Recursos", "", "PF - Vinculação Pagamento", "",
    "PF - Categoria Gasto", "PF - Recurso", "", "Doc - Observação", "PF - Valor Linha",
)  # fmt: skip
NE_HEADER = (
    "Programa Governo", "", "Ação Governo", "", "Emissão - Mês", "Emissão - Dia", "NE CCor", "NE - Num. Processo",
    "NE - Info. Complementar", "NE CCor - Descrição", "Doc - Observação", "Natureza Despesa", "",
    "NE CCor - Favorecido", "", "NE CCor - Ano Emissão", "PTRES", "Fonte Recursos Detalhada", "",
    "DESPESAS EMPENHADAS (CONTROLE EMPENHO)", "DESPESAS LIQUIDADAS (CONTROLE EMPENHO)",
    "DESPESAS PAGAS (CONTROLE EMPENHO)", "RESTOS A PAGAR INSCRITOS (PROC E N PROC)",
    "RESTOS A PAGAR PAGOS (PROC E N PROC)",
)  # fmt: skip


def reports(seed: int, scale: float, edition: str) -> list[Report]:
    """Every report that is mailed, as of an edition's day."""
    lines = [(note.plan.id, line) for note in notes(seed, scale, edition) for line in _credit_lines(seed, scale, note)]
    day = closes(edition).strftime("%d/%m/%Y")
    head = ["Tesouro Gerencial", "", f"Data de emissão: {day}", "", "Relatório:", ""]
    filters = ["Filtro de relatório:", "Ano Lançamento >= 2022", "Órgão UGE: Executivo", ""]
    sent = [line for plan_id, line in lines if plan_id % 2 == 0 or line[7] == REVERSAL]
    received = [line for _, line in lines if line[7] != REVERSAL]
    return [
        Report("notas_credito_enviadas_devolvidas", [*head, *filters], NC_HEADER, sent),
        Report("notas_credito_recebidas", head, NC_HEADER, received),
        Report("programacoes_financeiras", head, PF_HEADER, list(_programming_rows(seed, scale, edition))),
        Report(
            "notas_empenho",
            [*head, "Ano Lançamento: todos", ""],
            NE_HEADER,
            list(_commitment_rows(seed, scale, edition)),
        ),
        Report("empenhos_por_ano_lancamento", head, NE_HEADER, [], _by_year(_commitment_rows(seed, scale, edition))),
    ]


def _by_year(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Rows by the year of their month, which reads JAN/2025 or 000/2025."""
    years: dict[str, list[Row]] = {}
    for row in rows:
        years.setdefault(row[NE_HEADER.index("Emissão - Mês")][-4:], []).append(row)
    return sorted(years.items())


def _credit_lines(seed: int, scale: float, note: Note) -> Iterator[Row]:
    """A line for each event of a credit note that was sent: equal ones are summed, as reports do."""
    if not note.is_sent:
        return
    draw = chance(seed, "events", note.plan.id)
    ptres, fonte = f"{draw.randint(100_000, 239_999)}", draw.choice(tuple(FONTES))
    document = f"{note.issuer.codigo}{note.issuer.gestao}{numbers(seed, scale, 'NC')[note.id]}"
    totals: dict[str, int] = {}
    for event, cents in note.lines:
        totals[event] = totals.get(event, 0) + cents
    for event, cents in totals.items():
        value = accounting(-cents if event == REVERSAL else cents)
        giver = note.plan.descentralizadora
        yield (
            *_dated(note.issued.date()), document, note.plan.numero_transferencia or NO_CODE, fonte, FONTES[fonte],
            ptres, event, EVENTS[event], giver.codigo, giver.nome.upper(), "339000",
            "APLICACOES DIRETAS", "M20RKG0100N", note.plan.objeto.upper(), f"TED {note.plan.numero_transferencia}",
            note.favoured.codigo, note.favoured.nome.upper(), value, value,
        )  # fmt: skip


def _programming_rows(seed: int, scale: float, edition: str) -> Iterator[Row]:
    for note in programmings(seed, scale, edition):
        fonte = chance(seed, "events", note.plan.id).choice(tuple(FONTES))
        document = f"{note.issuer.codigo}{note.issuer.gestao}{numbers(seed, scale, 'PF')[note.id]}"
        yield (
            *_dated(note.issued.date()), note.issuer.codigo, note.issuer.nome.upper(), note.favoured.codigo,
            note.favoured.nome.upper(), "701620", "TRANSFERENCIA FINANCEIRA CONCEDIDA", document,
            note.plan.numero_transferencia, "1", "TRANSFERENCIA", fonte, FONTES[fonte], "400", "CUSTEIO DE TED", "C",
            "1", "COTA DO EXERCICIO", f"REPASSE FINANCEIRO TED {note.plan.numero_transferencia}",
            accounting(sum(cents for _, cents in note.lines)),
        )  # fmt: skip


def _commitment_rows(seed: int, scale: float, edition: str) -> Iterator[Row]:
    """A line for the year of a commitment and, where something was left, one for its restos a pagar."""
    for state in commitments(seed, scale, edition).values():
        made = state.commitment
        settled = min(made.liquidado_cents, state.cents)
        paid = min(made.pago_cents, settled)
        left = state.cents - paid
        values = [("", made.data_emissao, (state.cents, settled, paid, 0, 0))]
        if left and made.ano < REFERENCE.year:
            later = int(left * chance(seed, "restos", made.documento).random())
            values.append((f"000/{made.ano + 1}", made.data_emissao, (0, 0, 0, left, later)))
        for carried, day, amounts in values:
            yield (
                "5111", "EDUCACAO BASICA DEMOCRATICA", "20RK", "FUNCIONAMENTO DE INSTITUICOES FEDERAIS",
                *((carried, carried) if carried else _dated(day)), made.documento, made.processo,
                "", made.observacao, made.observacao.partition(".")[0], made.natureza, "OUTROS",
                made.supplier.documento, made.supplier.nome, str(made.ano), made.ptres, made.fonte,
                "RECURSOS DO TESOURO", *map(accounting, amounts),
            )  # fmt: skip


def _dated(day: date) -> tuple[str, str]:
    return f"{MONTHS[day.month - 1]}/{day.year}", f"{day:%d/%m/%Y}"


def accounting(cents: int) -> str:
    """`1.234,56`, negative `(1.234,56)`, zero an empty cell."""
    if cents == 0:
        return ""
    return f"({grouped_reais(-cents)})" if cents < 0 else grouped_reais(cents)
