"""What Contratos.gov.br keeps below a contract: invoices, instalments, history, items, outsourced workers.

An edition shows what had happened by its day; the last one lacks a few invoices and restates some as paid.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.amounts import grouped_reais
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.contract_documents import INVALID_DATE, INVALID_ONE_IN, supplier_document
from lagoa.simulator.generated.contract_states import ContractState
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import Commitment
from lagoa.simulator.generated.people import cpf, person

IDS = 1_000
"""An id of a child is the contract's times this, plus its position."""

VANISHED_ONE_IN = 120
PAID_AFTER_DAYS = 40
MOST_MONTHS = 60
ITEMS = (
    ("Prestação de serviço - posto de trabalho", "Serviço"),
    ("Licença de uso anual", "Serviço"),
    ("Hora técnica sob demanda", "Serviço"),
    ("Material de consumo", "Material"),
    ("Equipamento", "Material"),
)
JOBS = ("SERVENTE DE LIMPEZA", "VIGILANTE DIURNO", "VIGILANTE NOTURNO", "RECEPCIONISTA", "APOIO ADMINISTRATIVO")
LABOUR = "339037"


def invoices(
    seed: int, state: ContractState, commitments: tuple[tuple[int, Commitment], ...], edition: str
) -> Iterator[Document]:
    """`/contrato/{id}/faturas`: one a month or a delivery, entered up to three weeks late."""
    contract, today = state.contract, closes(edition).date()
    months = _months(state, today)
    for position in range(months if contract.is_continuous else min(months, contract.num_parcelas)):
        draw = chance(seed, "invoice", contract.id, position)
        issued = _month_later(contract.vigencia_inicio, position + 1) + timedelta(days=draw.randint(0, 9))
        entered = issued + timedelta(days=int(draw.expovariate(0.2)))
        is_gone = draw.randrange(VANISHED_ONE_IN) == 0 and number(edition) == len(EDITIONS) - 1
        if entered > today or is_gone:
            continue
        value = int(contract.valor_global_cents / max(1, contract.num_parcelas) * draw.uniform(0.82, 1.0))
        withheld = int(value * draw.uniform(0.005, 0.05)) if draw.random() < 0.12 else 0
        due = issued + timedelta(days=30)
        is_paid = today - issued > timedelta(days=PAID_AFTER_DAYS)
        of_the_year = [(number_, made) for number_, made in commitments if made.ano == issued.year][:2]
        month = _month_later(contract.vigencia_inicio, position)
        yield {
            "id": contract.id * IDS + position,
            "contrato_id": contract.id,
            "tipolistafatura_id": "SERVIÇOS" if contract.is_continuous else "FORNECIMENTO DE BENS",
            "justificativafatura_id": None,
            "numero": str(draw.randint(1, 99_999)),
            "emissao": issued.isoformat(),
            "prazo": due.isoformat(),
            "vencimento": INVALID_DATE if draw.randrange(INVALID_ONE_IN) == 0 else due.isoformat(),
            "valor": grouped_reais(value),
            "juros": grouped_reais(0),
            "multa": grouped_reais(0),
            "glosa": grouped_reais(withheld),
            "valorliquido": grouped_reais(value - withheld),
            "processo": contract.processo,
            "protocolo": (issued + timedelta(days=2)).isoformat(),
            "ateste": (issued + timedelta(days=5)).isoformat() if draw.random() < 0.95 else None,
            "repactuacao": "Não",
            "mesref": f"{month:%m}",
            "anoref": f"{month:%Y}",
            "situacao": "Pago" if is_paid else draw.choice(("Pendente", "Siafi Apropriado")),
            "chave_nfe": None,
            "dados_empenho": [{"id_empenho": number_, "numero_empenho": made.numero} for number_, made in of_the_year],
            "dados_referencia": [{"mesref": f"{month:%m}", "anoref": f"{month:%Y}", "valorref": grouped_reais(value)}],
            "dados_item_faturado": [],
        }


def instalments(seed: int, state: ContractState) -> Iterator[Document]:
    """`/contrato/{id}/cronograma`: the instalments agreed; amended contracts have further ones."""
    contract = state.contract
    count = min(MOST_MONTHS, contract.num_parcelas)
    for position in range(count):
        draw = chance(seed, "instalment", contract.id, position)
        month = _month_later(contract.vigencia_inicio, position)
        due = _month_later(contract.vigencia_inicio, position + 1)
        yield {
            "id": contract.id * IDS + position,
            "contrato_id": contract.id,
            "tipo": "Contrato",
            "numero": contract.numero,
            "receita_despesa": "Despesa",
            "observacao": "CELEBRAÇÃO DO CONTRATO",
            "mesref": f"{month:%m}",
            "anoref": f"{month:%Y}",
            "vencimento": None if draw.randrange(INVALID_ONE_IN) == 0 else due.isoformat(),
            "retroativo": "Não",
            "valor": grouped_reais(contract.valor_inicial_cents // count),
        }
    if state.is_amended:
        day = _month_later(contract.vigencia_inicio, min(count, MOST_MONTHS))
        yield {
            "id": contract.id * IDS + count,
            "contrato_id": contract.id,
            "tipo": "Termo Aditivo",
            "numero": f"00001/{day.year}",
            "receita_despesa": "Despesa",
            "observacao": "ACRÉSCIMO AO OBJETO",
            "mesref": f"{day:%m}",
            "anoref": f"{day:%Y}",
            "vencimento": day.isoformat(),
            "retroativo": "Sim",
            "valor": grouped_reais(state.valor_global_cents - contract.valor_inicial_cents),
        }


def history(state: ContractState) -> Iterator[Document]:
    """`/contrato/{id}/historico`: the contract as signed, then its amendments."""
    contract = state.contract
    yield _event(state, 0, "50", "Contrato", contract.numero, contract.data_assinatura, contract.valor_inicial_cents)
    if state.is_amended:
        day = min(contract.data_assinatura + timedelta(days=120), closes(EDITIONS[-1]).date())
        yield _event(state, 1, "55", "Termo Aditivo", f"00001/{day.year}", day, state.valor_global_cents)


def _event(
    state: ContractState, position: int, kind_code: str, kind: str, numero: str, signed: date, value: int
) -> Document:
    contract = state.contract
    return {
        "id": contract.id * IDS + position,
        "contrato_id": contract.id,
        "receita_despesa": "Despesa",
        "numero": numero,
        "observacao": "CELEBRAÇÃO DO CONTRATO" if position == 0 else "ACRÉSCIMO AO OBJETO",
        "ug": contract.ug.codigo,
        "gestao": contract.ug.gestao,
        "fornecedor": supplier_document(contract.supplier),
        "codigo_tipo": kind_code,
        "tipo": kind,
        "categoria": None,
        "processo": contract.processo,
        "objeto": contract.objeto.upper(),
        "informacao_complementar": None,
        "modalidade": contract.modalidade,
        "licitacao_numero": None,
        "data_assinatura": signed.isoformat(),
        "data_publicacao": (signed + timedelta(days=3)).isoformat(),
        "vigencia_inicio": contract.vigencia_inicio.isoformat(),
        "vigencia_fim": contract.vigencia_fim.isoformat() if contract.vigencia_fim else None,
        "valor_inicial": grouped_reais(contract.valor_inicial_cents),
        "valor_global": grouped_reais(value),
        "num_parcelas": contract.num_parcelas,
        "valor_parcela": grouped_reais(value // max(1, contract.num_parcelas)),
        "novo_valor_global": grouped_reais(value if position else 0),
        "novo_num_parcelas": contract.num_parcelas if position else 0,
        "novo_valor_parcela": grouped_reais(value // max(1, contract.num_parcelas) if position else 0),
        "data_inicio_novo_valor": signed.isoformat() if position else None,
        "retroativo": "Não",
        "situacao_contrato": "Ativo" if state.is_active else "Inativo",
    }


def items(seed: int, state: ContractState) -> Iterator[Document]:
    """`/contrato/{id}/itens`: what the global value is made of."""
    contract = state.contract
    draw = chance(seed, "items", contract.id)
    left = state.valor_global_cents
    count = draw.randint(1, 5)
    for position in range(count):
        total = left if position == count - 1 else int(left * draw.uniform(0.2, 0.6))
        left -= total
        quantity = draw.choice((1, 12, 12, 24, 100))
        name, kind = draw.choice(ITEMS[:3] if contract.is_continuous else ITEMS[3:])
        yield {
            "id": contract.id * IDS + position,
            "contrato_id": contract.id,
            "tipo_id": kind,
            "tipo_material": None,
            "grupo_id": "OUTROS",
            "catmatseritem_id": f"{draw.randint(1_000, 470_000)} - {name.upper()}",
            "descricao_complementar": name,
            "quantidade": f"{quantity}.00000",
            "valorunitario": grouped_reais(total // quantity),
            "valortotal": grouped_reais(total),
            "numero_item_compra": f"{position + 1:05}",
        }


def workers(seed: int, state: ContractState, edition: str) -> Iterator[Document]:
    """`/contrato/{id}/terceirizados`: the people of labour contracts, with CPF, name and salary in the open."""
    contract = state.contract
    if contract.natureza != LABOUR:
        return
    draw = chance(seed, "workers", contract.id)
    for position in range(draw.randint(2, 9)):
        salary = draw.randint(150_000, 420_000)
        left = draw.random() < 0.1 and number(edition) > 0
        yield {
            "id": contract.id * IDS + position,
            "contrato_id": contract.id,
            "usuario": f"{cpf(draw)} - {person(draw)}",
            "funcao_id": draw.choice(JOBS),
            "descricao_complementar": "POSTO FIXO",
            "jornada": draw.choice((30, 40, 44)),
            "unidade": contract.ug.sigla,
            "custo": grouped_reais(int(salary * 2.1)),
            "salario": grouped_reais(salary),
            "escolaridade_id": draw.choice(("Ensino Fundamental", "Ensino Médio")),
            "data_inicio": contract.vigencia_inicio.isoformat(),
            "data_fim": edition if left else None,
            "situacao": "Inativo" if left else "Ativo",
            "aux_transporte": grouped_reais(22_000),
            "vale_alimentacao": grouped_reais(61_000),
        }


def _months(state: ContractState, today: date) -> int:
    """How many months of the term are over."""
    contract = state.contract
    end = min(contract.vigencia_fim or today, today)
    passed = (end.year - contract.vigencia_inicio.year) * 12 + end.month - contract.vigencia_inicio.month
    return max(0, min(MOST_MONTHS, passed))


def _month_later(day: date, months: int) -> date:
    """The first of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
