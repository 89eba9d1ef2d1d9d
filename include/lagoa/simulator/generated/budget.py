"""The federal budget as the Portal publishes it: public classification + chance -> yearly CSV rows in a ZIP.

`orcamento.json` lists, per órgão superior, the largest units and actions of 2025 with their size in millions of
reais (source: Portal da Transparência, OrcamentoDespesa); here each action is split into lines and executed.
"""

import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from lagoa.simulator.generated.amounts import reais
from lagoa.simulator.generated.calendar import number
from lagoa.simulator.generated.draw import chance, share_out

HEADER = (
    "EXERCÍCIO", "CÓDIGO ÓRGÃO SUPERIOR", "NOME ÓRGÃO SUPERIOR", "CÓDIGO ÓRGÃO SUBORDINADO",
    "NOME ÓRGÃO SUBORDINADO", "CÓDIGO UNIDADE ORÇAMENTÁRIA", "NOME UNIDADE ORÇAMENTÁRIA", "CÓDIGO FUNÇÃO",
    "NOME FUNÇÃO", "CÓDIGO SUBFUNÇÃO", "NOME SUBFUNÇÃO", "CÓDIGO PROGRAMA ORÇAMENTÁRIO",
    "NOME PROGRAMA ORÇAMENTÁRIO", "CÓDIGO AÇÃO", "NOME AÇÃO", "CÓDIGO CATEGORIA ECONÔMICA",
    "NOME CATEGORIA ECONÔMICA", "CÓDIGO GRUPO DE DESPESA", "NOME GRUPO DE DESPESA", "CÓDIGO ELEMENTO DE DESPESA",
    "NOME ELEMENTO DE DESPESA", "ORÇAMENTO INICIAL (R$)", "ORÇAMENTO ATUALIZADO (R$)",
    "ORÇAMENTO EMPENHADO (R$)", "ORÇAMENTO REALIZADO (R$)",
    "% REALIZADO DO ORÇAMENTO (COM RELAÇÃO AO ORÇAMENTO ATUALIZADO)",
)  # fmt: skip
YEARS = {2023: 0.88, 2024: 0.94, 2025: 1.0}
"""The exercícios and their size against 2025."""

ROWS_AT_SCALE_1 = 6000
MILLION_REAIS = 100_000_000
"""In cents."""

SPENT_AFTER_COMMITMENT = {"1": 0.97, "2": 0.98, "3": 0.93, "4": 0.66, "5": 0.85, "6": 0.98}
"""What is usually paid of what was committed, by grupo de despesa."""

RESERVE = "9"
UNASSIGNED = ("00", "Não informado")
RESTATED_ONE_IN = 40
NEW_ONE_IN = 120
RESTATED_YEARS = {1: (2025,), 2: (2024, 2025)}
"""Which exercícios the second and the third edition restate."""


@dataclass(frozen=True)
class Action:
    """A budget action in a unit, with what its lines share and its size in millions of reais."""

    key: str
    texts: tuple[str, ...]
    group: str
    millions: int


@lru_cache(maxsize=1)
def _facts() -> tuple[tuple[Action, ...], dict[str, list[tuple[str, str, int]]]]:
    """All actions, and the elements of each grupo with how common they are."""
    text = resources.files("lagoa.simulator.generated").joinpath("orcamento.json").read_text("utf-8")
    facts = json.loads(text)
    actions = []
    for top in facts["orgaos"]:
        for unit in top["unidades"]:
            for function, subfunction, program, action, group, millions in unit["acoes"]:
                name, category, category_name = facts["grupos"][group]
                texts = (
                    *top["orgao_superior"], *unit["orgao"], *unit["unidade"],
                    function, facts["funcoes"][function], subfunction, facts["subfuncoes"][subfunction],
                    program, facts["programas"][program], action, facts["acoes"][action],
                    category, category_name, group, name,
                )  # fmt: skip
                key = "-".join((unit["unidade"][0], subfunction, program, action, group))
                actions.append(Action(key, texts, group, millions))
    elements = {group: [tuple(element) for element in found] for group, found in facts["elementos"].items()}
    return tuple(actions), elements


def archive(seed: int, scale: float, year: int, edition: str) -> bytes | None:
    """The ZIP of a year, written row by row."""
    if year not in YEARS:
        return None
    buffer = io.BytesIO()
    moment = (*map(int, edition.split("-")), 5, 2, 0)
    with zipfile.ZipFile(buffer, "w") as zipped:
        member = zipfile.ZipInfo(f"{year}_OrcamentoDespesa.csv", moment)  # type: ignore[arg-type]
        member.compress_type = zipfile.ZIP_DEFLATED
        with (
            zipped.open(member, "w") as raw,
            io.TextIOWrapper(raw, encoding="latin-1", newline="") as text,
        ):
            writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            writer.writerow(HEADER)
            writer.writerows(rows(seed, scale, year, edition))
    return buffer.getvalue()


def rows(seed: int, scale: float, year: int, edition: str) -> Iterator[tuple[str, ...]]:
    """The rows of a year, in another order each edition."""
    actions, _ = _facts()
    start = (number(edition) * 211) % len(actions)
    lines = ROWS_AT_SCALE_1 * scale / len(actions)
    for action in (*actions[start:], *actions[:start]):
        yield from _rows_of(action, seed, lines, year, number(edition))


def _rows_of(action: Action, seed: int, lines: float, year: int, edition: int) -> Iterator[tuple[str, ...]]:
    draw = chance(seed, "budget", year, action.key)
    total = int(action.millions * YEARS[year] * draw.lognormvariate(0, 0.06) * MILLION_REAIS)
    count = max(1, int(lines * draw.uniform(0.4, 1.6) + draw.random()))
    committed_part = 0.0 if action.group == RESERVE else draw.uniform(0.86, 0.985)
    paid_part = min(0.999, SPENT_AFTER_COMMITMENT.get(action.group, 0) * draw.uniform(0.94, 1.03))
    restated = _restated(action, seed, year, edition)
    for share in share_out(total, [draw.expovariate(1) + 0.02 for _ in range(count)]):
        element = _element(draw, action.group)
        initial = int(share * draw.uniform(0.9, 1.04)) if draw.random() < 0.3 else share
        committed = int(share * min(1.0, committed_part * draw.uniform(0.97, 1.03)))
        paid = int(committed * min(1.0, paid_part * draw.uniform(0.97, 1.02)) * restated)
        odd = draw.random()
        if odd < 0.008:  # committed where nothing is budgeted, as in lines moved between elements
            yield _row(year, action, element, 0, 0, min(committed, 40_000_000), min(paid, 30_000_000))
            continue
        row = _row(year, action, element, initial, share, committed, paid)
        yield row
        if odd > 0.997 and share < MILLION_REAIS * 50:  # an exact repetition, which is a second fact
            yield row
    if draw.random() < 0.25:  # what was budgeted and taken back before being assigned
        taken = -int(total * draw.uniform(0.001, 0.02)) // 100 * 100
        yield _row(year, action, UNASSIGNED, taken, 0, 0, 0)
    if draw.random() < 0.02:
        yield _row(year, action, UNASSIGNED, 0, -int(total * 0.0005), 0, 0)
    is_new = year == max(YEARS) and edition and chance(seed, "new", action.key).randrange(NEW_ONE_IN) < edition
    if is_new:
        extra = int(total * 0.004)
        yield _row(year, action, _element(draw, action.group), 0, extra, extra, extra // 2)


def _restated(action: Action, seed: int, year: int, edition: int) -> float:
    """What later editions make of the amounts paid: a little more, for one action in forty."""
    factor = 1.0
    for later in range(1, edition + 1):
        if year in RESTATED_YEARS[later]:
            draw = chance(seed, "restated", later, year, action.key)
            if draw.randrange(RESTATED_ONE_IN) == 0:
                factor *= draw.uniform(0.985, 1.01)
    return factor


def _element(draw: random.Random, group: str) -> tuple[str, str]:
    _, elements = _facts()
    known = elements.get(group)
    if not known:
        return UNASSIGNED
    code, name, _ = draw.choices(known, [weight**0.7 for _, _, weight in known])[0]
    return code, name


def _row(
    year: int, action: Action, element: tuple[str, str], initial: int, updated: int, committed: int, paid: int
) -> tuple[str, ...]:
    rate = paid * 10_000 // updated if updated > 0 else 0
    amounts = (reais(initial), reais(updated), reais(committed), reais(paid), f"{reais(rate)}%")
    return (str(year), *action.texts, *element, *amounts)
