"""The organizational structure as SIORG writes it: the federation's bodies and units, and departments below them.

Codes are URIs; the tree hangs on codigoUnidadePai. An edition brings new departments and renames some.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.calendar import EDITIONS, number
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import federation

BASE = "https://estruturaorganizacional.dados.gov.br/id"
ROOT = 26
FIRST_INVENTED = 140_001
DEPARTMENTS_AT_SCALE_1 = 9
OFFICES = 3

THEMES = (
    "Planejamento", "Gestão de Pessoas", "Tecnologia da Informação", "Orçamento e Finanças", "Licitações e Contratos",
    "Articulação Institucional", "Avaliação e Monitoramento", "Assuntos Internacionais", "Governança", "Logística",
    "Regulação", "Extensão", "Pesquisa", "Comunicação Social",
)  # fmt: skip
RENAMED_ONE_IN = 40
NEW_ONE_IN = 60
GONE_ONE_IN = 120


@dataclass(frozen=True)
class Unit:
    """A node of the tree; `body` is the órgão or entidade that it belongs to."""

    code: int
    parent: int | None
    body: int
    kind: str
    name: str
    initials: str
    nature: int
    level: str


@lru_cache(maxsize=3)
def units(seed: int, scale: float, edition: str) -> tuple[Unit, ...]:
    """The whole tree, parents before their children."""
    found = [Unit(ROOT, None, ROOT, "orgao", "Presidência da República", "PR", 3, "Lei")]
    code = FIRST_INVENTED
    whole = federation(seed, scale)
    by_codigo = {orgao.codigo: orgao for orgao in whole.orgaos}
    for orgao in sorted(whole.orgaos, key=lambda each: each.codigo != each.superior_codigo):
        own = int(orgao.siorg)
        superior = by_codigo[orgao.superior_codigo]
        is_ministry = orgao is superior
        nature = 3 if is_ministry else 2 if "Fundação" in orgao.nome or "Universidade" in orgao.nome else 4
        kind = "orgao" if is_ministry else "entidade"
        parent = ROOT if is_ministry else int(superior.siorg)
        found.append(Unit(own, parent, own, kind, orgao.nome, orgao.sigla, nature, "Lei"))
        for ug in whole.ugs:
            if ug.orgao == orgao and int(ug.siorg) != own:
                found.append(_unit(int(ug.siorg), own, own, ug.nome, ug.sigla, nature))
        for position in range(max(2, round(DEPARTMENTS_AT_SCALE_1 * scale))):
            theme = THEMES[position % len(THEMES)]
            department = _unit(code, own, own, f"Diretoria de {theme}", f"DIR{position + 1}/{orgao.sigla}", nature)
            found.append(department)
            for turn in range(OFFICES):
                office = f"Coordenação {turn + 1} de {theme}"
                found.append(_unit(code + turn + 1, code, own, office, f"C{turn + 1}/{department.initials}", nature))
            code += OFFICES + 1
    return tuple(_at(seed, found, edition))


def document(unit: Unit, edition: str) -> Document:
    """A unit as `estrutura-organizacional/resumida` lists it."""
    return {
        "codigoUnidade": f"{BASE}/unidade-organizacional/{unit.code}",
        "codigoUnidadePai": None if unit.parent is None else f"{BASE}/unidade-organizacional/{unit.parent}",
        "codigoOrgaoEntidade": f"{BASE}/unidade-organizacional/{unit.body}",
        "codigoTipoUnidade": unit.kind,
        "nome": unit.name,
        "sigla": unit.initials,
        "codigoEsfera": f"{BASE}/esfera/1",
        "codigoPoder": f"{BASE}/poder/1",
        "codigoNaturezaJuridica": f"{BASE}/natureza-juridica/{unit.nature}",
        "nivelNormatizacao": unit.level,
        "versaoConsulta": f"{BASE}/versao-consulta/{edition.replace('-', '')}",
    }


def below(tree: tuple[Unit, ...], code: int) -> list[Unit]:
    """A unit and everything under it, whatever the depth."""
    inside = {code}
    found = []
    for unit in tree:
        if unit.code == code or unit.parent in inside:
            inside.add(unit.code)
            found.append(unit)
    return found


def posts() -> list[Document]:
    """`cargo-funcao`: the kinds of posts with their levels."""
    kinds = (
        ("1", "Cargo Comissionado Executivo", "CCE", 17),
        ("2", "Função Comissionada Executiva", "FCE", 17),
        ("3", "Cargo de Natureza Especial", "NE", 1),
        ("4", "Função Comissionada de Coordenação de Curso", "FCC", 1),
        ("5", "Cargo de Direção", "CD", 4),
        ("6", "Função Gratificada", "FG", 9),
    )
    return [
        {
            "codigoTipo": f"{BASE}/tipo-cargo-funcao/{code}",
            "nome": name,
            "sigla": initials,
            "cargosFuncoes": [
                {
                    "codigoCargoFuncao": f"{BASE}/cargo-funcao/{code}{level:02}",
                    "categoria": "1",
                    "nivel": f"{level:02}",
                    "regraAutoridade": level >= 15,
                }
                for level in range(1, levels + 1)
            ],
            "atoNormativo": {"tipo": "Lei", "numero": "14.204", "data": "2021-09-16"},
            "denominacoes": [
                {"codigo": f"{code}01", "descricao": "Coordenador"},
                {"codigo": f"{code}02", "descricao": "Diretor"},
            ],
        }
        for code, name, initials, levels in kinds
    ]


def _unit(code: int, parent: int, body: int, name: str, initials: str, nature: int) -> Unit:
    return Unit(code, parent, body, "unidade-administrativa", name, initials, nature, "Decreto")


def _at(seed: int, tree: list[Unit], edition: str) -> Iterator[Unit]:
    """What an edition shows of the invented departments: offices come, change their names and go."""
    turn = number(edition)
    parents = {unit.parent for unit in tree}
    for unit in tree:
        draw = chance(seed, "siorg", unit.code)
        fate, when = draw.random(), draw.choice((1, 2))
        is_leaf = unit.code >= FIRST_INVENTED and unit.code not in parents
        if is_leaf and fate < 1 / NEW_ONE_IN and turn < when:
            continue
        if is_leaf and 0.5 < fate < 0.5 + 1 / GONE_ONE_IN and turn == len(EDITIONS) - 1:
            continue
        if unit.code >= FIRST_INVENTED and fate > 1 - 1 / RENAMED_ONE_IN and turn >= when:
            yield replace(unit, name=f"{unit.name} e Inovação")
            continue
        yield unit
