"""A source that changes its layout: what is noted of columns that change their shape or name, and what is shown."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from lagoa.cli.schema_changes import changes_table
from lagoa.lake.kinds import NESTED, PATTERNS, Kinds, join, kind_of
from lagoa.lake.replay import replay_source

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
    kinds.look_at({"a": pa.array(["1", None, ""])}, 3)
    assert [kinds.of("a", None), kinds.of("a", "decimal"), kinds.of("b", None), kinds.of("b", "date")] == [
        None,
        "decimal",
        None,
        "date",
    ]


def test_the_rows_looked_at_are_spread_over_the_part() -> None:
    kinds = Kinds(frozenset())
    texts = pa.array([str(n) if n < 90_000 else "S/N" for n in range(100_000)])
    for start in range(0, 100_000, 16_384):
        kinds.look_at({"a": texts.slice(start, 16_384)}, 100_000)
    assert kinds.of("a", None) == "text"


def test_of_a_column_of_text_every_value_is_looked_at() -> None:
    texts = pa.array([*map(str, range(99_999)), "S/N"])
    for known, kind in (((), "integer"), (("a",), "text")):
        kinds = Kinds(frozenset(), known)
        kinds.look_at({"a": texts}, 100_000)
        assert kinds.of("a", "text", all_rows=True) == kind


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


def test_a_column_of_text_that_now_holds_numbers_is_noted_where_all_rows_came(feed: Made) -> None:
    source = feed({"mode": "merge", "key": ["id"], "max_shrink": 1}, ["id", "codigo"])
    source.run(content(codigo=lambda n: f"A{n}"))
    source.run(content(codigo=str), full=False)
    source.run(content(codigo=str)[:20])
    assert changes(source) == [], "a part of a column of texts often looks like numbers"
    source.run(content(codigo=str))
    source.run(content(codigo=str))
    assert changes(source) == [("run-4", "codigo", "re-typed", "text -> integer")]


def test_an_optional_field_that_is_seen_no_more_has_vanished(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "uf", "nunca"], optional=["uf", "nunca"])
    plain = content()
    with_uf = content(uf=lambda _: "ES")
    for rows in (with_uf, plain, plain, with_uf):
        source.run(rows)
    assert changes(source) == [("run-2", "uf", "vanished", None), ("run-4", "uf", "returned", None)]


def test_a_run_that_asks_for_a_part_or_for_old_days_notes_no_absence(feed: Made) -> None:
    source = feed({"mode": "merge", "key": ["id"], "max_shrink": 1}, ["id"])
    with_extra = content(extra=str)
    source.run(with_extra)
    source.run(content()[:1], full=False, backfill=True)
    source.run(content()[:1], full=False)
    source.run(content(extra=lambda n: f"R$ {n}")[:1], full=False)
    source.run(content())
    source.run(with_extra[:1], full=False, backfill=True)
    source.run(with_extra[:1], full=False)
    assert changes(source) == [
        ("run-4", "extra", "re-typed", "integer -> text"),
        ("run-5", "extra", "vanished", None),
        ("run-7", "extra", "returned", None),
    ]


def test_a_column_that_vanished_before_is_no_neighbour(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"])
    source.run(content(antes=str, nome=lambda n: f"nome {n}"))
    source.run(content(nome=lambda n: f"nome {n}", uf=lambda _: "ES"))
    source.run(content(nome_completo=lambda n: f"nome {n}", valor=str))
    assert ("run-3", "nome_completo", "renamed", "from nome?") in changes(source)


def test_a_nested_column_that_becomes_a_list_is_noted(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"], nested=["orgao"])
    source.run(content(orgao=lambda n: {"sigla": f"S{n}"}))
    source.run(content(orgao=lambda n: [{"sigla": f"S{n}"}]))
    assert changes(source) == [("run-2", "orgao", "re-typed", "object -> array")]


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


def declared(source: Feed, *fields: str, nested: Sequence[str] = ()) -> None:
    """Mend the spec: these are the fields now."""
    rows = source.spec.resources["rows"].model_copy(update={"fields": list(fields), "nested": list(nested)})
    source.spec = source.spec.model_copy(update={"resources": {"rows": rows}})


def test_a_field_that_turns_out_to_be_nested_becomes_jsonb(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "local"])
    rows = [{"id": "1", "local": {"uf": "ES"}}, {"id": "2", "local": "Vitória"}, {"id": "3", "local": None}]
    source.run(rows)
    declared(source, "id", nested=["local"])
    source.run([*rows, {"id": "4", "local": ["ES"]}])
    assert source.rows("id, local") == [*rows, {"id": "4", "local": ["ES"]}]
    assert source.rows("id, pg_typeof(local)::text as kind", "id = '1'") == [{"id": "1", "kind": "jsonb"}]


def test_a_replay_into_a_table_whose_field_became_nested_writes_json(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "local"])
    source.run([{"id": "1", "local": {"uf": "ES"}}])
    declared(source, "id", nested=["local"])
    replay_source(source.settings, source.spec)
    assert source.rows("id, local") == [{"id": "1", "local": {"uf": "ES"}}]


def test_a_field_that_is_nested_no_more_becomes_text(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id"], nested=["local"])
    source.run([{"id": "1", "local": {"uf": "ES"}}, {"id": "2", "local": "Vitória"}])
    declared(source, "id", "local")
    source.run([{"id": "1", "local": {"uf": "ES"}}, {"id": "2", "local": "Vitória"}, {"id": "3", "local": "Serra"}])
    assert source.rows("id, local") == [
        {"id": "1", "local": '{"uf": "ES"}'},
        {"id": "2", "local": "Vitória"},
        {"id": "3", "local": "Serra"},
    ]


def test_a_nested_field_that_is_gone_from_source_and_spec_stays_as_a_column_of_its_type(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "nome"], nested=["local"])
    source.run([{"id": "1", "nome": "a", "local": {"uf": "ES"}}, {"id": "2", "nome": "b", "local": ["RJ"]}])
    declared(source, "id", "nome")
    source.run([{"id": "1", "nome": "A"}, {"id": "2", "nome": "b"}])
    assert source.rows("id, nome, local, pg_typeof(local)::text as kind", "id = '1'") == [
        {"id": "1", "nome": "A", "local": None, "kind": "jsonb"}
    ]
