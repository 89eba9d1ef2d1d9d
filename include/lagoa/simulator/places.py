"""The nested shapes in which IBGE shows an estado and a município."""

from lagoa.simulator.catalog import Document
from lagoa.simulator.facts import Uf


def state(uf: Uf) -> Document:
    """An estado as the API nests it."""
    return {"id": uf.id, "sigla": uf.sigla, "nome": uf.nome, "regiao": uf.regiao._asdict()}


def municipality(
    code: int,
    name: str,
    uf: Uf,
    *,
    immediate: tuple[int, str],
    intermediate: tuple[int, str],
    micro: tuple[int, str] | None,
    meso: tuple[int, str] | None,
) -> Document:
    """A município as the API nests it; `microrregiao` is null in those made after 2017."""
    return {
        "id": code,
        "nome": name,
        "microrregiao": _place(micro) | {"mesorregiao": _place(meso) | {"UF": state(uf)}} if micro and meso else None,
        "regiao-imediata": _place(immediate) | {"regiao-intermediaria": _place(intermediate) | {"UF": state(uf)}},
    }


def _place(place: tuple[int, str]) -> Document:
    return {"id": place[0], "nome": place[1]}
