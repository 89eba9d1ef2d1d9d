"""SICONV's dump: (seed, scale, table, edition) -> its rows, as known on the edition's day."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from lagoa.simulator.generated.agreement_columns import (
    DESEMBOLSO,
    EMENDA,
    PROGRAMA,
    PROPOSTA,
    TERMO_ADITIVO,
    convenio,
)
from lagoa.simulator.generated.agreements import (
    Agreement,
    Payment,
    Programme,
    Proposal,
    Transfers,
    proponent,
    transfers,
)
from lagoa.simulator.generated.amounts import bare_reais, reais
from lagoa.simulator.generated.calendar import closes, number
from lagoa.simulator.generated.draw import chance

Record = Mapping[str, str]
Row = tuple[str, ...]
VANISHED_ONE_IN = 90
LATE = 60
"""Days after the end within which accounts are rendered."""


def header(table: str, edition: str) -> tuple[str, ...]:
    """The columns of a table in an edition."""
    return convenio(number(edition)) if table == "convenio" else HEADERS[table]


def rows(seed: int, scale: float, table: str, edition: str) -> Iterator[Row]:
    """The rows of a table in an edition, by its key."""
    names, today = header(table, edition), closes(edition).date()
    for record in TABLES[table](transfers(seed, scale), today, number(edition)):
        yield tuple(record[name] for name in names)


def _programmes(known: Transfers, today: date, edition: int) -> Iterator[Record]:
    for programme in known.programmes:
        for uf in programme.ufs if programme.disponivel <= today else ():
            yield _programme(programme, uf, today)


def _programme(programme: Programme, uf: str, today: date) -> Record:
    begin, end = _day(programme.disponivel), _day(programme.fim)
    status = "DISPONIBILIZADO" if programme.fim >= today else "INATIVO"
    return _record(
        PROGRAMA,
        str(programme.id), programme.orgao.codigo, programme.orgao.nome.upper(), programme.codigo,
        programme.nome, status, begin, str(programme.disponivel.year), begin, end, begin, end, "", "",
        programme.modalidade, "Administração Pública Municipal", uf, programme.acao,
    )  # fmt: skip


def _proposals(known: Transfers, today: date, edition: int) -> Iterator[Record]:
    signed = {agreement.proposal.id for agreement in known.agreements if agreement.signed <= today}
    for proposal in _shown(known, today, edition):
        status = "Proposta/Plano de Trabalho Aprovado" if proposal.id in signed else "Proposta em Análise"
        yield _proposal(proposal, status)


def _proposal(proposal: Proposal, status: str) -> Record:
    day, orgao = proposal.proposed, proposal.programme.orgao
    total = proposal.repasse_cents + proposal.contrapartida_cents
    return _record(
        PROPOSTA,
        str(proposal.id), proposal.place.uf.sigla, proposal.place.name.upper(), str(proposal.place.code),
        orgao.codigo, orgao.nome.upper(), "Administração Pública Municipal",
        f"{proposal.id % 1_000_000:06}/{day.year}", str(day.day), str(day.month), str(day.year), _day(day),
        orgao.codigo, orgao.nome.upper(), proposal.programme.modalidade, proposal.cnpj,
        proponent(proposal), f"{proposal.place.code % 100_000:05}000", "PRACA DA MATRIZ, 1", "CENTRO",
        "CAIXA ECONOMICA FEDERAL", "Conta Ativa", "Aprovado", status, _day(day), "", proposal.objeto,
        "OBRAS E INSTALACOES" if "Constru" in proposal.objeto else "EQUIPAMENTOS", "Sim", "", "",
        reais(total), reais(proposal.repasse_cents), reais(proposal.contrapartida_cents),
    )  # fmt: skip


def _agreements(known: Transfers, today: date, edition: int) -> Iterator[Record]:
    for agreement in _signed(known, today, edition):
        yield _agreement(agreement, today)


def _agreement(agreement: Agreement, today: date) -> Record:
    proposal, signed = agreement.proposal, agreement.signed
    addenda = [addendum for addendum in agreement.addenda if addendum.signed <= today]
    first_end = agreement.addenda[0].ends if agreement.addenda else agreement.ends
    ends = addenda[-1].ends if addenda else first_end
    paid = sum(payment.cents for payment in agreement.payments if payment.day <= today)
    status = "Em execução" if ends >= today else "Aguardando Prestação de Contas"
    draw = chance(agreement.numero, "yield")
    late = date.fromordinal(ends.toordinal() + LATE)
    total = proposal.repasse_cents + proposal.contrapartida_cents
    return {
        "NR_CONVENIO": str(agreement.numero),
        "ID_PROPOSTA": str(proposal.id),
        "DIA": str(signed.day),
        "MES": str(signed.month),
        "ANO": str(signed.year),
        "DIA_ASSIN_CONV": _day(signed),
        "SIT_CONVENIO": status,
        "SUBSITUACAO_CONV": "Convênio",
        "SITUACAO_PUBLICACAO": "Publicado",
        "INSTRUMENTO_ATIVO": "SIM" if ends >= today else "NAO",
        "IND_OPERA_OBTV": "SIM",
        "NR_PROCESSO": f"{agreement.ug.gestao}.{agreement.numero % 1_000_000:06}/{signed.year}-41",
        "UG_EMITENTE": agreement.ug.codigo,
        "DIA_PUBL_CONV": _day(date.fromordinal(signed.toordinal() + 2)),
        "DIA_INIC_VIGENC_CONV": _day(signed),
        "DIA_FIM_VIGENC_CONV": _day(ends),
        "DIA_FIM_VIGENC_ORIGINAL_CONV": _day(first_end),
        "DIAS_PREST_CONTAS": str(LATE),
        "DIA_LIMITE_PREST_CONTAS": _day(late),
        "DATA_SUSPENSIVA": _day(agreement.suspended) if agreement.suspended else "",
        "DATA_RETIRADA_SUSPENSIVA": "",
        "DIAS_CLAUSULA_SUSPENSIVA": "240" if agreement.suspended else "",
        "MOTIVO_SUSPENSAO": "Projeto básico não apresentado" if agreement.suspended else "",
        "SITUACAO_CONTRATACAO": "Cláusula Suspensiva" if agreement.suspended else "Normal",
        "QTDE_CONVENIOS": "1",
        "QTD_TA": str(len(addenda)),
        "QTD_PRORROGA": "0",
        "VL_GLOBAL_CONV": reais(total),
        "VL_REPASSE_CONV": reais(proposal.repasse_cents),
        "VL_CONTRAPARTIDA_CONV": reais(proposal.contrapartida_cents),
        "VL_EMPENHADO_CONV": reais(proposal.repasse_cents),
        "VL_DESEMBOLSADO_CONV": reais(paid),
        "VL_SALDO_REMAN_TESOURO": "",
        "VL_SALDO_REMAN_CONVENENTE": "",
        "VL_RENDIMENTO_APLICACAO": reais(int(paid * draw.uniform(0, 0.03))),
        "VL_INGRESSO_CONTRAPARTIDA": reais(proposal.contrapartida_cents if paid else 0),
        "VL_SALDO_CONTA": reais(paid // 3),
        "VALOR_GLOBAL_ORIGINAL_CONV": reais(total),
    }


def _amendments(known: Transfers, today: date, edition: int) -> Iterator[Record]:
    for proposal in _shown(known, today, edition):
        for amendment in proposal.amendments:
            amount = bare_reais(amendment.cents)
            yield _record(
                EMENDA, str(proposal.id), "Beneficiário de Emenda Parlamentar", proposal.programme.codigo,
                amendment.numero, amendment.parlamentar, proposal.cnpj, "SIM" if amendment.is_mandatory else "NAO",
                amendment.tipo, amount, amount,
            )  # fmt: skip


def _disbursements(known: Transfers, today: date, edition: int) -> Iterator[Record]:
    for agreement in _signed(known, today, edition):
        paid = [payment for payment in agreement.payments if payment.day <= today]
        for payment in paid:
            yield _disbursement(agreement, payment, paid[-1].day, today)


def _disbursement(agreement: Agreement, payment: Payment, last: date, today: date) -> Record:
    """The days without a disbursement grow every day: every row of every dump is restated."""
    return _record(
        DESEMBOLSO, str(payment.id), str(agreement.numero), _day(last), str((today - last).days), _day(payment.day),
        str(payment.day.year), str(payment.day.month), f"{payment.day.year}OB{payment.id % 1_000_000:06}",
        reais(payment.cents),
    )  # fmt: skip


def _addenda(known: Transfers, today: date, edition: int) -> Iterator[Record]:
    for agreement in _signed(known, today, edition):
        begin = agreement.signed
        for addendum in agreement.addenda:
            if addendum.signed <= today:
                yield _record(
                    TERMO_ADITIVO, str(agreement.numero), addendum.numero, "Prorrogação de vigência", "", "", "",
                    _day(addendum.signed), _day(begin), _day(addendum.ends),
                    "Atraso na licitação; obra\nem andamento",
                )  # fmt: skip


def _shown(known: Transfers, today: date, edition: int) -> Iterator[Proposal]:
    """The proposals of the day; the last edition has lost some that never became agreements."""
    signed = {agreement.proposal.id for agreement in known.agreements}
    for proposal in known.proposals:
        is_gone = edition == 2 and proposal.id not in signed and proposal.id % VANISHED_ONE_IN < 3
        if proposal.proposed <= today and not is_gone:
            yield proposal


def _signed(known: Transfers, today: date, edition: int) -> Iterator[Agreement]:
    return (agreement for agreement in known.agreements if agreement.signed <= today)


def _record(names: tuple[str, ...], *values: str) -> Record:
    return dict(zip(names, values, strict=True))


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


HEADERS = {
    "programa": PROGRAMA,
    "proposta": PROPOSTA,
    "emenda": EMENDA,
    "desembolso": DESEMBOLSO,
    "termo_aditivo": TERMO_ADITIVO,
}
TABLES: dict[str, Callable[[Transfers, date, int], Iterator[Record]]] = {
    "programa": _programmes,
    "proposta": _proposals,
    "convenio": _agreements,
    "emenda": _amendments,
    "desembolso": _disbursements,
    "termo_aditivo": _addenda,
}
