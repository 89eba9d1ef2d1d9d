"""The old SICONV API (2012-13) and a ministry's panel, in the shape of their recorded files.

(seed, scale, edition) -> header and rows: columns that come and go, a header that names `id` twice, padded money.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from lagoa.simulator.generated.agreements import transfers
from lagoa.simulator.generated.amounts import bare_reais, grouped_reais
from lagoa.simulator.generated.calendar import number
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federal_bodies import bodies

Row = tuple[str, ...]
PROGRAMMES_AT_SCALE_1 = 900
VANISHED_ONE_IN = 97
BEFORE = (
    "id", "cod_programa_siconv", "data_disponibilizacao", "data_fim_recebimento_propostas",
    "data_inicio_recebimento_propostas", "data_publicacao_dou", "nome", "obriga_plano_trabalho", "orgao_executor",
    "orgao_mandatario", "orgao_superior", "orgao_vinculado",
)  # fmt: skip
AFTER = (
    "cod_programa_siconv", "data_disponibilizacao", "data_fim_beneficiario_especifico",
    "data_fim_emenda_parlamentar", "data_fim_recebimento_propostas", "data_inicio_beneficiario_especifico",
    "data_inicio_emenda_parlamentar", "data_inicio_recebimento_propostas", "nome", "obriga_plano_trabalho",
    "orgao_executor", "orgao_mandatario", "orgao_superior", "orgao_vinculado",
)  # fmt: skip
ORGAOS = ("id", "uri", "cod_siasg", "id", "nome", "orgao_superior")
CONCEDENTES = ("id", "nome", "orgao_superior")
PAINEL = (
    "NR_CONVENIO", "ANO", "UNID RESP", "MODALIDADE", "RP", "VINCULAÇÃO", "C / D", "DESCRIÇÃO RP", "AUTOR", "PROPOSTA",
    "PROCESSO", "CNPJ", "PROPONENTES", "UF", "SITUACAO", "SITUACAO DE CONTRATACAO ATUAL", "EMPENHADO", "PUBLICACAO",
    "OBJETO", "CATEGORIA", " VL_GLOBAL_CONV", " VL_REPASSE_CONV", " VL_CONTRAPARTIDA_CONV", "DIA_INIC_VIGENC_CONV",
    "DIA_FIM_VIGENC_CONV", "DIA_LIMITE_PREST_CONTAS", "SUB_ROGACAO", "ESTADO", "NR_EMENDA", "NOME_PARLAMENTAR",
    "BENEFICIARIO_EMENDA", "IND_IMPOSITIVO", "TIPO_PARLAMENTAR", " VALOR_REPASSE_PROPOSTA_EMENDA",
    " VALOR_REPASSE_EMENDA",
)  # fmt: skip
SENTINELS = (("-9", "NÃO SE APLICA"), ("-8", "NÃO INFORMADO"))
NAMES = ("Gestão da Política de Desenvolvimento Urbano", "PROGRAMA CALHA NORTE", 'Apoio, fomento e "extensão"')
URI = "http://api.convenios.gov.br/siconv/id/orgao"


def programme_header(edition: str) -> Row:
    """Two columns go and four come with the second edition."""
    return AFTER if number(edition) else BEFORE


def programmes(seed: int, scale: float, edition: str) -> Iterator[Row]:
    """Programmes; each edition has new ones, the last one has lost some."""
    header = programme_header(edition)
    count = max(30, round(PROGRAMMES_AT_SCALE_1 * scale))
    known = count - round(count * 0.02 * (2 - number(edition)))
    orgaos = bodies()[0]
    for position in range(known):
        if number(edition) == 2 and position % VANISHED_ONE_IN == 11:
            continue
        draw = chance(seed, "old programme", position)
        orgao = draw.choice(orgaos)
        begin = date(2008, 7, 1) + timedelta(days=position * 1600 // count)
        code = f"{orgao.codigo}{begin.year}{position + 1:04}"
        values = {
            "id": code,
            "cod_programa_siconv": code,
            "data_disponibilizacao": f"{begin}",
            "data_inicio_recebimento_propostas": f"{begin + timedelta(days=3)}" if draw.random() < 0.75 else "",
            "data_fim_recebimento_propostas": f"{begin + timedelta(days=120)}" if draw.random() < 0.75 else "",
            "data_inicio_emenda_parlamentar": f"{begin}" if draw.random() < 0.2 else "",
            "nome": draw.choice(NAMES),
            "obriga_plano_trabalho": draw.choice(("True", "True", "True", "False")),
            "orgao_executor": orgao.codigo,
            "orgao_mandatario": draw.choice(("", "25220")),
            "orgao_superior": orgao.superior_codigo,
            "orgao_vinculado": orgao.codigo,
        }  # fmt: skip
        yield tuple(values.get(name, "") for name in header)


def orgaos() -> Iterator[Row]:
    """Bodies with sentinels; the body above is written as an object."""
    for code, name in SENTINELS:
        yield code, f"{URI}/{code}", code, code, name, f"<objeto: {URI}/{code}>"
    for orgao in bodies()[0]:
        above = f"<objeto: {URI}/{orgao.superior_codigo}>"
        yield orgao.codigo, f"{URI}/{orgao.codigo}", orgao.codigo, orgao.codigo, orgao.nome.upper(), above


def concedentes() -> Iterator[Row]:
    """Who grants."""
    for code, name in SENTINELS:
        yield code, name, code
    for orgao in bodies()[0]:
        yield orgao.codigo, orgao.nome.upper(), orgao.superior_codigo


def painel(seed: int, scale: float) -> Iterator[Row]:
    """A panel kept by hand over the agreements: amendment columns are empty for four rows in ten."""
    for agreement in transfers(seed, scale).agreements:
        proposal = agreement.proposal
        amendment = proposal.amendments[0] if proposal.amendments else None
        number_ = f"{proposal.id % 1_000_000:06}/{proposal.proposed.year}"
        whole = (
            (amendment.numero, amendment.parlamentar, "0", "SIM" if amendment.is_mandatory else "NÃO", amendment.tipo,
             bare_reais(amendment.cents), bare_reais(amendment.cents))
            if amendment else ("",) * 7
        )  # fmt: skip
        digits = proposal.cnpj
        cnpj = f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}/{digits[8:12]}-{digits[12:]}"
        yield (
            str(agreement.numero), str(agreement.signed.year), "CME", "Convênio", "6" if amendment else "2",
            "405" if amendment else "400", "D", "DESPESA DISCRICIONARIA" if amendment else "PRIMARIO DISCRICIONARIO",
            f"{amendment.parlamentar} / EMENDA 1" if amendment else "SEM EMENDA", number_,
            f"21000.{agreement.numero % 1_000_000:06}/{agreement.signed.year}-14", cnpj,
            f"MUNICIPIO DE {proposal.place.name.upper()}", proposal.place.uf.sigla, "Em execução", "Em execução",
            "Normal", "sim", proposal.objeto, "MÁQUINAS E EQUIPAMENTOS",
            _padded(proposal.repasse_cents + proposal.contrapartida_cents), _padded(proposal.repasse_cents),
            _padded(proposal.contrapartida_cents if proposal.id % 40 else 0), _loose(agreement.signed),
            _loose(agreement.ends), _loose(agreement.ends + timedelta(days=60)), "NÃO", proposal.place.uf.nome, *whole,
        )  # fmt: skip


def _padded(cents: int) -> str:
    """Money as a spreadsheet shows it: ` 300.000,00 `, zero as ` -   `."""
    return f" {grouped_reais(cents)} " if cents else " -   "


def _loose(day: date) -> str:
    """A date without leading zeros."""
    return f"{day.day}/{day.month}/{day.year}"
