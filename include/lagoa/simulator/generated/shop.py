"""A shop's orders in the shape of Olist's data set: clients, products, orders with their lines, all with a last change.

Every line names an order and a product that exist, every order a client. Between editions orders move on, prices
change, new orders come, and one order is deleted with its lines.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from lagoa.simulator.catalog import Cell, Column, Kind, Table
from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance, pick
from lagoa.simulator.generated.people import cpf, person

FIRST = datetime(2025, 1, 2, 8)
CATEGORIES = (
    ("livros", 3.0), ("papelaria", 2.5), ("informatica_acessorios", 2.0), ("moveis_escritorio", 1.5),
    ("utilidades_domesticas", 1.0), (None, 0.1),
)  # fmt: skip
CITIES = (("RECIFE", "PE", "50"), ("SAO PAULO", "SP", "01"), ("RIO DE JANEIRO", "RJ", "20"), ("BRASILIA", "DF", "70"))
ENDS = (("delivered", 96.0), ("canceled", 2.0), ("unavailable", 2.0))
COLUMNS: dict[str, dict[str, Kind]] = {
    "clientes": {
        "cliente_id": "text", "cliente_unico_id": "text", "nome": "text", "email": "text", "telefone": "text",
        "cpf": "text", "cep_prefixo": "text", "cidade": "text", "uf": "text", "criado_em": "text",
        "atualizado_em": "text",
    },
    "produtos": {
        "produto_id": "text", "categoria": "text", "fotos": "number", "peso_g": "number", "comprimento_cm": "number",
        "altura_cm": "number", "largura_cm": "number", "preco": "number", "atualizado_em": "text",
    },
    "pedidos": {
        "pedido_id": "text", "cliente_id": "text", "situacao": "text", "comprado_em": "text", "aprovado_em": "text",
        "postado_em": "text", "entregue_em": "text", "entrega_prevista_em": "text", "atualizado_em": "text",
    },
    "itens_pedido": {
        "pedido_id": "text", "item": "integer", "produto_id": "text", "vendedor_id": "text", "limite_envio_em": "text",
        "preco": "number", "frete": "number", "atualizado_em": "text",
    },
}  # fmt: skip
DELETED = 7
"""The order that the last edition no longer has."""


def sizes(scale: float) -> tuple[int, int, int]:
    """Clients, products, orders."""
    return max(20, round(600 * scale)), max(10, round(150 * scale)), max(40, round(1500 * scale))


def table(seed: int, scale: float, name: str, edition: str) -> Table:
    """One table of the shop as an edition shows it."""
    rows = {"clientes": clients, "produtos": products, "pedidos": orders, "itens_pedido": lines}[name]
    columns = tuple(Column(column, kind) for column, kind in COLUMNS[name].items())
    return Table(columns, rows(seed, scale, edition))


def clients(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    """Who buys; some of them have moved by the second edition."""
    count, _, _ = sizes(scale)
    for at in range(count):
        draw = chance(seed, "loja", "cliente", at)
        name, phone = person(draw), f"81 9{draw.randint(0, 9999):04d}-{draw.randint(0, 9999):04d}"
        city, uf, zip_code = draw.choice(CITIES)
        since = changed = FIRST - timedelta(days=draw.randint(1, 400), minutes=draw.randint(0, 1000))
        if at % 40 == 3 and number(edition) > 0:
            city, uf, zip_code = "OLINDA", "PE", "53"
            changed = closes(EDITIONS[1]) - timedelta(hours=at % 30 + 1)
        email = f"{name.split()[0].lower()}.{at}@cliente.example"
        yield (
            key("cliente", at), key("pessoa", at - at % 3), name, email, phone, cpf(draw),
            f"{zip_code}{draw.randint(0, 999):03d}", city, uf, written(since), written(changed),
        )  # fmt: skip


def products(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    """What is sold; a tenth costs more from the second edition on."""
    _, count, _ = sizes(scale)
    for at in range(count):
        draw = chance(seed, "loja", "produto", at)
        cents, changed = price(seed, at), FIRST - timedelta(days=draw.randint(30, 400))
        if at % 10 == 4 and number(edition) > 0:
            cents, changed = cents * 107 // 100, closes(EDITIONS[1]) - timedelta(hours=5)
        size = [f"{draw.randint(5, 90)}.0" for _ in range(3)]
        weight = f"{draw.randint(1, 90) * 50}.0"
        photos = str(draw.randint(1, 5))
        yield key("produto", at), pick(draw, CATEGORIES), photos, weight, *size, money(cents), written(changed)


def orders(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    """What was bought up to an edition, as far as it has come by then."""
    for at in _held(scale, edition):
        yield order(seed, scale, at, edition)


def order(seed: int, scale: float, at: int, edition: str) -> tuple[Cell, ...]:
    """One order: bought, approved, posted, delivered, each once it has happened."""
    draw = chance(seed, "loja", "pedido", at)
    now, bought = closes(edition), _bought(at, scale)
    buyers, _, _ = sizes(scale)
    steps = [bought]
    for hours in (draw.randint(1, 30), draw.randint(20, 80), draw.randint(40, 400)):
        steps.append(steps[-1] + timedelta(hours=hours, minutes=draw.randint(0, 59)))
    end = pick(draw, ENDS)
    done = [step for step in steps if step <= now]
    reached = ("created", "invoiced", "shipped", "delivered")[len(done) - 1]
    if end != "delivered" and len(done) > 1:
        done, reached = done[:2], end
    approved, posted, delivered = ([written(step) for step in done[1:]] + [None] * 3)[:3]
    expected = written((bought + timedelta(days=25)).replace(hour=0, minute=0, second=0))
    client = key("cliente", draw.randrange(buyers))
    return key("pedido", at), client, reached, written(bought), approved, posted, delivered, expected, written(done[-1])


def lines(seed: int, scale: float, edition: str) -> Iterator[tuple[Cell, ...]]:
    """The lines of the orders of an edition; one order in ninety has none."""
    _, wares, _ = sizes(scale)
    for at in _held(scale, edition):
        draw = chance(seed, "loja", "itens", at)
        bought = _bought(at, scale)
        for line in range(1, 1 + (0 if at % 90 == 11 else pick(draw, ((1, 8.0), (2, 2.0), (3, 1.0))))):
            ware = draw.randrange(wares)
            yield (
                key("pedido", at), line, key("produto", ware), key("vendedor", draw.randrange(12)),
                written(bought + timedelta(days=6)), money(price(seed, ware)), money(draw.randint(700, 6000)),
                written(bought),
            )  # fmt: skip


def _held(scale: float, edition: str) -> Iterator[int]:
    _, _, count = sizes(scale)
    for at in range(count):
        is_deleted = at == DELETED and number(edition) == len(EDITIONS) - 1
        if _bought(at, scale) <= closes(edition) and not is_deleted:
            yield at


def _bought(at: int, scale: float) -> datetime:
    """Orders come evenly from 2025 to the last edition."""
    _, _, count = sizes(scale)
    whole = closes(EDITIONS[-1]) - timedelta(hours=3) - FIRST
    return (FIRST + whole * (at + 1) / count).replace(microsecond=0)


def price(seed: int, ware: int) -> int:
    """What a product costs, in cents."""
    return chance(seed, "loja", "preco", ware).randint(900, 90_000)


def key(kind: str, at: int) -> str:
    """32 hexadecimal digits, as Olist's."""
    return f"{chance(0, 'loja', kind, at).getrandbits(128):032x}"


def money(cents: int) -> str:
    """199.9, as Olist writes amounts: no needless zeros."""
    return repr(cents / 100)


def written(moment: datetime) -> str:
    """Wall-clock time of Brasília."""
    return moment.isoformat(timespec="seconds")
