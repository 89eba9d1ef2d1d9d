"""A CRM in the shape of Ploomes': users, pipelines and stages, contacts, deals, quotes with their products.

Companies are suppliers of the federal core, so that CNPJs meet; people are invented. Deals move between editions, new
ones come, one is deleted with its quotes. Whatever changes has a later LastUpdateDate; some
contacts were never changed, and have none.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.federation import federation
from lagoa.simulator.generated.people import cpf, person

FIRST = datetime(2025, 2, 3, 9)
PIPELINES = ((10, "Licitações"), (20, "Venda direta"))
STAGES = ("Prospecção", "Qualificação", "Proposta", "Negociação", "Fechamento")
OPEN, WON, LOST = 1, 2, 3
USERS = 8
WARES = (("Licença anual", 1_200_000), ("Implantação", 3_500_000), ("Treinamento", 480_000), ("Suporte", 250_000))
DELETED = 5


def documents(seed: int, scale: float, name: str, edition: str) -> Iterator[Document]:
    """The documents of an entity set as an edition shows them."""
    made = {
        "Users": users, "Deals@Pipelines": pipelines, "Deals@Stages": stages, "Contacts": contacts, "Deals": deals,
        "Quotes": quotes,
    }  # fmt: skip
    return made[name](seed, scale, edition)


def users(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """Who sells."""
    for at in range(USERS):
        name = person(chance(seed, "crm", "user", at)).title()
        yield {"Id": 100 + at, "Name": name, "Email": f"vendas{at}@lagoa.example", "Suspended": at == USERS - 1}


def pipelines(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """The ways a deal goes."""
    for key, name in PIPELINES:
        yield {"Id": key, "Name": name}


def stages(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """The stages of each way."""
    for pipeline, _ in PIPELINES:
        for at, name in enumerate(STAGES):
            yield {"Id": pipeline * 10 + at, "Name": name, "PipelineId": pipeline, "Ordination": at}


def contacts(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """Companies (TypeId 1) and, at each third of them, a person (TypeId 2)."""
    for at, seller in enumerate(federation(seed, 1.0).companies[: _companies(seed, scale)]):
        draw = chance(seed, "crm", "contact", at)
        made = FIRST + timedelta(days=draw.randint(0, 200), minutes=draw.randint(0, 500))
        moves = at % 25 == 2 and number(edition) > 0
        changed = closes(EDITIONS[1]) - timedelta(hours=2 + at % 9) if moves else made
        owner = 100 + draw.randrange(USERS)
        common = {
            "OwnerId": owner,
            "CreateDate": written(made),
            "LastUpdateDate": written(changed) if moves or at % 4 else None,
        }
        yield {
            "Id": 40_000 + at, "TypeId": 1, "Name": seller.nome.title(), "LegalName": seller.nome,
            "Register": seller.documento, "Email": f"contato@empresa{at}.example", "CompanyId": None,
            "StatusId": 2 if moves else 1, "Phones": [_phone(draw.randint(0, 9999))], **common,
            "OtherProperties": [_property("contact_porte", pick(draw, (("ME", 2.0), ("EPP", 2.0), ("Demais", 1.0))))],
        }  # fmt: skip
        if at % 3 == 0:
            name = person(draw).title()
            yield {
                "Id": 60_000 + at, "TypeId": 2, "Name": name, "LegalName": None, "Register": cpf(draw),
                "Email": f"{name.split()[0].lower()}.{at}@empresa{at}.example", "CompanyId": 40_000 + at,
                "StatusId": 1, "Phones": [_phone(draw.randint(0, 9999))], **common, "OtherProperties": [],
            }  # fmt: skip


def deals(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """The deals that had begun by an edition, as far as they had come."""
    for at in _held(scale, edition):
        yield deal(seed, scale, at, edition)


def deal(seed: int, scale: float, at: int, edition: str) -> Document:
    """One deal: it goes through its stages, and ends won or lost."""
    draw, now, began = chance(seed, "crm", "deal", at), closes(edition), _began(at, scale)
    company = draw.randrange(_companies(seed, scale))
    pipeline, _ = draw.choice(PIPELINES)
    steps = [began]
    for _ in STAGES:
        steps.append(steps[-1] + timedelta(days=draw.randint(1, 25), hours=draw.randint(0, 9)))
    reached = sum(step <= now for step in steps) - 1
    is_over, wins = reached == len(STAGES), draw.random() < 0.45
    amount = sum(cents for _, cents, _ in wares(seed, at))
    return {
        "Id": 1_200_000 + at, "Title": f"Proposta {at:05d} - {_person(seed, at)}", "ContactId": 40_000 + company,
        "PersonId": 60_000 + company if company % 3 == 0 else None, "PersonName": _person(seed, at),
        "PipelineId": pipeline,
        "StageId": pipeline * 10 + min(reached, len(STAGES) - 1),
        "StatusId": (WON if wins else LOST) if is_over else OPEN, "Amount": amount / 100,
        "StartDate": written(began), "FinishDate": written(steps[-1]) if is_over else None,
        "LossReasonId": None if wins or not is_over else draw.randint(1, 4), "OwnerId": 100 + draw.randrange(USERS),
        "OriginId": draw.randint(1, 5), "CreateDate": written(began), "LastUpdateDate": written(steps[max(reached, 0)]),
        "OtherProperties": [_property("deal_modalidade", draw.choice(("Pregão", "Dispensa", "Adesão")))],
    }  # fmt: skip


def quotes(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """The quote of every deal that came as far as one; products live here."""
    for at in _held(scale, edition):
        made = deal(seed, scale, at, edition)
        if made["StageId"] % 10 < 2:
            continue
        products = [
            {"Id": 9_000_000 + at * 10 + line, "ProductId": 500 + ware, "ProductName": WARES[ware][0],
             "Quantity": count, "UnitPrice": cents / count / 100, "Total": cents / 100}
            for line, (ware, cents, count) in enumerate(wares(seed, at))
        ]  # fmt: skip
        yield {
            "Id": 7_000_000 + at, "DealId": made["Id"], "ContactId": made["ContactId"],
            "PersonName": made["PersonName"], "ContactEmail": f"contato@empresa{made['ContactId']}.example",
            "QuoteNumber": at + 1,
            "Amount": made["Amount"], "ApprovalStatusId": 2 if made["StatusId"] == WON else 1, "Products": products,
            "CreateDate": made["CreateDate"], "LastUpdateDate": made["LastUpdateDate"],
        }  # fmt: skip


def _person(seed: int, at: int) -> str:
    """Whom the seller speaks with."""
    return person(chance(seed, "crm", "deal with", at)).title()


def wares(seed: int, at: int) -> list[tuple[int, int, int]]:
    """What a deal is about: product, cents in all, quantity."""
    draw = chance(seed, "crm", "wares", at)
    chosen = draw.sample(range(len(WARES)), draw.randint(1, 3))
    return [(ware, WARES[ware][1] * count, count) for ware in chosen for count in [draw.randint(1, 4)]]


def _companies(seed: int, scale: float) -> int:
    return min(len(federation(seed, 1.0).companies), max(15, round(150 * scale)))


def _count(scale: float) -> int:
    return max(30, round(700 * scale))


def _held(scale: float, edition: str) -> Iterator[int]:
    for at in range(_count(scale)):
        is_deleted = at == DELETED and number(edition) == len(EDITIONS) - 1
        if _began(at, scale) <= closes(edition) and not is_deleted:
            yield at


def _began(at: int, scale: float) -> datetime:
    whole = closes(EDITIONS[-1]) - timedelta(hours=7) - FIRST
    return (FIRST + whole * (at + 1) / _count(scale)).replace(microsecond=0)


def _phone(digits: int) -> Document:
    return {"PhoneNumber": f"(81) 9{digits:04d}-0000", "TypeId": 1}


def _property(key: str, value: str) -> Document:
    return {"FieldKey": key, "StringValue": value, "IntegerValue": None, "DecimalValue": None}


def written(moment: datetime) -> str:
    """With milliseconds and Brasília's offset."""
    return f"{moment.isoformat(timespec='milliseconds')}-03:00"
