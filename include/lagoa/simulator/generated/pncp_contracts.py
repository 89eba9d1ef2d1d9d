"""Contracts and price registers of the federation as PNCP shows them, published some days after they were signed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from lagoa.simulator.catalog import Document
from lagoa.simulator.facts import UFS
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.compras_documents import control_number, registers_prices
from lagoa.simulator.generated.contract_states import ContractState, contract_states
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federal_suppliers import COMPANY, GENERIC, PERSON, UNIT
from lagoa.simulator.generated.federation import Contract

FIRST_YEAR = 2021
"""When PNCP began."""

CANCELLED_ONE_IN = 30
PERSON_KINDS = {COMPANY: "PJ", PERSON: "PF", UNIT: "PJ", GENERIC: "PE"}


def contracts(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """`/contratos`: those published by the edition's day."""
    now = closes(edition)
    for state in contract_states(seed, scale, edition).values():
        published = _published(seed, state.contract)
        if state.contract.ano >= FIRST_YEAR and published <= now:
            yield _contract(state, published, edition)


def price_registers(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """`/atas`: of the purchases that register prices."""
    now = closes(edition)
    for state in contract_states(seed, scale, edition).values():
        contract, published = state.contract, _published(seed, state.contract)
        if contract.ano < FIRST_YEAR or published > now or not registers_prices(seed, contract):
            continue
        draw = chance(seed, "ata", contract.id)
        for position in range(draw.choice((1, 1, 2))):
            yield _register(contract, position + 1, published, draw.randrange(CANCELLED_ONE_IN) == 0, edition)


def _published(seed: int, contract: Contract) -> datetime:
    """Within three weeks of the signature, mostly soon."""
    draw = chance(seed, "published in PNCP", contract.id)
    days = min(20, int(draw.expovariate(0.3)))
    return datetime.combine(
        contract.data_assinatura + timedelta(days=days), time(draw.randint(8, 18), draw.randint(0, 59))
    )


def _updated(contract: Contract, published: datetime, edition: str) -> datetime:
    """The day of the amendment, for those who have one by the edition."""
    turn = contract.changed_in_edition
    if turn is not None and turn <= number(edition):
        return max(published, closes(EDITIONS[turn]) - timedelta(days=1))
    return published


def _contract(state: ContractState, published: datetime, edition: str) -> Document:
    contract, ug = state.contract, state.contract.ug
    updated = _updated(contract, published, edition)
    uf = next(uf for uf in UFS if uf.sigla == ug.uf)
    return {
        "numeroControlePNCP": control_number(contract, 2),
        "numeroControlePncpCompra": control_number(contract, 1),
        "numeroControlePncpAta": None,
        "anoContrato": contract.ano,
        "sequencialContrato": contract.id % 1_000_000,
        "numeroContratoEmpenho": contract.numero,
        "processo": contract.processo,
        "objetoContrato": contract.objeto,
        "informacaoComplementar": None,
        "tipoContrato": {"id": 1, "nome": "Contrato (termo inicial)"},
        "categoriaProcesso": {"id": 8, "nome": "Serviços"} if contract.is_continuous else {"id": 2, "nome": "Compras"},
        "tipoPessoa": PERSON_KINDS[contract.supplier.tipo],
        "niFornecedor": contract.supplier.documento,
        "nomeRazaoSocialFornecedor": contract.supplier.nome.upper(),
        "codigoPaisFornecedor": None,
        "tipoPessoaSubContratada": None,
        "niFornecedorSubContratado": None,
        "nomeFornecedorSubContratado": None,
        "orgaoEntidade": {"cnpj": ug.cnpj, "razaoSocial": ug.orgao.nome.upper(), "poderId": "E", "esferaId": "F"},
        "unidadeOrgao": {
            "codigoUnidade": ug.codigo,
            "nomeUnidade": ug.nome.upper(),
            "municipioNome": uf.capital,
            "codigoIbge": str(ug.municipio_ibge),
            "ufSigla": uf.sigla,
            "ufNome": uf.nome,
        },
        "orgaoSubRogado": None,
        "unidadeSubRogada": None,
        "dataAssinatura": contract.data_assinatura.isoformat(),
        "dataVigenciaInicio": contract.vigencia_inicio.isoformat(),
        "dataVigenciaFim": _date(contract.vigencia_fim),
        "dataPublicacaoPncp": published.isoformat(),
        "dataAtualizacao": updated.isoformat(),
        "dataAtualizacaoGlobal": updated.isoformat(),
        "valorInicial": contract.valor_inicial_cents / 100,
        "valorGlobal": state.valor_global_cents / 100,
        "valorParcela": state.valor_global_cents // max(1, contract.num_parcelas) / 100,
        "valorAcumulado": state.valor_global_cents / 100,
        "numeroParcelas": contract.num_parcelas,
        "numeroRetificacao": 1 if state.is_amended else 0,
        "receita": False,
        "frutoAdesao": False,
        "identificadorCipi": None,
        "urlCipi": None,
        "emendaParlamentar": None,
        "usuarioNome": "Contratos.gov.br",
    }


def _register(contract: Contract, position: int, published: datetime, is_cancelled: bool, edition: str) -> Document:
    ug = contract.ug
    cancelled = closes(EDITIONS[1]) - timedelta(days=1) if is_cancelled and number(edition) > 0 else None
    updated = max(published, cancelled) if cancelled else published
    return {
        "numeroControlePNCPAta": f"{control_number(contract, 1)}-{position:06}",
        "numeroControlePNCPCompra": control_number(contract, 1),
        "numeroAtaRegistroPreco": f"{position:05}/{contract.ano}",
        "anoAta": contract.ano,
        "cancelado": cancelled is not None,
        "dataCancelamento": cancelled.isoformat() if cancelled else None,
        "objetoContratacao": contract.objeto,
        "cnpjOrgao": ug.cnpj,
        "nomeOrgao": ug.orgao.nome.upper(),
        "codigoUnidadeOrgao": ug.codigo,
        "nomeUnidadeOrgao": ug.nome.upper(),
        "cnpjOrgaoSubrogado": None,
        "nomeOrgaoSubrogado": None,
        "codigoUnidadeOrgaoSubrogado": None,
        "nomeUnidadeOrgaoSubrogado": None,
        "dataAssinatura": contract.data_assinatura.isoformat(),
        "vigenciaInicio": contract.vigencia_inicio.isoformat(),
        "vigenciaFim": (contract.vigencia_inicio + timedelta(days=365)).isoformat(),
        "dataInclusao": published.isoformat(),
        "dataPublicacaoPncp": published.isoformat(),
        "dataAtualizacao": updated.isoformat(),
        "dataAtualizacaoGlobal": updated.isoformat(),
        "possibilidadeAdesao": position == 1,
        "usuario": "Compras.gov.br",
    }


def _date(day: date | None) -> str | None:
    return day.isoformat() if day else None
