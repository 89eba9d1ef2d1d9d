"""The shop's database: whole, incremental by the last change, its persons treated, Olist's files under its names."""

import csv
import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.specs.conftest import Row, at_edition, extracted, forget, loaded, query

from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource, spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated import shop
from lagoa.simulator.generated.calendar import EDITIONS

TABLES = tuple(shop.COLUMNS)
KEYS = {"clientes": 1, "produtos": 1, "pedidos": 1, "itens_pedido": 2}


def truth(settings: Settings, name: str, edition: str = EDITIONS[-1]) -> list[Row]:
    """The rows that the generator knows, as text."""
    made = shop.table(settings.simulator_seed, settings.simulator_scale, name, edition)
    names = [column.name for column in made.columns]
    return [
        {column: None if cell is None else str(cell) for column, cell in zip(names, row, strict=True)}
        for row in made.rows
    ]


def by_key(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=repr)


@pytest.mark.parametrize("name", ["produtos", "pedidos", "itens_pedido"])
def test_every_row_comes_as_it_is(generated: Settings, name: str) -> None:
    manifest, rows = extracted(generated, "loja", name)
    assert by_key(rows) == by_key(truth(generated, name))
    assert manifest.announced == len(rows) > 0


def test_persons_are_pseudonyms_that_still_join_and_telephones_stay_out(generated: Settings) -> None:
    _, rows = extracted(generated, "loja", "clientes")
    known = {row["cliente_id"]: row for row in truth(generated, "clientes")}
    assert {row["cliente_id"] for row in rows} == set(known)
    for row in rows:
        before = known[row["cliente_id"]]
        assert "telefone" not in row
        assert all(len(row[name]) == 32 and row[name] != before[name] for name in ("nome", "email", "cpf"))
        assert row["cidade"] == before["cidade"]
    assert len({row["cpf"] for row in rows}) == len({row["cpf"] for row in known.values()})


def test_a_further_run_asks_only_for_what_changed_since(generated: Settings) -> None:
    forget(generated, "loja")
    at_edition(generated, "loja", 2)
    loaded(generated, "loja", "pedidos")
    at_edition(generated, "loja", "last")
    manifest = extract_resource(generated, "loja", "pedidos", "loja-incremental")
    load(spec_of(generated, "loja"), manifest, settings=generated)
    reached = max(str(row["atualizado_em"]) for row in truth(generated, "pedidos", EDITIONS[1]))
    since = dt.datetime.fromisoformat(reached).date() - dt.timedelta(days=2)
    assert [each.asked for each in manifest.slices] == [{"or": f"(atualizado_em.gte.{since},atualizado_em.is.null)"}]
    assert 0 < manifest.received < len(truth(generated, "pedidos"))
    stored = query(generated, "select pedido_id, situacao from bronze.loja__pedidos where _deleted_at is null")
    known = {row["pedido_id"]: row["situacao"] for row in truth(generated, "pedidos")}
    told = {row["pedido_id"]: row["situacao"] for row in stored}
    deleted = shop.key("pedido", shop.DELETED)
    assert told == known | {deleted: told[deleted]}, "what was deleted is seen only by a full run"
    loaded(generated, "loja", "pedidos")
    gone = query(generated, "select pedido_id from bronze.loja__pedidos where _deleted_at is not null")
    assert gone == [{"pedido_id": deleted}]


# pragma: allowlist nextline secret
@pytest.mark.parametrize("sent", [{}, {"apikey": "simulated-loja_chave"}, {"apikey": "x", "authorization": "Bearer x"}])
def test_without_the_right_key_nothing_is_told(generated: Settings, sent: dict[str, str]) -> None:
    url = f"{generated.simulator_base}/loja/rest/v1/pedidos"
    assert httpx.get(url, headers=sent, trust_env=False).status_code == 401


def test_no_answer_holds_more_than_100_000_rows_and_the_spec_asks_for_less(generated: Settings) -> None:
    paging: Any = spec_of(generated, "loja").resources["pedidos"]
    assert paging.paging.page_size <= 100_000


@pytest.mark.parametrize(
    ("name", "file", "column", "theirs"),
    [
        ("clientes", "customers", "cidade", "customer_city"),
        ("produtos", "products", "peso_g", "product_weight_g"),
        ("pedidos", "orders", "situacao", "order_status"),
        ("itens_pedido", "order_items", "preco", "price"),
    ],
)
def test_olist_s_orders_come_whole_under_the_shop_s_names(
    recorded: Settings, real_data: Path, name: str, file: str, column: str, theirs: str
) -> None:
    _, rows = extracted(recorded, "loja", name)
    with gzip.open(real_data / "shop_olist" / f"{file}.csv.gz", "rt", encoding="utf-8", newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert len(rows) == len(lines) > 6000
    assert sorted(row[column] or "" for row in rows) == sorted(line[theirs] for line in lines)
