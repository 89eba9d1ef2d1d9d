"""What is bought and how: PNCP's modalities with their law, and descriptions of usual purchases.

Codes: https://www.gov.br/pncp/pt-br/central-de-conteudo/manuais (tabelas de domínio).
"""

from dataclasses import dataclass

from lagoa.simulator.catalog import Document


@dataclass(frozen=True)
class Modality:
    """A modality, with what its figures look like.

    Estimates are log-normal (`log_median` of reais, `spread`); `discount` is the range of what is paid in the end,
    against the estimate.
    """

    id: int
    name: str
    law: Document
    dispute: tuple[int, str]
    instrument: tuple[int, str]
    log_median: float
    spread: float
    discount: tuple[float, float]

    @property
    def is_direct(self) -> bool:
        """Whether it is contracted without a competition."""
        return self.id in (8, 9)


def _law(code: int, name: str, description: str) -> Document:
    return {"codigo": code, "descricao": description, "nome": name}


EDITAL = (1, "Edital")
MODALITIES: tuple[tuple[Modality, float], ...] = (
    (
        Modality(
            6,
            "Pregão - Eletrônico",
            _law(
                1,
                "Lei 14.133/2021, Art. 28, I",
                "pregão: modalidade de licitação obrigatória para aquisição de bens e serviços comuns",
            ),
            (1, "Aberto"),
            EDITAL,
            log_median=12.6,
            spread=1.5,
            discount=(0.68, 0.99),
        ),
        0.52,
    ),
    (
        Modality(
            8,
            "Dispensa",
            _law(19, "Lei 14.133/2021, Art. 75, II", "contratação de pequeno valor para outros serviços e compras"),
            (4, "Dispensa Com Disputa"),
            (2, "Aviso de Contratação Direta"),
            log_median=10.1,
            spread=0.8,
            discount=(0.85, 1.0),
        ),
        0.3,
    ),
    (
        Modality(
            9,
            "Inexigibilidade",
            _law(6, "Lei 14.133/2021, Art. 74, I", "fornecedor exclusivo"),
            (5, "Não se aplica"),
            (3, "Ato que autoriza a Contratação Direta"),
            log_median=11.2,
            spread=1.2,
            discount=(0.98, 1.0),
        ),
        0.12,
    ),
    (
        Modality(
            4,
            "Concorrência - Eletrônica",
            _law(2, "Lei 14.133/2021, Art. 28, II", "concorrência"),
            (3, "Aberto-Fechado"),
            EDITAL,
            log_median=14.4,
            spread=1.1,
            discount=(0.75, 0.98),
        ),
        0.06,
    ),
)
SYSTEMS = (("Compras.gov.br", 0.7), ("Portal de Compras Públicas", 0.2), ("BLL Compras", 0.1))
OBJECTS = (
    "Registro de preços para aquisição de medicamentos da farmácia básica de {place}",
    "Aquisição de gêneros alimentícios para a alimentação escolar da rede de {place}",
    "Contratação de serviços continuados de limpeza e conservação predial em {place}",
    "Registro de preços para aquisição de material de expediente",
    "Locação de veículos, sem motorista, com quilometragem livre",
    "Aquisição de equipamentos de informática: computadores, monitores e impressoras",
    "Pavimentação asfáltica e drenagem de vias urbanas em {place}",
    "Reforma e ampliação de unidade básica de saúde em {place}",
    "Construção de escola de educação infantil em {place}",
    "Registro de preços para aquisição de pneus e câmaras de ar para a frota",
    "Fornecimento de combustíveis para a frota, com gestão por cartão",
    "Serviços de manutenção preventiva e corretiva de aparelhos de ar condicionado",
    "Aquisição de material médico-hospitalar para as unidades de saúde de {place}",
    "Contratação de serviço de vigilância patrimonial armada e desarmada",
    "Transporte escolar para alunos da rede pública de {place}",
    "Licenciamento de software de gestão de protocolo e processos eletrônicos",
    "Coleta, transporte e destinação final de resíduos sólidos urbanos de {place}",
    "Aquisição de uniformes e kits escolares",
    "Manutenção da iluminação pública, com troca por luminárias de LED, em {place}",
    "Serviços de impressão, com fornecimento de equipamentos e suprimentos",
    "Aquisição de mobiliário escolar",
    "Serviços de engenharia para projetos básicos e executivos",
    "Locação de estruturas para eventos: palco, som e iluminação",
    "Aquisição de ambulância tipo A para o serviço móvel de {place}",
    "Exames laboratoriais para os usuários do Sistema Único de Saúde em {place}",
    "Registro de preços para aquisição de material de construção",
    "Contratação de link dedicado de acesso à internet",
    "Aquisição de equipamentos de proteção individual",
    "Capacitação de servidores em contratações públicas",
    "Assinatura de banco de preços para pesquisa de mercado",
)
