"""The federal bodies of generated data: órgãos and their units (UGs), fixed whatever the seed and the scale.

Names and codes follow SIAFI's tables; CNPJs are invented, with valid check digits, and so are SIORG's codes but MEC's.
"""

from dataclasses import dataclass
from functools import lru_cache

from lagoa.simulator.facts import UFS
from lagoa.simulator.generated.agencies import cnpj

FIRST_ROOT = 96_000_211
DIRECT = "00001"
"""The gestão of the direct administration (Tesouro Nacional)."""


@dataclass(frozen=True)
class Orgao:
    """A body; `superior_codigo` is its ministry's code, its own for a ministry."""

    codigo: str
    siorg: str
    sigla: str
    nome: str
    cnpj: str
    superior_codigo: str


@dataclass(frozen=True)
class Ug:
    """A unit that spends: six digits of UG, five of gestão; `siorg` is its own code in SIORG's tree."""

    codigo: str
    gestao: str
    nome: str
    sigla: str
    orgao: Orgao
    siorg: str
    uf: str
    municipio_ibge: int
    cnpj: str


ORGAOS = (
    ("26000", "244", "MEC", "Ministério da Educação", "26000"),
    ("26298", "247", "FNDE", "Fundo Nacional de Desenvolvimento da Educação", "26000"),
    ("26291", "249", "CAPES", "Fundação Coordenação de Aperfeiçoamento de Pessoal de Nível Superior", "26000"),
    ("26248", "473", "UFRPE", "Universidade Federal Rural de Pernambuco", "26000"),
    ("26245", "420", "UFRJ", "Universidade Federal do Rio de Janeiro", "26000"),
    ("26238", "441", "UFMG", "Universidade Federal de Minas Gerais", "26000"),
    ("26239", "455", "UFPA", "Universidade Federal do Pará", "26000"),
    ("36000", "304", "MS", "Ministério da Saúde", "36000"),
    ("36201", "315", "FIOCRUZ", "Fundação Oswaldo Cruz", "36000"),
    ("24000", "1988", "MCTI", "Ministério da Ciência, Tecnologia e Inovação", "24000"),
    ("20501", "2009", "CNPQ", "Conselho Nacional de Desenvolvimento Científico e Tecnológico", "24000"),
    ("30000", "316", "MJSP", "Ministério da Justiça e Segurança Pública", "30000"),
    ("20101", "334", "AN", "Arquivo Nacional", "46000"),
    ("46000", "2981", "MGI", "Ministério da Gestão e da Inovação em Serviços Públicos", "46000"),
    ("47000", "2830", "MPO", "Ministério do Planejamento e Orçamento", "47000"),
    ("61201", "2842", "IPEA", "Instituto de Pesquisa Econômica Aplicada", "47000"),
    ("25205", "2844", "IBGE", "Fundação Instituto Brasileiro de Geografia e Estatística", "47000"),
    ("51000", "3064", "MESP", "Ministério do Esporte", "51000"),
    ("39000", "2850", "MT", "Ministério dos Transportes", "39000"),
    ("39252", "2864", "DNIT", "Departamento Nacional de Infraestrutura de Transportes", "39000"),
    ("44000", "1927", "MMA", "Ministério do Meio Ambiente e Mudança do Clima", "44000"),
    ("20701", "1933", "IBAMA", "Instituto Brasileiro do Meio Ambiente e dos Recursos Naturais Renováveis", "44000"),
    ("55000", "1945", "MDS", "Ministério do Desenvolvimento e Assistência Social", "55000"),
    ("53000", "2880", "MIDR", "Ministério da Integração e do Desenvolvimento Regional", "53000"),
)  # fmt: skip
"""código, SIORG, sigla, nome, ministry."""

UGS = (
    ("150002", DIRECT, "Subsecretaria de Gestão Administrativa", "SGA/MEC", "26000", "30101", "DF"),
    ("150011", DIRECT, "Secretaria de Educação Superior", "SESU", "26000", "30144", "DF"),
    ("153173", "15253", "Fundo Nacional de Desenvolvimento da Educação", "FNDE", "26298", "247", "DF"),
    ("154003", "15279", "Fundação CAPES", "CAPES", "26291", "249", "DF"),
    ("153165", "15239", "Universidade Federal Rural de Pernambuco", "UFRPE", "26248", "473", "PE"),
    ("156683", "15239", "Unidade Acadêmica de Serra Talhada", "UAST/UFRPE", "26248", "88031", "PE"),
    ("153115", "15236", "Universidade Federal do Rio de Janeiro", "UFRJ", "26245", "420", "RJ"),
    ("153152", "15236", "Hospital Universitário da UFRJ", "HUCFF/UFRJ", "26245", "82117", "RJ"),
    ("153062", "15229", "Universidade Federal de Minas Gerais", "UFMG", "26238", "441", "MG"),
    ("153261", "15229", "Hospital das Clínicas da UFMG", "HC/UFMG", "26238", "79022", "MG"),
    ("153063", "15230", "Universidade Federal do Pará", "UFPA", "26239", "455", "PA"),
    ("250005", DIRECT, "Departamento de Logística em Saúde", "DLOG", "36000", "41207", "DF"),
    ("257001", DIRECT, "Fundo Nacional de Saúde", "FNS", "36000", "41311", "DF"),
    ("254420", "25201", "Fundação Oswaldo Cruz", "FIOCRUZ", "36201", "315", "RJ"),
    ("254447", "25201", "Instituto Fernandes Figueira", "IFF/FIOCRUZ", "36201", "61190", "RJ"),
    ("240101", DIRECT, "Coordenação-Geral de Recursos Logísticos", "CGRL/MCTI", "24000", "35007", "DF"),
    ("364102", "36201", "Conselho Nacional de Desenvolvimento Científico e Tecnológico", "CNPQ", "20501", "2009", "DF"),
    ("200005", DIRECT, "Coordenação-Geral de Licitações e Contratos", "CGL/MJSP", "30000", "28840", "DF"),
    ("200334", DIRECT, "Coordenação de Administração da Polícia Federal", "COAD/PF", "30000", "28911", "DF"),
    ("200014", DIRECT, "Arquivo Nacional", "AN", "20101", "334", "RJ"),
    ("201057", DIRECT, "Central de Compras", "CENTRAL/MGI", "46000", "27350", "DF"),
    ("113601", "11302", "Instituto de Pesquisa Econômica Aplicada", "IPEA", "61201", "2842", "DF"),
    ("114629", "11301", "Fundação Instituto Brasileiro de Geografia e Estatística", "IBGE", "25205", "2844", "RJ"),
    ("180073", DIRECT, "Secretaria Nacional de Esporte", "SNE", "51000", "61502", "DF"),
    ("393003", "39252", "Departamento Nacional de Infraestrutura de Transportes", "DNIT", "39252", "2864", "DF"),
    ("393013", "39252", "Superintendência Regional no Pará", "SR-PA/DNIT", "39252", "77604", "PA"),
    ("193099", "19211", "Instituto Brasileiro do Meio Ambiente", "IBAMA", "20701", "1933", "DF"),
    ("440001", DIRECT, "Coordenação-Geral de Gestão Administrativa", "CGGA/MMA", "44000", "19300", "DF"),
    ("550005", DIRECT, "Subsecretaria de Assuntos Administrativos", "SAA/MDS", "55000", "19500", "DF"),
    ("530001", DIRECT, "Coordenação-Geral de Suporte Logístico", "CGSL/MIDR", "53000", "28810", "DF"),
)  # fmt: skip
"""UG, gestão, nome, sigla, órgão, SIORG, UF."""


@lru_cache(maxsize=1)
def bodies() -> tuple[tuple[Orgao, ...], tuple[Ug, ...]]:
    """All órgãos and all UGs."""
    capitals = {uf.sigla: uf.capital_id for uf in UFS}
    orgaos = {
        codigo: Orgao(codigo, siorg, sigla, nome, cnpj(FIRST_ROOT + position * 1_117), superior)
        for position, (codigo, siorg, sigla, nome, superior) in enumerate(ORGAOS)
    }
    ugs = tuple(
        Ug(codigo, gestao, nome, sigla, orgaos[orgao], siorg, uf, capitals[uf], orgaos[orgao].cnpj)
        for codigo, gestao, nome, sigla, orgao, siorg, uf in UGS
    )
    return tuple(orgaos.values()), ugs
