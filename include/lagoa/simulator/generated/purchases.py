"""Contratações as PNCP shows them: a life of dated events per purchase -> its state at an edition.

A purchase is published, opened, and later homologated, suspended, revoked or annulled; an edition shows what had
happened by its day, so later editions bring new records, changed ones and (one in 300) records that vanished.
"""

import random
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.agencies import Agency, agencies
from lagoa.simulator.generated.calendar import EDITIONS, REFERENCE, closes, number
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.objects import MODALITIES, OBJECTS, SYSTEMS

PURCHASES_AT_SCALE_1 = 1500
DAYS = 365
MONTHLY_WEIGHTS = (1.25, 0.9, 0.55, 0.78, 0.95, 1.0, 1.05, 1.1, 1.08, 1.15, 1.12, 1.05)
"""From November to October: busy before the year ends, quiet in January."""

SECRET = 0.15
VANISHED_ONE_IN = 300
UNFINISHED = ((1, "Divulgada no PNCP"), (2, "Revogada"), (3, "Anulada"), (4, "Suspensa"))
OUTCOMES = ((0, 0.86), (1, 0.05), (2, 0.03), (3, 0.06))
"""What becomes of a purchase: an index into UNFINISHED and how often; 0 is homologated in the end."""


@dataclass(frozen=True)
class Life:
    """What happens to one purchase and when."""

    published: datetime
    closed: datetime
    closing: int


def purchases(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """All purchases that the edition shows, by publication."""
    count = round(PURCHASES_AT_SCALE_1 * scale)
    now = closes(edition)
    is_last = number(edition) == len(EDITIONS) - 1
    for position in range(count):
        draw = chance(seed, "purchase", position)
        life = _life(draw, (position + 0.5) / count)
        has_vanished = is_last and position % VANISHED_ONE_IN == 77
        if life.published <= now and not has_vanished:
            yield _document(seed, draw, position, life, now)


def _life(draw: random.Random, part: float) -> Life:
    totals = list(accumulate(MONTHLY_WEIGHTS, initial=0.0))
    point = part * totals[-1]
    month = max(1, bisect_left(totals, point))
    within = (point - totals[month - 1]) / MONTHLY_WEIGHTS[month - 1]
    day = datetime(REFERENCE.year, REFERENCE.month, REFERENCE.day) - timedelta(
        days=DAYS - (month - 1 + within) * DAYS / len(MONTHLY_WEIGHTS)
    )
    day += timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)  # nothing appears at a weekend
    published = day.replace(
        hour=draw.randint(7, 18), minute=draw.randint(0, 59), second=draw.randint(0, 59), microsecond=0
    )
    wait = timedelta(days=draw.uniform(20, 95), seconds=draw.randint(0, 3599))
    return Life(published, (published + wait).replace(microsecond=0), pick(draw, OUTCOMES))


def _document(seed: int, draw: random.Random, position: int, life: Life, now: datetime) -> Document:
    buyers, weights = agencies(seed)
    agency = draw.choices(buyers, cum_weights=weights)[0]
    modality = pick(draw, MODALITIES)
    kind = draw.choice(OBJECTS)
    is_closed = life.closed <= now and not (modality.is_direct and life.closing)
    opening = life.published.replace(minute=0, second=0) + timedelta(hours=1)
    closing = opening + timedelta(days=draw.randint(8, 16))
    estimate = round(draw.lognormvariate(modality.log_median, modality.spread), 2)
    paid = round(estimate * draw.uniform(*modality.discount), 2)
    is_secret = not modality.is_direct and draw.random() < SECRET / 0.58
    status_id, status = UNFINISHED[life.closing if is_closed else 0]
    is_awarded = is_closed and status_id == 1
    early = min(now, life.published + timedelta(minutes=draw.randint(1, 40)))
    updated = life.closed if is_closed else early
    year = life.published.year
    system = pick(draw, SYSTEMS)
    return {
        "amparoLegal": modality.law,
        "anoCompra": year,
        "dataAberturaProposta": None if modality.id == 9 else _moment(opening),
        "dataAtualizacao": _moment(early),
        "dataAtualizacaoGlobal": _moment(updated),
        "dataEncerramentoProposta": None if modality.id == 9 else _moment(closing),
        "dataInclusao": _moment(life.published),
        "dataPublicacaoPncp": _moment(life.published),
        "emendaParlamentar": None,
        "fontesOrcamentarias": [],
        "informacaoComplementar": None,
        "justificativaPresencial": None,
        "linkProcessoEletronico": None,
        "linkSistemaOrigem": None,
        "modalidadeId": modality.id,
        "modalidadeNome": modality.name,
        "modoDisputaId": modality.dispute[0],
        "modoDisputaNome": modality.dispute[1],
        "numeroCompra": f"{position + 1:05}",
        "numeroControlePNCP": f"{agency.cnpj}-1-{position + 1:06}/{year}",
        "objetoCompra": kind.format(place=agency.place.name),
        "orgaoEntidade": {
            "cnpj": agency.cnpj,
            "esferaId": agency.sphere,
            "poderId": "E" if agency.sphere == "E" else "N",
            "razaoSocial": agency.name,
        },
        "orgaoSubRogado": None,
        "processo": f"{position + 1:06}/{year}",
        "sequencialCompra": position + 1,
        "situacaoCompraId": status_id,
        "situacaoCompraNome": status,
        "srp": modality.id == 6 and draw.random() < 0.5,
        "tipoInstrumentoConvocatorioCodigo": modality.instrument[0],
        "tipoInstrumentoConvocatorioNome": modality.instrument[1],
        "unidadeOrgao": _unit(draw, agency),
        "unidadeSubRogada": None,
        "usuarioNome": system,
        "valorTotalEstimado": 0.0 if is_secret else estimate,
        "valorTotalHomologado": paid if is_awarded else None,
    }  # fmt: skip


def _unit(draw: random.Random, agency: Agency) -> Document:
    code, name = draw.choice(agency.units)
    return {
        "codigoIbge": str(agency.place.code),
        "codigoUnidade": code,
        "municipioNome": agency.place.name,
        "nomeUnidade": name,
        "ufNome": agency.place.uf.nome,
        "ufSigla": agency.place.uf.sigla,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
