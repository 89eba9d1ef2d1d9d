"""A shop's database behind Supabase's PostgREST: clientes, produtos, pedidos, itens_pedido, 100,000 rows at most.

https://<projeto>.supabase.co/rest/v1/<tabela>, with the project's key in the header apikey and as a bearer token. Over
recorded data it is Olist's public orders, under the shop's names; when a row last changed is when it was bought.
"""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, Request, Response

from lagoa.simulator.catalog import Cell, Column, Table
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.generated import shop
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.postgrest_api import PostgrestApi, refused
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/loja/rest/v1"
KEY = "simulated-loja_chave"
MAX_ROWS = 100_000
CHANGING = {"clientes": "cidade", "produtos": "categoria", "pedidos": "situacao", "itens_pedido": "vendedor_id"}
LACKING = {"clientes": "uf", "produtos": "preco", "pedidos": "situacao", "itens_pedido": "preco"}
FOLDER = "shop_olist"
RECORDED_EDITION = "2018-01-01"
UNTOLD = "2017-01-01T00:00:00"
"""When clients and products changed whose orders do not tell."""
FILES = {"clientes": "customers", "produtos": "products", "pedidos": "orders", "itens_pedido": "order_items"}
OLIST: dict[str, dict[str, str | None]] = {
    "clientes": {
        "cliente_id": "customer_id", "cliente_unico_id": "customer_unique_id", "nome": None, "email": None,
        "telefone": None, "cpf": None, "cep_prefixo": "customer_zip_code_prefix", "cidade": "customer_city",
        "uf": "customer_state", "criado_em": None,
    },
    "produtos": {
        "produto_id": "product_id", "categoria": "product_category_name", "fotos": "product_photos_qty",
        "peso_g": "product_weight_g", "comprimento_cm": "product_length_cm", "altura_cm": "product_height_cm",
        "largura_cm": "product_width_cm", "preco": None,
    },
    "pedidos": {
        "pedido_id": "order_id", "cliente_id": "customer_id", "situacao": "order_status",
        "comprado_em": "order_purchase_timestamp", "aprovado_em": "order_approved_at",
        "postado_em": "order_delivered_carrier_date", "entregue_em": "order_delivered_customer_date",
        "entrega_prevista_em": "order_estimated_delivery_date",
    },
    "itens_pedido": {
        "pedido_id": "order_id", "item": "order_item_id", "produto_id": "product_id", "vendedor_id": "seller_id",
        "limite_envio_em": "shipping_limit_date", "preco": "price", "frete": "freight_value",
    },
}  # fmt: skip
"""The shop's columns -> Olist's."""


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /loja."""
    api = APIRouter(prefix=PREFIX)
    tables = PostgrestApi(
        world, "loja", lambda name, edition: _table(world, name, edition), CHANGING, LACKING, MAX_ROWS
    )

    @api.get("/{name}")
    def rows(request: Request, name: str) -> Response:
        sent = request.headers.get("apikey"), request.headers.get("authorization")
        if sent != (KEY, f"Bearer {KEY}"):
            return refused(401, "PGRST301", "Invalid API key")
        return tables.answer(request, name)

    return api


def _table(world: World, name: str, edition: str) -> Table:
    if world.recorded is None:
        return shop.table(world.seed, world.scale, name, edition)
    columns = tuple(Column(column, kind) for column, kind in shop.COLUMNS[name].items())
    return Table(columns, _recorded(world.recorded / FOLDER, name))


def _recorded(folder: Path, name: str) -> Iterator[tuple[Cell, ...]]:
    """Olist's rows as they are, times with a T, whole numbers as such; empty is null."""
    bought = {row["order_id"]: row["order_purchase_timestamp"] for row in _read(folder, "orders")}
    by_client = {row["customer_id"]: row["order_purchase_timestamp"] for row in _read(folder, "orders")}
    for row in _read(folder, FILES[name]):
        changed = bought.get(row.get("order_id", "")) or by_client.get(row.get("customer_id", "")) or UNTOLD
        cells: list[Cell] = []
        for column, theirs in OLIST[name].items():
            text = row[theirs] if theirs else ""
            is_time = column.endswith("_em")
            whole = shop.COLUMNS[name][column] == "integer"
            cells.append(None if text == "" else int(text) if whole else text.replace(" ", "T") if is_time else text)
        yield (*cells, changed.replace(" ", "T"))


def _read(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _editions(world: World) -> tuple[str, ...]:
    if world.recorded is None:
        return EDITIONS
    return (RECORDED_EDITION,) if (world.recorded / FOLDER / "orders.csv.gz").is_file() else ()


SIMULATED = Simulated(
    name="loja",
    title="Loja: pedidos no Supabase (PostgREST, com chave)",
    router=router,
    faults=PAGED | {"missing_column"},
    editions=_editions,
    examples=lambda _: [("pedidos (exige chave)", f"{PREFIX}/pedidos?order=pedido_id&limit=100")],
)
