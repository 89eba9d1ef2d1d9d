"""What dadosabertos.compras.gov.br shows of the federation: UASGs, purchases, contracts and suppliers.

Types drift between endpoints as they do there: codes as text here and as numbers there, CNPJs without leading zeros.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from lagoa.simulator.catalog import Document
from lagoa.simulator.facts import UFS
from lagoa.simulator.generated.agencies import cnpj
from lagoa.simulator.generated.calendar import closes, number
from lagoa.simulator.generated.contract_states import ContractState, contract_states
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import Contract, Supplier, federation
from lagoa.simulator.generated.places import places

OTHER_UASGS_AT_SCALE_1 = 600
FIRST_OTHER_UASG = 925_001
FIRST_OTHER_ROOT = 86_000_033
EXCLUDED_ONE_IN = 45
REGISTERING = 0.2
MODALITIES = {"05": (5, "Pregão - Eletrônico"), "06": (6, "Dispensa"), "07": (7, "Inexigibilidade"),
              "03": (3, "Concorrência - Eletrônica")}  # fmt: skip
LEGAL_NATURES = (("2062", "SOCIEDADE EMPRESÁRIA LIMITADA"), ("2054", "SOCIEDADE ANÔNIMA FECHADA"))


def uasgs(seed: int, scale: float) -> Iterator[Document]:
    """Every UASG: the federation's UGs, and those of municípios that use the system."""
    ufs = {uf.sigla: uf for uf in UFS}
    for ug in federation(seed, scale).ugs:
        uf = ufs[ug.uf]
        yield _uasg(ug.codigo, ug.nome, ug.cnpj, ug.uf, uf.capital_id, uf.capital) | {
            "codigoOrgao": int(ug.orgao.codigo),
            "cnpjCpfOrgao": ug.orgao.cnpj,
            "cnpjCpfOrgaoVinculado": ug.orgao.cnpj,
            "codigoSiorg": ug.siorg,
            "usoSisg": ug.gestao == "00001",
        }
    towns = places(seed)
    for position in range(round(OTHER_UASGS_AT_SCALE_1 * scale)):
        draw = chance(seed, "uasg", position)
        town = draw.choice(towns)
        code, name = str(FIRST_OTHER_UASG + position), f"PREFEITURA MUNICIPAL DE {town.name.upper()}"
        yield _uasg(code, name, cnpj(FIRST_OTHER_ROOT + position * 11), town.uf.sigla, town.code, town.name)


def contracts(seed: int, scale: float, edition: str) -> Iterator[tuple[Contract, Document]]:
    """`modulo-contratos/1_consultarContratos`; contracts that were taken back stay, marked."""
    for state in contract_states(seed, scale, edition).values():
        yield state.contract, _contract(seed, state, edition)


def purchases(seed: int, scale: float, edition: str) -> Iterator[tuple[Contract, date, Document]]:
    """`modulo-contratacoes/1_consultarContratacoes_PNCP_14133`: the purchase that each contract came from."""
    for state in contract_states(seed, scale, edition).values():
        published = state.contract.data_assinatura - timedelta(days=chance(seed, state.contract.id).randint(25, 90))
        yield state.contract, published, _purchase(seed, state, published, edition)


def supplier(seed: int, company: Supplier) -> Document:
    """`modulo-fornecedor/1_consultarFornecedor`."""
    draw = chance(seed, "company", company.documento)
    nature, name = draw.choice(LEGAL_NATURES)
    size = draw.choice(((1, "ME"), (3, "EPP"), (5, "DEMAIS")))
    return {
        "ativo": True,
        "cnpj": company.documento,
        "cpf": None,
        "habilitadoLicitar": draw.random() < 0.93,
        "codigoCnae": draw.choice((8121400, 6204000, 4649499, 8011101)),
        "nomeCnae": "ATIVIDADE ECONÔMICA PRINCIPAL",
        "nomeMunicipio": next(uf.capital for uf in UFS if uf.sigla == company.uf).upper(),
        "naturezaJuridicaId": int(nature),
        "naturezaJuridicaNome": name,
        "porteEmpresaId": size[0],
        "porteEmpresaNome": size[1],
        "nomeRazaoSocialFornecedor": company.nome.upper(),
        "ufSigla": company.uf,
    }


def registers_prices(seed: int, contract: Contract) -> bool:
    """Whether the purchase ended in a price register (ata)."""
    return chance(seed, "price register", contract.id).random() < REGISTERING


def purchase_id(contract: Contract) -> str:
    """UASG, modality, number and year, 17 digits."""
    return f"{contract.ug.codigo}{contract.modalidade_codigo}{contract.id % 100_000:05}{contract.ano}"


def control_number(contract: Contract, kind: int) -> str:
    """PNCP's: the body's CNPJ, 1 for the purchase or 2 for the contract, a sequence, the year."""
    return f"{contract.ug.cnpj}-{kind}-{contract.id % 1_000_000:06}/{contract.ano}"


def _uasg(code: str, name: str, owner: str, uf: str, place: int, place_name: str) -> Document:
    return {
        "codigoUasg": code,
        "nomeUasg": name.upper(),
        "usoSisg": False,
        "adesaoSiasg": True,
        "siglaUf": uf,
        "codigoMunicipio": place % 100_000,
        "codigoMunicipioIbge": place,
        "nomeMunicipioIbge": place_name.upper(),
        "codigoUnidadePolo": 0,
        "nomeUnidadePolo": None,
        "codigoUnidadeEspelho": 0,
        "nomeUnidadeEspelho": None,
        "uasgCadastradora": False,
        "cnpjCpfUasg": str(int(owner)),
        "codigoOrgao": 99_999,
        "cnpjCpfOrgao": owner,
        "cnpjCpfOrgaoVinculado": owner,
        "cnpjCpfOrgaoSuperior": None,
        "codigoSiorg": None,
        "statusUasg": True,
        "dataImplantacaoSidec": "1999-07-15T03:00:00.000+00:00",
        "dataHoraMovimento": "2023-07-06T14:14:00",
    }


def _contract(seed: int, state: ContractState, edition: str) -> Document:
    contract, ug = state.contract, state.contract.ug
    draw = chance(seed, "excluded", contract.id)
    is_excluded = draw.randrange(EXCLUDED_ONE_IN) == 0 and number(edition) > 0
    parcels = max(1, contract.num_parcelas)
    entered = _moment(contract.data_assinatura + timedelta(days=2))
    return {
        "codigoOrgao": int(ug.orgao.codigo),
        "nomeOrgao": f"{ug.orgao.nome.upper():<45}",
        "codigoUnidadeGestora": int(ug.codigo),
        "nomeUnidadeGestora": ug.nome.upper(),
        "codigoUnidadeGestoraOrigemContrato": int(ug.codigo),
        "nomeUnidadeGestoraOrigemContrato": ug.nome.upper(),
        "receitaDespesa": "D",
        "numeroContrato": contract.numero,
        "codigoUnidadeRealizadoraCompra": int(ug.codigo),
        "nomeUnidadeRealizadoraCompra": ug.nome.upper(),
        "numeroCompra": f"{contract.id % 100_000:05}/{contract.ano}",
        "codigoModalidadeCompra": str(int(contract.modalidade_codigo)),
        "nomeModalidadeCompra": contract.modalidade,
        "codigoUnidadeRequisitante": int(ug.codigo),
        "nomeUnidadeRequisitante": ug.nome.upper(),
        "codigoTipo": 50,
        "nomeTipo": "Contrato",
        "codigoCategoria": 60,
        "nomeCategoria": "Compras",
        "codigoSubcategoria": None,
        "nomeSubcategoria": None,
        "niFornecedor": contract.supplier.documento,
        "nomeRazaoSocialFornecedor": contract.supplier.nome.upper(),
        "processo": contract.processo,
        "objeto": contract.objeto.upper(),
        "informacoesComplementares": "",
        "dataVigenciaInicial": _moment(contract.vigencia_inicio),
        "dataVigenciaFinal": _moment(contract.vigencia_fim) if contract.vigencia_fim else None,
        "valorGlobal": state.valor_global_cents / 100,
        "numeroParcelas": contract.num_parcelas,
        "valorParcela": state.valor_global_cents // parcels / 100,
        "valorAcumulado": state.valor_global_cents / 100,
        "totalDespesasAcessorias": None,
        "dataHoraInclusao": entered,
        "numeroControlePncpContrato": control_number(contract, 2) if contract.ano >= 2023 else None,
        "idCompra": purchase_id(contract),
        "dataHoraExclusao": closes(edition).isoformat() if is_excluded else None,
        "contratoExcluido": is_excluded,
    }


def _purchase(seed: int, state: ContractState, published: date, edition: str) -> Document:
    contract, ug = state.contract, state.contract.ug
    draw = chance(seed, "purchase document", contract.id)
    code, name = MODALITIES[contract.modalidade_codigo]
    updated = min(datetime.combine(contract.data_assinatura, time(10)), closes(edition))
    return {
        "idCompra": purchase_id(contract),
        "numeroControlePNCP": control_number(contract, 1),
        "anoCompraPncp": contract.ano,
        "sequencialCompraPncp": contract.id % 1_000_000,
        "orgaoEntidadeCnpj": ug.cnpj,
        "codigoOrgao": int(ug.orgao.codigo),
        "orgaoEntidadeRazaoSocial": ug.orgao.nome.upper(),
        "orgaoEntidadeEsferaId": "F",
        "orgaoEntidadePoderId": "E",
        "unidadeOrgaoCodigoUnidade": ug.codigo,
        "unidadeOrgaoNomeUnidade": ug.nome.upper(),
        "unidadeOrgaoUfSigla": ug.uf,
        "unidadeOrgaoCodigoIbge": ug.municipio_ibge,
        "numeroCompra": f"{contract.id % 100_000:05}",
        "codigoModalidade": code,
        "modalidadeNome": name,
        "srp": registers_prices(seed, contract),
        "processo": contract.processo,
        "objetoCompra": contract.objeto,
        "informacaoComplementar": None,
        "existeResultado": True,
        "situacaoCompraIdPncp": "1",
        "situacaoCompraNomePncp": "Divulgada no PNCP",
        "valorTotalEstimado": round(contract.valor_inicial_cents * draw.uniform(1.0, 1.4)) / 100,
        "valorTotalHomologado": contract.valor_inicial_cents / 100,
        "dataInclusaoPncp": _moment(published),
        "dataPublicacaoPncp": _moment(published),
        "dataAtualizacaoPncp": updated.isoformat(),
        "contratacaoExcluida": draw.randrange(EXCLUDED_ONE_IN) == 0 and number(edition) > 0,
    }


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"
