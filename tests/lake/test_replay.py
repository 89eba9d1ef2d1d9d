"""Rebuilding bronze from the raw zone: the same rows, whole or not at all."""

import datetime as dt
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from lagoa.errors import ConfigError, ContractError
from lagoa.lake import replay, run, staging
from lagoa.lake.replay import replay_run, replay_source

Feed = Any


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "nome": name} for key, name in pairs]


def everything(source: Feed) -> tuple[Any, ...]:
    """All that a replay must bring back: rows with their metadata, ledger, state, schema changes."""
    changes = "select * from ops.schema_changes where source = %s order by id"
    return source.rows("*"), source.ledger(), source.state(), source.query(changes, source.spec.source)


@pytest.fixture
def told(snapshot: Feed) -> Feed:
    """A source with a history: changes, a new column, a column gone, rows gone and back, an accepted shrink."""
    snapshot.run(rows(("1", "a"), ("2", "b"), ("3", "c")))
    snapshot.run([{"id": "1", "nome": "A", "uf": "ES"}, {"id": "2", "nome": "b", "uf": None}])
    snapshot.run(rows(("1", "A")))
    with pytest.raises(ContractError):
        snapshot.run([])
    snapshot.run(rows(("4", "d")), accept_shrink=True)
    snapshot.run(rows(("2", "b"), ("4", "D")))
    return snapshot


def test_a_replay_brings_back_every_row_with_its_ids_versions_and_times(told: Feed) -> None:
    before = everything(told)
    (result,) = replay_source(told.settings, told.spec)
    assert everything(told) == before
    assert (result.inserted, result.updated, result.deleted, result.rows_after) == (4, 4, 3, 2)


def binary(source: Feed) -> bytes:
    """The whole table as Postgres writes it, rows in the order of their contents."""
    connection = psycopg2.connect(source.settings.dsn("lagoa_admin"))
    with connection, connection.cursor() as cursor:
        content = io.BytesIO()
        whole = f"select t.* from bronze.{source.table} as t order by t::text"
        cursor.copy_expert(f"copy ({whole}) to stdout (format binary)", content)
    connection.close()
    return content.getvalue()


def by_day(*days: str) -> list[dict[str, str]]:
    return [{"id": f"{n}", "nome": f"{n % 3}", "dia": day} for day in days for n in range(5)]


HISTORIES: dict[str, tuple[dict[str, Any], dict[str, Any], list[list[dict[str, Any]]]]] = {
    "snapshot": (
        {"mode": "snapshot", "key": ["id"], "max_shrink": 1},
        {},
        [rows(("1", "a"), ("2", "b"), ("3", "c")), rows(("1", "A")), rows(("1", "A"), ("2", "b"), ("4", "d"))],
    ),
    "merge": (
        {"mode": "merge", "key": ["id"], "full_every_days": 7, "max_shrink": 1},
        {},
        [rows(("1", "a"), ("2", "b")), rows(("2", "B"), ("3", "c")), rows(("2", "b"), ("3", "c"), ("4", "d"))],
    ),
    "append": (
        {"mode": "append"},
        {},
        [rows(("1", "a"), ("1", "a")), rows(("1", "a"), ("1", "a"), ("1", "a")), rows(("2", "b"))],
    ),
    "append by key": (
        {"mode": "append", "key": ["id"]},
        {},
        [rows(("1", "a"), ("2", "b")), rows(("1", "changed"), ("3", "c"))],
    ),
    "append distinct": (
        {"mode": "append", "distinct": True},
        {},
        [rows(("1", "a"), ("1", "a"), ("2", "b")), rows(("1", "a"), ("3", "c"), ("3", "c"))],
    ),
    "replace_partition": (
        {"mode": "replace_partition", "partition": "ano", "max_shrink": 1},
        {"fields": ["ano", "nome"], "for_each": {"exercicio": "exercicios"}},
        [
            [{"ano": "2024", "nome": n} for n in "aab"] + [{"ano": "2025", "nome": n} for n in "xyz"],
            [{"ano": "2025", "nome": n} for n in "xxy"],
        ],
    ),
    "replace_partition by a kept parameter": (
        {"mode": "replace_partition", "partition": "dia", "max_shrink": 1},
        {
            "keep": ["dia"],
            "window": {"start": "dia", "format": "%Y%m%d", "max_days": 1, "first": "2026-01-01"},
        },
        [by_day("20260101"), by_day("20260102", "20260103"), by_day("20260101")[:3] + by_day("20260104")],
    ),
}


@pytest.mark.parametrize("mode", HISTORIES)
def test_a_replay_rebuilds_the_table_byte_for_byte(feed: Any, mode: str) -> None:
    write, resource, history = HISTORIES[mode]
    fields = resource.get("fields", ["id", "nome"])
    source = feed(write, fields, **{name: value for name, value in resource.items() if name != "fields"})
    for number, content in enumerate(history):
        source.run(content, full=number != 1, until=dt.date(2026, 1, number + 1))
    source.run(history[0][:2], full=False, backfill=True)
    before, everything_before = binary(source), everything(source)
    replay_source(source.settings, source.spec)
    assert binary(source) == before
    assert everything(source) == everything_before


def test_a_replay_removes_the_files_that_were_not_listed_any_more(listed: Feed) -> None:
    def of(name: str, *values: str) -> list[dict[str, str]]:
        return [{"arquivo": name, "valor": value} for value in values]

    listed.run(of("jan.csv", *"aab") + of("fev.csv", *"xy"), lists_partitions=True)
    listed.run(of("jan (1).csv", *"aac"), asked=["jan (1).csv"], lists_partitions=True, accept_shrink=True)
    listed.run(of("fev.csv", *"xyz"))
    listed.run(of("fev.csv", *"xyz") + of("jan.csv", *"aac"), lists_partitions=True)
    before, everything_before = binary(listed), everything(listed)
    assert {row["arquivo"] for row in listed.rows("arquivo")} == {"fev.csv", "jan.csv"}
    replay_source(listed.settings, listed.spec)
    assert binary(listed) == before
    assert everything(listed) == everything_before


def test_a_replay_mends_a_table_that_was_changed_by_hand(told: Feed) -> None:
    before = everything(told)
    connection = psycopg2.connect(told.settings.dsn("lagoa_admin"))
    with connection, connection.cursor() as cursor:
        cursor.execute(f"update bronze.{told.table} set nome = 'x', _row_version = 9")
        cursor.execute(f"delete from bronze.{told.table} where id = '2'")
    connection.close()
    replay_source(told.settings, told.spec)
    assert everything(told) == before


def test_a_replay_that_fails_midway_leaves_everything_as_it_was(told: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    before, places = everything(told), told.places()
    original, calls = staging.read_part, iter(range(100))

    def read(zone: Any, part: Any) -> Iterator[Any]:
        if next(calls) == 3:
            raise RuntimeError("disk")
        yield from original(zone, part)

    with monkeypatch.context() as patch:
        patch.setattr(staging, "read_part", read)
        with pytest.raises(RuntimeError, match="disk"):
            replay_source(told.settings, told.spec)
    assert (everything(told), told.places()) == (before, places)


def test_a_replay_without_one_of_the_runs_in_the_raw_zone_is_refused(told: Feed, raw_folder: Path) -> None:
    before = everything(told)
    (lost,) = raw_folder.rglob(f"{told.spec.source}/rows/**/run-2.manifest.json")
    lost.rename(lost.with_suffix(".moved"))
    with pytest.raises(ContractError) as refused:
        replay_source(told.settings, told.spec)
    assert str(refused.value) == (
        f"replay: the raw zone lacks 1 of the 5 runs of {told.spec.source} that were loaded (rows of run-2), "
        "expected all. Nothing was changed: restore them from a backup."
    )
    assert everything(told) == before


def test_runs_that_were_never_loaded_are_not_replayed(told: Feed) -> None:
    before = everything(told)
    told.write(rows(("99", "never")))
    replay_source(told.settings, told.spec)
    assert everything(told) == before


def test_of_a_run_that_was_extracted_twice_the_loaded_one_is_replayed(told: Feed) -> None:
    """A run refused late in the evening and extracted again after midnight lies in two folders of the raw zone."""
    evening, night = (dt.datetime(2026, 1, day, 1, tzinfo=dt.UTC) for day in (2, 3))
    first = told.write(rows(("7", "x"), ("7", "y")), run_id="late", extracted_at=evening)
    with pytest.raises(ContractError, match="duplicated key"):
        told.load(first)
    told.run(rows(("2", "b"), ("7", "y")), run_id="late", extracted_at=night)
    before = everything(told)
    replay_source(told.settings, told.spec)
    assert everything(told) == before


def test_a_replay_waits_for_a_load_that_runs(told: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = told.write(rows(("2", "b"), ("5", "e")))
    original, started, go_on = staging.read_part, threading.Event(), threading.Event()

    def read(zone: Any, part: Any) -> Iterator[Any]:
        if part.path == manifest.parts[0].path and not go_on.is_set():
            started.set()
            go_on.wait(20)
        yield from original(zone, part)

    monkeypatch.setattr(staging, "read_part", read)
    loading = threading.Thread(target=told.load, args=(manifest,))
    loading.start()
    assert started.wait(10)
    replaying = threading.Thread(target=replay_source, args=(told.settings, told.spec))
    replaying.start()
    replaying.join(0.5)
    assert replaying.is_alive()
    go_on.set()
    loading.join(20)
    replaying.join(20)
    assert [row["id"] for row in told.rows(where="_deleted_at is null")] == ["2", "5"]
    assert len([row for row in told.ledger() if row["status"] == "success"]) == 6


def test_a_source_that_was_never_loaded_has_nothing_to_replay(snapshot: Feed) -> None:
    assert replay_source(snapshot.settings, snapshot.spec) == []


def test_one_run_that_is_loaded_already_changes_nothing(told: Feed) -> None:
    before = everything(told)
    (result,) = replay_run(told.settings, told.spec, "run-3")
    assert (result.repeated, everything(told)) == (True, before)


def test_one_run_that_waits_in_the_raw_zone_is_loaded(snapshot: Feed) -> None:
    snapshot.write(rows(("1", "a")))
    (result,) = replay_run(snapshot.settings, snapshot.spec, "run-1")
    assert (result.repeated, result.inserted) == (False, 1)


def test_a_run_that_does_not_exist_is_told_with_some_that_do(told: Feed, snapshot: Feed) -> None:
    with pytest.raises(ConfigError) as wrong:
        replay_run(told.settings, told.spec, "run-77")
    assert str(wrong.value) == (
        f"replay: found no run 'run-77' of {told.spec.source}, expected one such as run-2, run-3, run-4, run-5, run-6."
    )


def test_a_run_that_was_loaded_is_not_extracted_again(told: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clearing a whole DAG run fetched it anew under its name: the ledger said loaded, the raw zone held other rows."""
    before = replay.RawZone(told.settings.raw_base).find(told.spec.source, "rows", "run-1")
    monkeypatch.setattr(run, "extract", lambda *_, **__: pytest.fail("the source was asked"))
    assert run.extract_resource(told.settings, told.spec.source, "rows", "run-1") == before
