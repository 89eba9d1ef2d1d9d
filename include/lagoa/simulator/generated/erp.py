"""An ERP in the shape of SAP Business One's: partners, items, orders, and the invoices that orders become.

Partners are companies of the federal core and some persons; every document names a partner and items that exist.
Between editions documents close, prices change, new ones come; nothing is deleted: it is cancelled. Some partners and
items were never changed since they were made, and tell no moment of it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.federation import federation
from lagoa.simulator.generated.people import cpf, person

FIRST = date(2025, 1, 6)
ITEMS = 60
KINDS = (("cCustomer", 6.0), ("cSupplier", 3.0), ("cLid", 1.0))


def documents(seed: int, scale: float, name: str, edition: str) -> Iterator[Document]:
    """The documents of an entity set as an edition shows them."""
    made = {"BusinessPartners": partners, "Items": items, "Orders": orders, "Invoices": invoices}
    return made[name](seed, scale, edition)


def partners(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """Companies with a CNPJ in TaxId0, and every eighth a person with a CPF in TaxId4."""
    for at, seller in enumerate(federation(seed, 1.0).companies[: _partners(seed, scale)]):
        draw = chance(seed, "erp", "partner", at)
        is_person = at % 8 == 5
        code, name = card(at), person(draw) if is_person else seller.nome
        moves = at % 20 == 4 and number(edition) > 0
        changed = closes(EDITIONS[1]) - timedelta(days=1, hours=at % 7) if moves else _clock(FIRST, draw.randint(0, 99))
        number_of = cpf(draw) if is_person else seller.documento
        yield {
            "CardCode": code, "CardName": name, "CardType": "cCustomer" if at < 5 else pick(draw, KINDS),
            "FederalTaxID": number_of, "CurrentAccountBalance": draw.randint(-900_000, 2_500_000) / 100,
            "Currency": "R$", "Valid": "tYES", "U_Segmento": "Governo" if moves else "Privado",
            "EmailAddress": f"contato@parceiro{at}.example",
            "ContactEmployees": [{"Name": person(draw), "E_Mail": f"pessoa@parceiro{at}.example"}],
            "BPAddresses": [{"AddressName": "Cobrança", "City": "Recife", "State": seller.uf, "Country": "BR"}],
            "BPFiscalTaxIDCollection": [
                {"BPCode": code, "TaxId0": None if is_person else number_of, "TaxId4": number_of if is_person else None}
            ],
            **_stamp(changed if moves or at % 3 else None),
        }  # fmt: skip


def items(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """What is bought and sold."""
    for at in range(ITEMS):
        draw = chance(seed, "erp", "item", at)
        rises = at % 12 == 7 and number(edition) > 0
        changed = closes(EDITIONS[1]) - timedelta(days=2) if rises else _clock(FIRST, draw.randint(0, 60))
        price = cost(seed, at) * (110 if rises else 100) // 100
        yield {
            "ItemCode": f"A{at:05d}", "ItemName": f"Item {at} {draw.choice(('caixa', 'unidade', 'serviço'))}",
            "ItemsGroupCode": 100 + at % 4, "QuantityOnStock": float(draw.randint(0, 900)), "Valid": "tYES",
            "ItemPrices": [{"PriceList": 1, "Price": price / 100, "Currency": "R$"}],
            "ItemWarehouseInfoCollection": [{"WarehouseCode": "01", "InStock": float(draw.randint(0, 500))}],
            **_stamp(changed if rises or at % 3 else None),
        }  # fmt: skip


def orders(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """The orders up to an edition; those that were invoiced are closed."""
    for at in _held(scale, edition):
        yield _document(seed, scale, at, edition, is_invoice=False)


def invoices(seed: int, scale: float, edition: str) -> Iterator[Document]:
    """The invoices of the orders, some days later; SequenceSerial is the number of the nota fiscal."""
    for at in _held(scale, edition):
        if invoiced(seed, scale, at) <= closes(edition):
            yield _document(seed, scale, at, edition, is_invoice=True)


def invoiced(seed: int, scale: float, at: int) -> datetime:
    """When an order becomes an invoice."""
    return _began(at, scale) + timedelta(days=chance(seed, "erp", "invoice", at).randint(1, 40), hours=3)


def paid(seed: int, scale: float, at: int) -> datetime:
    """When an invoice is paid."""
    return invoiced(seed, scale, at) + timedelta(days=chance(seed, "erp", "paid", at).randint(5, 60))


def _document(seed: int, scale: float, at: int, edition: str, *, is_invoice: bool) -> Document:
    draw, now = chance(seed, "erp", "order", at), closes(edition)
    partner = draw.randrange(5) if draw.random() < 0.3 else draw.randrange(_partners(seed, scale))
    lines = [
        _line(line, draw.randrange(ITEMS), draw.randint(1, 40), seed, is_invoice, at)
        for line in range(draw.randint(1, 4))
    ]
    total = round(sum(line["LineTotal"] for line in lines), 2)
    made = invoiced(seed, scale, at) if is_invoice else _began(at, scale)
    ends = paid(seed, scale, at) if is_invoice else invoiced(seed, scale, at)
    is_over, is_cancelled = ends <= now, at % 70 == 9
    return {
        "DocEntry": at + 1, "DocNum": (8000 if is_invoice else 1000) + at + 1, "DocDate": made.date().isoformat(),
        "DocDueDate": (made + timedelta(days=30)).date().isoformat(), "TaxDate": made.date().isoformat(),
        "CardCode": card(partner), "CardName": _partner_name(seed, scale, partner),
        "Address": f"Rua da Aurora, {partner + 1}, Recife", "DocTotal": total, "DocCurrency": "R$", "DocRate": 1.0,
        "PaidToDate": total if is_invoice and is_over else 0.0,
        "DocumentStatus": "bost_Close" if is_over else "bost_Open", "Cancelled": "tYES" if is_cancelled else "tNO",
        "SequenceSerial": 50_000 + at if is_invoice else None, "DocumentLines": lines,
        **_stamp(ends if is_over else made),
    }  # fmt: skip


def _line(line: int, item: int, count: int, seed: int, is_invoice: bool, order: int) -> Document:
    price = cost(seed, item)
    found: Document = {
        "LineNum": line, "ItemCode": f"A{item:05d}", "Quantity": float(count), "Price": price / 100,
        "LineTotal": price * count / 100, "TaxCode": "5101-001", "CFOPCode": "5101", "Usage": 1,
    }  # fmt: skip
    return found | ({"BaseType": 17, "BaseEntry": order + 1, "BaseLine": line} if is_invoice else {})


@lru_cache(maxsize=4)
def _partner_names(seed: int, scale: float) -> tuple[str, ...]:
    return tuple(str(each["CardName"]) for each in partners(seed, scale, EDITIONS[0]))


def _partner_name(seed: int, scale: float, at: int) -> str:
    return _partner_names(seed, scale)[at]


def cost(seed: int, item: int) -> int:
    """What an item costs, in cents."""
    return chance(seed, "erp", "cost", item).randint(500, 120_000)


def card(at: int) -> str:
    """A partner's code."""
    return f"C{20_000 + at}"


def _partners(seed: int, scale: float) -> int:
    return min(len(federation(seed, 1.0).companies), max(20, round(120 * scale)))


def _count(scale: float) -> int:
    return max(40, round(900 * scale))


def _held(scale: float, edition: str) -> Iterator[int]:
    for at in range(_count(scale)):
        if _began(at, scale) <= closes(edition):
            yield at


def _began(at: int, scale: float) -> datetime:
    first = datetime(FIRST.year, FIRST.month, FIRST.day, 8)
    whole = closes(EDITIONS[-1]) - timedelta(hours=9) - first
    return (first + whole * (at + 1) / _count(scale)).replace(microsecond=0)


def _clock(day: date, days: int) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 21) + timedelta(days=days)


def _stamp(moment: datetime | None) -> Document:
    """The day and, apart, the time of the last change; None = there was none yet."""
    if moment is None:
        return {"UpdateDate": None, "UpdateTime": None}
    return {"UpdateDate": moment.date().isoformat(), "UpdateTime": moment.time().isoformat("seconds")}
