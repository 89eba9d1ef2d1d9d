"""A source that changes its layout: what is noted of columns that change their shape or name, and what is shown."""

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from lagoa.cli.schema_changes import changes_table
from lagoa.lake.kinds import NESTED, PATTERNS, Kinds, join, kind_of

Feed = Any
Made = Callable[..., Any]
MANY = 40


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-20", "007"], "integer"),
        (["1", "2.50", "1.234,56", "3e+05", "-0,1"], "decimal"),
        (["true", "False", "Sim"], "boolean"),
        (["2026-01-01", "31/12/2025"], "date"),
        (["2026-01-01T10:00:00.123-03:00", "2026-01-01", "01/02/2026 10:00"], "timestamp"),
        (['{"a": 1}', "[1,\n2]"], "json"),
        (["1", "S/N"], "text"),
        (["1", "true"], "text"),
    ],
)
def test_the_narrowest_kind_of_all_values_is_told(texts: list[str], kind: str) -> None:
    assert kind_of(pa.array(texts), PATTERNS) == kind


@pytest.mark.parametrize(
    ("texts", "kind"),
    [(['{"a": 1}'], "object"), (["[1]", "[]"], "array"), (['{"a": 1}', "[]"], "text"), (["3"], "text")],
)
def test_the_kind_of_nested_values_is_their_outermost(texts: list[str], kind: str) -> None:
    assert kind_of(pa.array(texts), NESTED) == kind


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (None, "date", "date"),
        ("integer", "decimal", "decimal"),
        ("timestamp", "date", "timestamp"),
        ("integer", "date", "text"),
        ("json", "text", "text"),
    ],
)
def test_kinds_only_widen(one: str | None, other: str, both: str) -> None:
    assert join(one, other) == both


def test_few_values_say_nothing_of_a_column_that_was_not_known() -> None:
    kinds = Kinds(frozenset())
    kinds.look_at({"a": pa.array(["1", None, ""])})
    assert [kinds.of("a", None), kinds.of("a", "decimal"), kinds.of("b", None), kinds.of("b", "date")] == [
        None,
        "decimal",
        None,
        "date",
    ]


def content(**columns: Callable[[int], Any]) -> list[dict[str, Any]]:
    return [{"id": str(n), **{name: value(n) for name, value in columns.items()}} for n in range(MANY)]


def changes(source: Feed) -> list[tuple[str, str, str, str | None]]:
    query = "select run_id, column_name, change, detail from ops.schema_changes where source = %s order by id"
    return [tuple(row.values()) for row in source.query(query, source.spec.source)]  # type: ignore[misc]


def test_a_column_that_changes_its_shape_is_noted_once(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "valor", "data"])
    plain = content(valor=lambda n: str(n), data=lambda _: "2026-01-01")
    source.run(plain)
    source.run([{**row, "valor": f"{row['valor']},50"} for row in plain])
    source.run(plain)
    source.run([{**plain[0], "data": "ontem"}, *plain[1:]])
    source.run([{**plain[0], "data": "ontem"}, *plain[1:]])
    assert changes(source) == [
        ("run-2", "valor", "re-typed", "integer -> decimal"),
        ("run-4", "data", "re-typed", "date -> text"),
    ]


def test_a_nested_column_that_becomes_a_list_is_noted(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"], nested=["orgao"])
    source.run(content(orgao=lambda n: {"sigla": f"S{n}"}))
    source.run(content(orgao=lambda n: [{"sigla": f"S{n}"}]))
    assert changes(source) == [("run-2", "orgao", "re-typed", "object -> text")]


def test_a_column_that_goes_while_another_comes_in_its_place_seems_renamed(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"], optional=[])
    source.run(content(nome=lambda n: f"nome {n}", valor=str, uf=lambda _: "ES"))
    source.run(content(nome_completo=lambda n: f"nome {n}", valor=str, uf=lambda _: "ES"))
    assert changes(source) == [
        ("run-2", "nome_completo", "added", None),
        ("run-2", "nome", "vanished", None),
        ("run-2", "nome_completo", "renamed", "from nome?"),
    ]


def test_a_column_that_comes_elsewhere_or_of_another_kind_seems_new(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"])
    source.run(content(nome=lambda n: f"nome {n}", valor=str, uf=lambda _: "ES"))
    source.run(content(valor=str, uf=lambda _: "ES", outro=lambda n: f"x {n}"))
    source.run(content(codigo=str, uf=lambda _: "ES", outro=lambda _: "2026-01-01"))
    assert [change for change in changes(source) if change[2] == "renamed"] == [
        ("run-3", "codigo", "renamed", "from valor?")
    ]


def test_the_changes_are_shown(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"])
    source.run(content(valor=str))
    assert changes_table(source.settings, "'-infinity'::timestamptz", source.spec.source) is None
    source.run(content(valor=lambda n: f"R$ {n}"))
    table = changes_table(source.settings, "'-infinity'::timestamptz", source.spec.source)
    console = Console(width=200, file=io.StringIO())
    with console.capture() as capture:
        console.print(table)
    shown = capture.get()
    for text in (source.table, "valor", "re-typed integer -> text", "run-2"):
        assert text in shown


def test_a_replay_notes_nothing_twice(feed: Made) -> None:
    from lagoa.lake.replay import replay_source

    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"])
    source.run(content(valor=str, uf=lambda _: "ES"))
    source.run(content(valor=lambda n: f"R$ {n}"))
    before = changes(source), source.query("select * from ops.columns where source = %s", source.spec.source)
    replay_source(source.settings, source.spec)
    assert (changes(source), source.query("select * from ops.columns where source = %s", source.spec.source)) == before


def test_hashes_kept_as_text_by_an_older_version_are_taken_over(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "nome"])
    rows = [{"id": "1", "nome": "a"}, {"id": "2", "nome": "b"}]
    source.run(rows)
    source.execute(
        f"alter table bronze.{source.table} alter column _row_hash type text using replace(_row_hash::text, '-', '')"
    )
    result = source.run(rows)
    assert (result.changed, result.unchanged) == (0, 2)
    assert source.rows("pg_typeof(_row_hash)::text as type", "id = '1'") == [{"type": "uuid"}]
