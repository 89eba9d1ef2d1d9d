"""How SIAFI and the Portal label an expense: codes with names, bodies, payees; labels end at 45 characters."""

from lagoa.simulator.generated.agencies import unaccented
from lagoa.simulator.generated.federal_bodies import Orgao, Ug, bodies
from lagoa.simulator.generated.federation import Commitment

Row = tuple[str, ...]
LABEL = 45
"""SIAFI cuts its labels there."""

CATEGORIES = {"3": "DESPESAS CORRENTES", "4": "DESPESAS DE CAPITAL"}
GROUPS = {"1": "Pessoal e Encargos Sociais", "3": "Outras Despesas Correntes", "4": "Investimentos"}
WAYS = {"90": "Aplicações Diretas", "91": "Aplicação Direta Decorrente de Operação entre Órgãos"}
ELEMENTS = {
    "14": "Diárias - Civil",
    "18": "Auxílio Financeiro a Estudantes",
    "30": "Material de Consumo",
    "33": "Passagens e Despesas com Locomoção",
    "37": "Locação de Mão-de-Obra",
    "39": "Outros Serviços de Terceiros - Pessoa Jurídica",
    "40": "Serviços de Tecnologia da Informação e Comunicação - PJ",
    "47": "Obrigações Tributárias e Contributivas",
    "51": "Obras e Instalações",
    "52": "Equipamentos e Material Permanente",
}
STIPEND = "18"
PER_DIEM = "14"
TAX = "47"
SUPPLIES = "30"
PLAN = ("0000", "ADMINISTRACAO DA UNIDADE", "00", "Sem informação")


def body(ug: Ug) -> Row:
    """A unit's órgão superior, órgão, UG and gestão, codes and names."""
    superior = orgao_of(ug.orgao.superior_codigo)
    suffix = " - Unidades com vínculo direto" if ug.orgao.codigo == superior.codigo else ""
    steward = "TESOURO NACIONAL" if ug.gestao == "00001" else unaccented(ug.orgao.nome)[:LABEL]
    return (
        superior.codigo, superior.nome, ug.orgao.codigo, (ug.orgao.nome + suffix)[:LABEL], ug.codigo,
        unaccented(ug.nome)[:LABEL], ug.gestao, steward,
    )  # fmt: skip


def orgao_of(code: str) -> Orgao:
    """An órgão by its code."""
    return next(orgao for orgao in bodies()[0] if orgao.codigo == code)


def payee(made: Commitment) -> Row:
    """A CNPJ, a UG's code, a masked CPF, or a generic number: the column mixes them."""
    if made.natureza[4:] in (PER_DIEM, STIPEND):
        return made.ug.codigo, unaccented(made.ug.nome)[:LABEL]
    if made.natureza[4:] == TAX:
        return "EXOTT1000", "SECRETARIA DA RECEITA FEDERAL DO BRASIL"
    return made.supplier.public, unaccented(made.supplier.nome)


def nature(code: str) -> Row:
    """A natureza de despesa (339039) taken apart: categoria, grupo, modalidade, elemento."""
    category, group, way, element = code[0], code[1], code[2:4], code[4:]
    return (
        category, CATEGORIES[category], group, GROUPS[group], way, WAYS[way], element,
        ELEMENTS[element][:LABEL],
    )  # fmt: skip
