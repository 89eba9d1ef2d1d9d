"""What the Portal's API tells of the federation: spending by órgão, contracts, amendments -> JSON objects.

Money is Brazilian text in spending and amendments, a number in contracts.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.agreements import Amendment, transfers
from lagoa.simulator.generated.amounts import grouped_reais
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federal_suppliers import COMPANY, GENERIC, PERSON, UNIT
from lagoa.simulator.generated.federation import Contract, Orgao, Ug, federation

KINDS = {
    COMPANY: "Entidades Empresariais",
    PERSON: "Pessoa Física",
    UNIT: "Administração Pública",
    GENERIC: "Agentes Intermediários",
}

AREAS = (
    ("Assistência social", "Assistência comunitária"),
    ("Urbanismo", "Infraestrutura urbana"),
    ("Saúde", "Atenção básica"),
)


def spending(seed: int, scale: float, year: int, until: date) -> Iterator[Document]:
    """What each órgão committed, liquidated and paid in a year."""
    known = federation(seed, scale)
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for made in known.commitments:
        if made.ano == year and made.data_emissao < until:
            for at, cents in enumerate((made.valor_cents, made.liquidado_cents, made.pago_cents)):
                totals[made.ug.orgao.codigo][at] += cents
    orgaos = {orgao.codigo: orgao for orgao in known.orgaos}
    for code in sorted(totals):
        orgao, superior = orgaos[code], orgaos[orgaos[code].superior_codigo]
        committed, liquidated, paid = map(grouped_reais, totals[code])
        yield {
            "ano": year,
            "orgao": orgao.nome,
            "codigoOrgao": orgao.codigo,
            "orgaoSuperior": superior.nome,
            "codigoOrgaoSuperior": superior.codigo,
            "empenhado": committed,
            "liquidado": liquidated,
            "pago": paid,
        }


def contracts(seed: int, scale: float, code: str, first: date, last: date, edition: int) -> Iterator[Document]:
    """The contracts of an órgão that were signed in a time."""
    known = federation(seed, scale)
    orgaos = {orgao.codigo: orgao for orgao in known.orgaos}
    for contract in known.contracts:
        if contract.ug.orgao.codigo == code and first <= contract.data_assinatura <= last:
            yield _contract(contract, orgaos, edition)


def _contract(contract: Contract, orgaos: dict[str, Orgao], edition: int) -> Document:
    is_amended = contract.changed_in_edition is None or edition >= contract.changed_in_edition
    final = contract.valor_global_cents if is_amended else contract.valor_inicial_cents
    seller = contract.supplier
    return {
        "id": contract.id + 700_000_000,
        "numero": contract.numero.replace("/", ""),
        "objeto": contract.objeto,
        "numeroProcesso": contract.processo,
        "fundamentoLegal": "LEI 14.133/2021",
        "compra": {"numero": contract.numero.replace("/", ""), "objeto": contract.objeto},
        "situacaoContrato": "Publicado",
        "modalidadeCompra": contract.modalidade,
        "unidadeGestora": _unit(contract.ug, orgaos),
        "dataAssinatura": f"{contract.data_assinatura}",
        "dataPublicacaoDOU": f"{contract.data_assinatura}",
        "dataInicioVigencia": f"{contract.vigencia_inicio}",
        "dataFimVigencia": f"{contract.vigencia_fim}" if contract.vigencia_fim else None,
        "fornecedor": {
            "cnpjFormatado": seller.written if seller.is_company else "",
            "cpfFormatado": seller.public if seller.tipo == PERSON else "",
            "nome": seller.nome,
            "tipo": KINDS[seller.tipo],
        },
        "valorInicialCompra": contract.valor_inicial_cents / 100,
        "valorFinalCompra": final / 100,
    }


def _unit(ug: Ug, orgaos: dict[str, Orgao]) -> Document:
    superior = orgaos[ug.orgao.superior_codigo]
    return {
        "codigo": ug.codigo,
        "nome": ug.nome,
        "orgaoVinculado": {"codigoSIAFI": ug.orgao.codigo, "cnpj": ug.orgao.cnpj, "nome": ug.orgao.nome},
        "orgaoMaximo": {"codigo": superior.codigo, "sigla": superior.sigla, "nome": superior.nome},
    }


def amendments(seed: int, scale: float, year: int, until: date) -> Iterator[Document]:
    """The amendments of a year, one record a place and function: those that SICONV's proposals name."""
    found: dict[tuple[str, str, str, str], tuple[Amendment, int, int]] = {}
    for proposal in transfers(seed, scale).proposals:
        if proposal.proposed.year != year or proposal.proposed >= until:
            continue
        for amendment in proposal.amendments:
            draw = chance(seed, "amendment", proposal.id, amendment.numero)
            place = f"{proposal.place.name.upper()} - {proposal.place.uf.sigla}"
            key = (f"{year}{amendment.numero}", place, *draw.choice(AREAS))
            _, committed, paid = found.get(key, (amendment, 0, 0))
            paid += int(amendment.cents * draw.choice((0, 0.5, 1)))
            found[key] = (amendment, committed + amendment.cents, paid)
    for (code, place, function, subfunction), (amendment, committed, paid) in found.items():
        yield {
            "codigoEmenda": code,
            "ano": year,
            "tipoEmenda": f"Emenda {amendment.tipo.capitalize()}",
            "autor": amendment.parlamentar,
            "nomeAutor": amendment.parlamentar,
            "numeroEmenda": amendment.numero[-4:],
            "localidadeDoGasto": place,
            "funcao": function,
            "subfuncao": subfunction,
            "valorEmpenhado": grouped_reais(committed),
            "valorLiquidado": grouped_reais(paid),
            "valorPago": grouped_reais(paid),
            "valorRestoInscrito": "0,00",
            "valorRestoCancelado": "0,00",
            "valorRestoPago": "0,00",
        }
