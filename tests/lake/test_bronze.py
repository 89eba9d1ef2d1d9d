"""The bronze loader on a real Postgres: what each write mode does to the table, row by row, and to the ledger."""

import datetime as dt
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import psycopg2
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from lagoa.errors import ConfigError, ContractError, LakehouseUnavailableError
from lagoa.lake import staging
from lagoa.lake.manifest import Slice
from lagoa.lake.replay import replay_source

Feed = Any
Made = Callable[..., Any]

VERSIONED = "id, nome, _row_version as version, _deleted_at is not null as gone, _run_id as run"


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "nome": name} for key, name in pairs]


def counts(result: Any) -> tuple[int, ...]:
    """New, changed, gone, unchanged, repeated keys, rows that stand."""
    return (
        result.inserted,
        result.updated,
        result.deleted,
        result.unchanged,
        result.duplicated,
        result.rows_after,
    )


# --- snapshot


def test_a_first_load_brings_every_row_at_version_one_with_the_loads_id(snapshot: Feed) -> None:
    result = snapshot.run(rows(("1", "a"), ("2", "b")))
    assert counts(result) == (2, 0, 0, 0, 0, 2)
    assert [(row["id"], row["_row_version"], row["_load_id"], row["_run_id"]) for row in snapshot.rows()] == [
        ("1", 1, result.load_id, "run-1"),
        ("2", 1, result.load_id, "run-1"),
    ]


def test_the_same_run_again_changes_nothing_at_all(snapshot: Feed) -> None:
    manifest = snapshot.write(rows(("1", "a"), ("2", "b")))
    first = snapshot.load(manifest)
    before, ledger = snapshot.places(), snapshot.ledger()
    again = snapshot.load(manifest)
    assert again.repeated
    assert (again.load_id, counts(again)) == (first.load_id, counts(first))
    assert (snapshot.places(), snapshot.ledger()) == (before, ledger)


@pytest.mark.parametrize("mode", ["snapshot", "merge", "partitioned", "append", "append by key"])
def test_a_new_run_with_the_same_content_touches_no_row(mode: str, request: pytest.FixtureRequest, feed: Made) -> None:
    made = {
        "append": lambda: feed({"mode": "append"}),
        "append by key": lambda: feed({"mode": "append", "key": ["id"]}),
    }
    source = made[mode]() if mode in made else request.getfixturevalue(mode)
    content = {
        "merge": [{"id": str(n), "nome": "x", "mudou": f"2026-01-{n:02}"} for n in range(1, 20)],
        "partitioned": [{"ano": "2025", "valor": str(n % 7)} for n in range(40)],
    }.get(mode, rows(*((str(n), "x") for n in range(1, 20))))
    source.run(content)
    before = source.places()
    result = source.run(content[::-1])
    assert (result.inserted, result.updated, result.deleted) == (0, 0, 0)
    assert result.unchanged == len(content)
    assert source.places() == before, "ctid, xmin and xmax stay: not updated, not even locked"


def test_a_changed_row_gets_the_next_version_and_alone_the_new_load_id(snapshot: Feed) -> None:
    first = snapshot.run(rows(("1", "a"), ("2", "b")))
    second = snapshot.run(rows(("1", "a"), ("2", "B")))
    assert counts(second) == (0, 1, 0, 1, 0, 2)
    listed = snapshot.rows("id, nome, _row_version, _load_id")
    assert [tuple(row.values()) for row in listed] == [("1", "a", 1, first.load_id), ("2", "B", 2, second.load_id)]
    third = snapshot.run(rows(("1", "a"), ("2", "b")))
    assert snapshot.rows("id, _row_version, _load_id", "id = '2'") == [
        {"id": "2", "_row_version": 3, "_load_id": third.load_id}
    ]


def test_a_vanished_row_is_marked_and_comes_back_under_its_version_or_the_next(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a"), ("2", "b"), ("3", "c")))
    gone = snapshot.run(rows(("1", "a")), accept_shrink=True)
    assert counts(gone) == (0, 0, 2, 1, 0, 1)
    assert [row["gone"] for row in snapshot.rows(VERSIONED)] == [False, True, True]
    marked = snapshot.rows("id, _deleted_at", "id = '2'")
    again = snapshot.run(rows(("1", "a")))
    assert again.deleted == 0
    assert snapshot.rows("id, _deleted_at", "id = '2'") == marked, "gone already: not marked a second time"
    back = snapshot.run(rows(("1", "a"), ("2", "b"), ("3", "C")))
    assert counts(back) == (0, 2, 0, 1, 0, 3)
    assert snapshot.rows(VERSIONED) == [
        {"id": "1", "nome": "a", "version": 1, "gone": False, "run": "run-1"},
        {"id": "2", "nome": "b", "version": 1, "gone": False, "run": "run-4"},
        {"id": "3", "nome": "C", "version": 2, "gone": False, "run": "run-4"},
    ]


def test_a_file_that_did_not_change_loses_no_rows(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a"), ("2", "b")))
    unchanged = Slice(asked={}, announced=None, received=2, sha256="x", unchanged=True)

    result = snapshot.run([], slices=[unchanged])

    assert (result.changed, result.unchanged, result.rows_after) == (0, 2, 2)


def test_a_shrink_beyond_the_tolerance_is_refused_and_leaves_everything_as_it_was(snapshot: Feed) -> None:
    snapshot.run(rows(*((str(n), "x") for n in range(10))))
    before, ledger, state = snapshot.places(), snapshot.ledger(), snapshot.state()
    manifest = snapshot.write(rows(("0", "changed"), ("1", "x"), ("99", "new")))
    with pytest.raises(ContractError) as refused:
        snapshot.load(manifest)
    assert str(refused.value) == (
        f"{snapshot.table}: 8 of 10 rows are gone (80%), expected at most 50%. Nothing was loaded. "
        "If the source really lost them, run again with --accept-shrink."
    )
    assert (snapshot.places(), snapshot.state()) == (before, state)
    assert snapshot.ledger()[:-1] == ledger
    accepted = snapshot.load(manifest, accept_shrink=True)
    assert counts(accepted) == (1, 1, 8, 1, 0, 3)


def test_rows_that_a_merge_kept_from_earlier_years_are_not_lost_anew_by_each_run(feed: Made) -> None:
    """The oldest year leaves the file each March and stays here: no run loses more than one."""
    source = feed({"mode": "merge", "key": ["ano", "mes"], "max_shrink": 0.25}, ["ano", "mes"])

    def years(*listed: int) -> list[dict[str, str]]:
        return [{"ano": str(year), "mes": str(month)} for year in listed for month in range(12)]

    for first in range(2022, 2030):
        assert source.run(years(*range(first, first + 5))).rows_after == 12 * (first + 5 - 2022)
        assert source.run([], slices=[Slice(asked={}, announced=None, received=60, unchanged=True)]).changed == 0
    with pytest.raises(ContractError, match=r"rows: 24 of 60 rows are gone \(40%\), expected at most 25%"):
        source.run(years(*range(2031, 2034)))


@pytest.mark.parametrize(("gone", "is_refused"), [(5, False), (6, True)])
def test_the_tolerated_share_itself_is_tolerated(snapshot: Feed, gone: int, is_refused: bool) -> None:
    snapshot.run(rows(*((str(n), "x") for n in range(10))))
    manifest = snapshot.write(rows(*((str(n), "x") for n in range(gone, 10))))
    if is_refused:
        with pytest.raises(ContractError, match="6 of 10 rows are gone"):
            snapshot.load(manifest)
    else:
        assert snapshot.load(manifest).deleted == 5


def test_an_empty_answer_for_a_whole_table_is_refused(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a"), ("2", "b")))
    with pytest.raises(ContractError, match="2 of 2 rows are gone"):
        snapshot.run([])
    assert len(snapshot.rows(where="_deleted_at is null")) == 2


def test_an_empty_first_load_makes_the_table_and_is_in_the_ledger(snapshot: Feed) -> None:
    assert counts(snapshot.run([])) == (0, 0, 0, 0, 0, 0)
    assert snapshot.rows() == []
    assert [row["status"] for row in snapshot.ledger()] == ["success"]


# --- keys


@pytest.mark.parametrize("is_first", [True, False])
def test_equal_rows_of_one_key_count_as_repeats_and_are_loaded_once(snapshot: Feed, is_first: bool) -> None:
    if not is_first:
        snapshot.run(rows(("0", "z")))
    result = snapshot.run(rows(("0", "z"), ("1", "a"), ("1", "a"), ("1", "a")))
    assert result.duplicated == 2
    assert [row["id"] for row in snapshot.rows()] == ["0", "1"]


@pytest.mark.parametrize("is_first", [True, False])
def test_one_key_with_different_contents_is_refused(snapshot: Feed, is_first: bool) -> None:
    if not is_first:
        snapshot.run(rows(("1", "a"), ("2", "x")))
    with pytest.raises(ContractError) as refused:
        snapshot.run(rows(("1", "a"), ("1", "b"), ("2", "x")))
    assert str(refused.value) == (
        f'{snapshot.table}: duplicated key: 1 values of ("id") came with different contents, such as 1; expected one '
        "row each. Nothing was loaded: the source is damaged, or the key is not one."
    )
    exists = snapshot.query("select to_regclass(%s) is not null as it", f"bronze.{snapshot.table}")[0]["it"]
    assert exists is not is_first, "a refused first load leaves not even a table"


@pytest.mark.parametrize("is_first", [True, False])
def test_an_empty_key_is_refused(snapshot: Feed, is_first: bool) -> None:
    if not is_first:
        snapshot.run(rows(("1", "a")))
    with pytest.raises(ContractError) as refused:
        snapshot.run([{"id": "1", "nome": "a"}, {"id": None, "nome": "b"}])
    assert str(refused.value) == (
        f'{snapshot.table}: found 1 of 2 rows with an empty key ("id"), expected none. '
        "Nothing was loaded: the source is damaged, or the spec's key is not one."
    )


def test_a_key_of_several_columns_tells_rows_apart_by_all_of_them(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id", "nome"]}, ["id", "nome", "valor"])
    content = [{"id": "1", "nome": "a", "valor": "x"}, {"id": "1", "nome": "b", "valor": "x"}]
    source.run(content)
    result = source.run([content[0], {**content[1], "valor": "y"}])
    assert counts(result) == (0, 1, 0, 1, 0, 2)


# --- merge


def change(key: str, name: str, at: str | None) -> dict[str, Any]:
    return {"id": key, "nome": name, "mudou": at}


def test_an_incremental_run_marks_nothing_as_vanished(merge: Feed) -> None:
    merge.run([change("1", "a", "2026-01-01"), change("2", "b", "2026-01-02")])
    result = merge.run([change("2", "B", "2026-01-05")], full=False)
    assert counts(result) == (0, 1, 0, 0, 0, 2)
    full = merge.run([change("2", "B", "2026-01-05")])
    assert counts(full) == (0, 0, 1, 1, 0, 1)


def test_a_row_with_an_older_watermark_does_not_replace_a_newer_one(merge: Feed) -> None:
    merge.run([change("1", "new", "2026-01-05T10:00:00")])
    result = merge.run([change("1", "old", "2026-01-05T09:59:59")], full=False)
    assert counts(result) == (0, 0, 0, 1, 0, 1)
    assert merge.rows("id, nome, _row_version") == [{"id": "1", "nome": "new", "_row_version": 1}]


def test_watermarks_of_whole_numbers_are_compared_as_numbers(merge: Feed) -> None:
    merge.run([change("1", "nine", "9"), change("2", "hundred", "100")], watermark="100")
    result = merge.run([change("1", "ten", "10"), change("2", "ninety-nine", "99")], full=False, watermark="99")
    assert counts(result)[:2] == (0, 1)
    assert merge.rows("id, nome") == [{"id": "1", "nome": "ten"}, {"id": "2", "nome": "hundred"}]
    assert merge.state()["watermark"] == "100"


def test_the_same_watermark_with_another_content_is_a_change(merge: Feed) -> None:
    merge.run([change("1", "a", "2026-01-05")])
    assert merge.run([change("1", "b", "2026-01-05")], full=False).updated == 1


@pytest.mark.parametrize("absent", [False, True], ids=["whole", "a window not published"])
def test_a_full_run_takes_over_a_watermark_that_went_back(merge: Feed, absent: bool) -> None:
    merge.run([change("1", "a", "2099-01-01"), change("2", "b", "2026-01-05")])
    slices = [Slice(asked={}, announced=2, received=2)]
    slices += [Slice(asked={"ano": "2027"}, announced=None, received=0, absent=True)] * absent
    corrected = [change("1", "a", "2026-01-01"), change("2", "b", "2026-01-05")]
    assert counts(merge.run(corrected, slices=slices)) == (0, 1, 0, 1, 0, 2)
    assert merge.rows("id, mudou")[0] == {"id": "1", "mudou": "2026-01-01"}
    before = merge.rows("*")
    replay_source(merge.settings, merge.spec)
    assert merge.rows("*") == before


def test_a_vanished_row_that_shows_again_comes_back_even_with_an_older_watermark(merge: Feed) -> None:
    merge.run([change("1", "a", "2026-01-05"), change("2", "b", "2026-01-05")])
    merge.run([change("1", "a", "2026-01-05")])
    merge.run([change("1", "a", "2026-01-05"), change("2", "restored", "2026-01-04")])
    assert merge.rows("id, nome, _row_version, _deleted_at", "id = '2'") == [
        {"id": "2", "nome": "restored", "_row_version": 2, "_deleted_at": None}
    ]


def test_of_a_key_that_comes_twice_the_newest_by_the_watermark_is_taken(merge: Feed) -> None:
    merge.run([change("0", "x", "2026-01-01")])
    result = merge.run(
        [change("1", "newer", "2026-01-03"), change("1", "older", "2026-01-02"), change("1", "none", None)], full=False
    )
    assert result.duplicated == 2
    assert merge.rows("id, nome", "id = '1'") == [{"id": "1", "nome": "newer"}]


def test_a_key_that_comes_twice_with_one_watermark_and_different_contents_is_refused(merge: Feed) -> None:
    merge.run([change("0", "x", "2026-01-01")])
    with pytest.raises(ContractError, match=r"duplicated key: 1 values of \(\"id\"\)"):
        merge.run([change("1", "a", "2026-01-03"), change("1", "b", "2026-01-03")], full=False)


def test_a_whole_read_that_lacks_rows_is_refused_where_nothing_would_be_marked(feed: Made) -> None:
    source = feed({"mode": "merge", "key": ["id"]})
    source.run(rows(*((str(n), "x") for n in range(10))))
    with pytest.raises(ContractError, match="10 of 10 rows are gone"):
        source.run([])
    with pytest.raises(ContractError, match="2 of 10 rows are gone"):
        source.run(rows(*((str(n), "x") for n in range(8))))
    assert source.run(rows(*((str(n), "x") for n in range(9)))).deleted == 0


def test_a_whole_run_extracted_before_the_one_that_stands_is_refused(snapshot: Feed) -> None:
    old = snapshot.write(rows(("1", "old")))
    snapshot.run(rows(("1", "new")))
    with pytest.raises(ContractError) as refused:
        snapshot.load(old)
    assert str(refused.value) == (
        f"{snapshot.spec.source}.rows: run 'run-1' was extracted before 'run-2', which is loaded already; "
        "expected the later one to be loaded last. Nothing was loaded: extract again."
    )


def test_a_late_incremental_run_is_welcome_where_the_watermark_decides(merge: Feed) -> None:
    late = merge.write([change("1", "old", "2026-01-01"), change("2", "b", "2026-01-01")], full=False)
    merge.run([change("1", "new", "2026-01-05")])
    assert counts(merge.load(late)) == (1, 0, 0, 1, 0, 2)


def test_a_late_incremental_run_is_refused_where_nothing_tells_which_row_is_newer(feed: Made) -> None:
    source = feed({"mode": "merge", "key": ["id"]})
    late, backfill = (source.write(rows(("1", "old")), full=False, backfill=each) for each in (False, True))
    source.run(rows(("1", "new")), full=False)
    with pytest.raises(ContractError, match="run 'run-1' was extracted before 'run-3', which is loaded already"):
        source.load(late)
    assert source.load(backfill).updated == 1


# --- replace_partition


def values(year: str, *listed: str) -> list[dict[str, str]]:
    return [{"ano": year, "valor": value} for value in listed]


def test_equal_lines_are_kept_with_their_count_and_only_the_difference_is_written(partitioned: Feed) -> None:
    partitioned.run(values("2025", "a", "a", "a", "b") + values("2024", "a", "a"))
    kept = partitioned.places()
    result = partitioned.run(values("2025", "b", "a", "a", "c"))
    assert counts(result) == (1, 0, 1, 3, 0, 6)
    assert [tuple(row.values()) for row in partitioned.rows("ano, valor, count(*)", "true group by 1, 2")] != []
    found = partitioned.query(f"select ano, valor, count(*) as n from bronze.{partitioned.table} group by 1, 2")
    assert {(row["ano"], row["valor"]): row["n"] for row in found} == {
        ("2024", "a"): 2,
        ("2025", "a"): 2,
        ("2025", "b"): 1,
        ("2025", "c"): 1,
    }
    assert len(kept.items() & partitioned.places().items()) == 5
    assert {row["_row_version"] for row in partitioned.rows("_row_version")} == {1}


def test_a_partition_that_was_not_asked_for_stays(partitioned: Feed) -> None:
    partitioned.run(values("2024", "a") + values("2025", "a"))
    result = partitioned.run(values("2025", "z"))
    assert counts(result) == (1, 0, 1, 0, 0, 2)


def test_a_partition_that_shrinks_too_much_is_refused_by_name(partitioned: Feed) -> None:
    partitioned.run(values("2024", *"abcd") + values("2025", *"abcd"))
    before = partitioned.places()
    with pytest.raises(ContractError) as refused:
        partitioned.run(values("2024", *"wxyz") + values("2025", "a"))
    assert str(refused.value) == (
        f"{partitioned.table} ano 2025: 3 of 4 rows are gone (75%), expected at most 50%. Nothing was loaded. "
        "If the source really lost them, run again with --accept-shrink."
    )
    assert partitioned.places() == before


def test_a_partition_that_is_brought_in_part_is_refused(partitioned: Feed) -> None:
    partitioned.run(values("2025", *"abcd"))
    before = partitioned.places()
    slices = [
        Slice(asked={"exercicio": "2025"}, announced=None, received=2, unchanged=True),
        Slice(asked={"exercicio": "2025"}, announced=None, received=2),
    ]
    with pytest.raises(ContractError) as refused:
        partitioned.run(values("2025", *"cx"), slices=slices)
    assert str(refused.value) == (
        f"{partitioned.table}: found a part only of ano 2025, expected all of it or nothing. Nothing was loaded: "
        "extract again with --full, or write by `merge` or `append`."
    )
    assert partitioned.places() == before


def test_an_asked_partition_that_comes_empty_counts_as_gone(partitioned: Feed) -> None:
    partitioned.run(values("2024", "a") + values("2025", "a"))
    with pytest.raises(ContractError, match="ano 2025: 1 of 1 rows are gone"):
        partitioned.run(values("2024", "a"), asked=["2024", "2025"])


@pytest.mark.parametrize(("left", "is_refused"), [(2, False), (1, False), (0, True)])
def test_a_small_partition_may_lose_some_rows_though_not_all(feed: Made, left: int, is_refused: bool) -> None:
    write = {"mode": "replace_partition", "partition": "ano", "shrink_floor": 5}
    source = feed(write, ["ano", "valor"], for_each={"exercicio": "exercicios"})
    source.run(values("2024", *"abcdefghijkl") + values("2025", *"abc"), asked=["2024", "2025"])
    manifest = source.write(values("2024", *"abcdefghijkl") + values("2025", *"abc"[:left]), asked=["2024", "2025"])
    if is_refused:
        with pytest.raises(ContractError) as refused:
            source.load(manifest)
        assert str(refused.value) == (
            f"{source.table} ano 2025: 3 of 3 rows are gone (100%), expected at most 10%, or 5 rows but not all. "
            "Nothing was loaded. If the source really lost them, run again with --accept-shrink."
        )
    else:
        assert source.load(manifest).deleted == 3 - left


def test_the_floor_is_a_number_of_rows_whatever_the_share(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"], "max_shrink": 0, "shrink_floor": 2})
    source.run(rows(*((str(n), "x") for n in range(10))))
    assert source.run(rows(*((str(n), "x") for n in range(8)))).deleted == 2
    with pytest.raises(
        ContractError, match=r"3 of 8 rows are gone \(38%\), expected at most 0%, or 2 rows but not all"
    ):
        source.run(rows(*((str(n), "x") for n in range(5))))


@pytest.mark.parametrize("is_first", [True, False], ids=["into an empty table", "into a table with rows"])
def test_rows_of_a_partition_that_was_not_asked_for_are_refused(partitioned: Feed, is_first: bool) -> None:
    if not is_first:
        partitioned.run(values("2024", "a") + values("2025", "a"))
    with pytest.raises(ContractError) as refused:
        partitioned.run(values("2024", "a") + values("2025", "a"), asked=["2024"])
    assert str(refused.value) == (
        f"{partitioned.table}: found 1 rows of another ano, expected only 2024. "
        "Nothing was loaded: the source served another period."
    )


def test_a_partition_may_be_a_parameter_that_the_records_do_not_hold(feed: Made) -> None:
    write = {"mode": "replace_partition", "partition": "dia", "max_shrink": 0.5}
    window = {"start": "dia", "format": "%Y%m%d", "max_days": 1, "first": "2026-01-01"}
    source = feed(write, ["valor"], keep=["dia"], window=window)
    source.run([{"valor": value, "dia": "20260101"} for value in "aab"])
    result = source.run([{"valor": value, "dia": day} for day in ("20260101", "20260102") for value in "aac"])
    assert counts(result) == (4, 0, 1, 2, 0, 6)
    with pytest.raises(ContractError, match="dia 20260102: 2 of 3 rows are gone"):
        source.run([{"valor": "a", "dia": "20260102"}])


def test_a_partition_that_the_source_has_not_published_stays_as_it_is(partitioned: Feed) -> None:
    partitioned.run(values("2025", "a", "b"))
    absent = [Slice(asked={"exercicio": "2025"}, announced=None, received=0, absent=True)]
    assert counts(partitioned.run([], slices=absent)) == (0, 0, 0, 0, 0, 2)


def held(name: str, *listed: str) -> list[dict[str, str]]:
    return [{"valor": value, "arquivo": name} for value in listed]


def in_files(source: Feed) -> dict[str, int]:
    """How many rows stand of each file."""
    found = source.query(f"select arquivo, count(*) as n from bronze.{source.table} group by 1")
    return {row["arquivo"]: row["n"] for row in found}


def test_a_file_that_was_renamed_is_not_counted_twice(listed: Feed) -> None:
    listed.run(held("jan.csv", *"abcd") + held("fev.csv", *"ef"), lists_partitions=True)
    told = slices(("jan_revisado.csv", 4), unchanged=["fev.csv"])
    result = listed.run(held("jan_revisado.csv", *"abcx"), slices=told, lists_partitions=True)
    assert in_files(listed) == {"jan_revisado.csv": 4, "fev.csv": 2}
    assert (result.inserted, result.deleted, result.rows_after) == (4, 4, 6)


def slices(*read: tuple[str, int], unchanged: Sequence[str] = ()) -> list[Slice]:
    """A listing: files that were read, each with its rows, and files that had not changed."""
    files = dict(read) | dict.fromkeys(unchanged, 0)
    return [
        Slice(asked={"arquivo": name}, announced=None, received=rows, sha256=name, unchanged=name in unchanged)
        for name, rows in files.items()
    ]


def test_a_file_that_was_removed_takes_its_rows_along_and_is_read_when_it_comes_back(listed: Feed) -> None:
    listed.run(held("jan.csv", "a") + held("fev.csv", "b", "c"), lists_partitions=True)
    result = listed.run([], slices=slices(unchanged=["fev.csv"]), lists_partitions=True)
    assert (in_files(listed), result.deleted, result.rows_after) == ({"fev.csv": 2}, 1, 2)
    assert list(listed.state()["files"]) == ["arquivo=fev.csv"]
    listed.run(held("jan.csv", "a"), slices=slices(("jan.csv", 1), unchanged=["fev.csv"]), lists_partitions=True)
    assert in_files(listed) == {"jan.csv": 1, "fev.csv": 2}


def test_files_that_vanish_are_subject_to_the_tolerance_of_the_table(listed: Feed) -> None:
    listed.run(held("jan.csv", *"abcd") + held("fev.csv", "e", "f"), lists_partitions=True)
    before, gone = listed.places(), {"slices": slices(unchanged=["fev.csv"]), "lists_partitions": True}
    with pytest.raises(ContractError) as refused:
        listed.run([], **gone)
    assert str(refused.value) == (
        f"{listed.table} arquivo jan.csv, not listed any more: 4 of 6 rows are gone (67%), expected at most 50%. "
        "Nothing was loaded. If the source really lost them, run again with --accept-shrink."
    )
    assert listed.places() == before
    listed.run([], **gone, accept_shrink=True)
    assert in_files(listed) == {"fev.csv": 2}


@pytest.mark.parametrize(
    "told",
    [{"lists_partitions": False}, {"lists_partitions": True, "slices": []}, {"full": False, "backfill": True}],
    ids=["no whole listing", "an empty listing", "a backfill"],
)
def test_without_a_whole_listing_nothing_vanishes(listed: Feed, told: dict[str, Any]) -> None:
    listed.run(held("jan.csv", "a") + held("fev.csv", "b", "c"), lists_partitions=True)
    listed.run([], **{"slices": slices(unchanged=["fev.csv"])} | told)
    assert in_files(listed) == {"jan.csv": 1, "fev.csv": 2}
    listed.run(held("fev.csv", "b", "c") + held("jan.csv", "a"), lists_partitions=True)
    assert in_files(listed) == {"jan.csv": 1, "fev.csv": 2}
    assert list(listed.state()["files"]) == ["arquivo=fev.csv", "arquivo=jan.csv"]


def test_the_rows_of_a_partition_are_found_by_an_index(partitioned: Feed) -> None:
    partitioned.run(values("2025", "a", "b"))
    indexes = "select indexdef from pg_indexes where tablename = %s"
    assert [row["indexdef"].partition("USING ")[2] for row in partitioned.query(indexes, partitioned.table)] == [
        "btree (ano)"
    ]


# --- append


def test_equal_lines_are_one_fact_where_the_spec_says_so(feed: Made) -> None:
    source = feed({"mode": "append", "distinct": True})
    assert counts(source.run(rows(("1", "a"), ("1", "a"), ("2", "b")))) == (2, 0, 0, 0, 1, 2)
    assert counts(source.run(rows(("1", "a"), ("3", "c"), ("3", "c"), ("1", "A")))) == (2, 0, 0, 1, 1, 4)
    assert source.rows("id || nome as row") == [{"row": row} for row in ("1A", "1a", "2b", "3c")]


def test_lines_become_one_fact_when_the_spec_begins_to_say_so(feed: Made) -> None:
    source = feed({"mode": "append"})
    source.run(rows(("1", "a"), ("2", "b")))
    write = source.spec.resources["rows"].write.model_copy(update={"distinct": True})
    resource = source.spec.resources["rows"].model_copy(update={"write": write})
    source.spec = source.spec.model_copy(update={"resources": {"rows": resource}})
    assert counts(source.run(rows(("1", "a"), ("1", "a"), ("3", "c")))) == (1, 0, 0, 1, 1, 3)


def test_a_key_that_the_spec_changes_is_made_anew_or_refused(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id", "nome"]}, ["id", "nome"])
    source.run(rows(("1", "a"), ("2", "a")))

    def by(*key: str) -> None:
        resource = source.spec.resources["rows"]
        write = resource.write.model_copy(update={"key": list(key)})
        source.spec = source.spec.model_copy(
            update={"resources": {"rows": resource.model_copy(update={"write": write})}}
        )

    by("nome")
    with pytest.raises(ContractError, match="could not create unique index"):
        source.run(rows(("1", "a")))
    by("id")
    assert counts(source.run(rows(("1", "b"), ("2", "a")))) == (0, 1, 0, 1, 0, 2)


def test_a_row_of_nothing_but_nulls_is_loaded(feed: Made) -> None:
    """Arrow's join left such rows out, and the load failed."""
    source = feed({"mode": "append"})
    content = [{"id": None, "nome": None}, {"id": "1", "nome": None}, {"id": None, "nome": None}]
    assert counts(source.run(content)) == (3, 0, 0, 0, 0, 3)
    assert counts(source.run(content)) == (0, 0, 0, 3, 0, 3)


def test_events_without_a_key_are_added_once_each_time_they_occur_more_often(feed: Made) -> None:
    source = feed({"mode": "append"})
    source.run(rows(("1", "a"), ("1", "a"), ("2", "b")))
    result = source.run(rows(("1", "a"), ("1", "a"), ("1", "a"), ("3", "c")))
    assert counts(result) == (2, 0, 0, 2, 0, 5)


def test_events_with_a_key_are_added_once(feed: Made) -> None:
    source = feed({"mode": "append", "key": ["id"]})
    source.run(rows(("1", "a")))
    result = source.run(rows(("1", "changed"), ("2", "b")))
    assert counts(result) == (1, 0, 0, 1, 0, 2)
    assert source.rows("id, nome") == rows(("1", "a"), ("2", "b"))


# --- columns


def schema_changes(source: Feed) -> list[tuple[str, str, str]]:
    found = source.query(
        "select run_id, column_name, change from ops.schema_changes where source = %s order by id", source.spec.source
    )
    return [tuple(row.values()) for row in found]  # type: ignore[misc]


def test_a_new_column_is_added_and_noted_and_changes_only_the_rows_that_have_a_value(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a"), ("2", "b")))
    result = snapshot.run([{"id": "1", "nome": "a", "UF": "ES"}, {"id": "2", "nome": "b", "UF": None}])
    assert counts(result) == (0, 1, 0, 1, 0, 2)
    assert snapshot.rows("id, uf, _row_version") == [
        {"id": "1", "uf": "ES", "_row_version": 2},
        {"id": "2", "uf": None, "_row_version": 1},
    ]
    assert schema_changes(snapshot) == [("run-2", "uf", "added")]


def test_a_vanished_column_is_noted_once_emptied_and_noted_when_it_returns(snapshot: Feed) -> None:
    wide = [{"id": "1", "nome": "a", "uf": "ES"}, {"id": "2", "nome": "b", "uf": None}]
    snapshot.run(wide)
    narrow = rows(("1", "a"), ("2", "b"))
    assert snapshot.run(narrow).updated == 1
    assert snapshot.rows("id, uf, _row_version") == [
        {"id": "1", "uf": None, "_row_version": 2},
        {"id": "2", "uf": None, "_row_version": 1},
    ]
    assert snapshot.run(narrow).changed == 0
    snapshot.run(wide)
    snapshot.run(narrow)
    assert schema_changes(snapshot) == [
        ("run-2", "uf", "vanished"),
        ("run-4", "uf", "returned"),
        ("run-5", "uf", "vanished"),
    ]


def test_declaring_a_column_that_came_by_itself_changes_no_row(snapshot: Feed) -> None:
    wide = [{"id": "1", "nome": "a", "uf": "ES"}]
    snapshot.run(wide)
    resource = snapshot.spec.resources["rows"]
    declared = resource.model_copy(update={"fields": [*resource.fields, "uf"]})
    snapshot.spec = snapshot.spec.model_copy(update={"resources": {"rows": declared}})
    assert snapshot.run(wide).changed == 0


def test_two_fields_that_would_share_a_column_are_refused(snapshot: Feed) -> None:
    with pytest.raises(ContractError) as refused:
        snapshot.run([{"id": "1", "nome": "a", "Nome": "b"}])
    assert str(refused.value) == (
        f"{snapshot.table}: found fields 'nome' and 'Nome', expected names that stay apart as columns (both are "
        "'nome'). Nothing was loaded: the source changed its layout."
    )


AWKWARD = [
    'it\'s "quoted"',
    "back\\slash \\n \\x41",
    "emoji 👩🏽‍🔬🇧🇷",
    "line\nbreak\r\n\ttab",
    "",
    "  spaces  ",
    "NULL",
    "\\N",
    "separator \x1f and \x1e",
    "ção ÇÃO ª º ½",
    "{{ jinja }} %s %(x)s :y",
]


def test_text_comes_through_as_it_is(feed: Made) -> None:
    source = feed({"mode": "merge", "key": ["id"]}, ["id", "nome"], nested=["detalhe"])
    content = [{"id": f"{n}'", "nome": text, "detalhe": {"texto": text}} for n, text in enumerate(AWKWARD)]
    for _ in range(2):
        source.run(content)
        found = source.rows("id, nome, detalhe, _row_version")
        assert {row["id"]: row["nome"] for row in found} == {row["id"]: row["nome"] for row in content}
        assert {row["id"]: row["detalhe"] for row in found} == {row["id"]: row["detalhe"] for row in content}
        assert {row["_row_version"] for row in found} == {1}


def test_nested_values_that_json_has_no_kind_for_are_loaded_as_jsonb(feed: Made) -> None:
    value = {
        "dia": dt.date(2025, 1, 2),
        "momento": dt.datetime(2025, 1, 31, 10, 5, tzinfo=dt.UTC),
        "dinheiro": Decimal("12345678901234567890.10"),
        "bytes": b"\xff\x00",
        "números": [0.1, float("nan"), float("inf"), None],
    }
    source = feed({"mode": "append"}, ["id"], nested=["objeto"])
    source.run([{"id": "1", "objeto": value}])
    assert source.rows("objeto::text, jsonb_typeof(objeto) as kind") == [
        {
            "objeto": '{"dia": "2025-01-02", "bytes": "ff00", "momento": "2025-01-31T10:05:00+00:00", '
            '"dinheiro": 12345678901234567890.10, "números": [0.1, null, null, null]}',
            "kind": "object",
        }
    ]


def test_null_and_empty_text_are_two_contents(snapshot: Feed) -> None:
    snapshot.run([{"id": "1", "nome": ""}])
    assert snapshot.run([{"id": "1", "nome": None}]).updated == 1
    assert snapshot.rows("nome") == [{"nome": None}]


def test_a_value_that_moves_to_another_column_is_a_change(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, ["id", "a", "b"])
    source.run([{"id": "1", "a": "x", "b": None}])
    assert source.run([{"id": "1", "a": None, "b": "x"}]).updated == 1


def test_quotes_in_ids_of_runs_and_watermarks_do_no_harm(merge: Feed) -> None:
    merge.run([change("1", "a", "2026-01-01")], run_id="o'run; drop table x --", watermark="'")
    assert merge.ledger("run_id, watermark") == [{"run_id": "o'run; drop table x --", "watermark": "'"}]
    assert merge.rows("_run_id") == [{"_run_id": "o'run; drop table x --"}]


# --- the ledger and the state


def test_the_ledger_tells_what_was_announced_received_and_done(merge: Feed) -> None:
    merge.run([change("1", "a", "2026-01-01"), change("2", "b", "2026-01-02")], watermark="2026-01-02")
    told = "mode, is_full, announced, received, duplicated, inserted, updated, deleted, unchanged, rows_after"
    assert merge.ledger(f"run_id, {told}, watermark, status, bytes > 0 as has_bytes") == [
        {
            "run_id": "run-1",
            "mode": "merge",
            "is_full": True,
            "announced": 2,
            "received": 2,
            "duplicated": 0,
            "inserted": 2,
            "updated": 0,
            "deleted": 0,
            "unchanged": 0,
            "rows_after": 2,
            "watermark": "2026-01-02",
            "status": "success",
            "has_bytes": True,
        }
    ]
    assert merge.query("select title from ops.sources where source = %s", merge.spec.source) == [{"title": "Feed"}]


def test_the_state_moves_on_with_the_load_and_never_back(merge: Feed) -> None:
    merge.run([change("1", "a", "2025-12-31")], watermark="2025-12-31")
    merge.run([change("1", "a", "2025-12-31")], watermark="2025-12-30", full=False)
    state = merge.state()
    assert state["watermark"] == "2025-12-31"
    assert dt.datetime.fromisoformat(state["full_at"]) == dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)


def test_a_failed_load_stays_in_the_ledger_until_another_try_succeeds(snapshot: Feed) -> None:
    manifest = snapshot.write(rows(("1", "a"), ("1", "b")))
    for _ in range(2):
        with pytest.raises(ContractError):
            snapshot.load(manifest)
        assert snapshot.ledger("run_id, status, announced, received, rows_after") == [
            {"run_id": "run-1", "status": "failed", "announced": 2, "received": 2, "rows_after": None}
        ]
    snapshot.run(rows(("1", "a")), run_id="run-1")
    assert [(row["run_id"], row["status"]) for row in snapshot.ledger()] == [("run-1", "success")]


def test_data_of_another_origin_is_refused(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a")))
    with pytest.raises(ConfigError, match="found live data, expected generated"):
        snapshot.run(rows(("1", "a")), origin="live")


def test_a_part_that_was_tampered_with_is_refused(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a")))
    before = snapshot.places()
    manifest = snapshot.write(rows(("1", "b"), ("2", "c")))
    with open(manifest.parts[0].path, "r+b") as part:
        part.seek(20)
        part.write(b"\xff")
    with pytest.raises(ContractError, match=r"run-2-00000\.parquet has hash .*: it was changed after it was written"):
        snapshot.load(manifest)
    assert snapshot.places() == before


# --- crashes and company


def broken_after(batches: int, failure: BaseException) -> Callable[..., Iterator[pa.RecordBatch]]:
    """A reader of parts that fails when some batches have gone to Postgres."""
    original = staging.read_part

    def read(zone: Any, part: Any) -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(original(zone, part)):
            if number == batches:
                raise failure
            yield batch

    return read


@pytest.mark.parametrize("failure", [RuntimeError("disk"), KeyboardInterrupt("^C"), ContractError("damaged")])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_failure_in_the_middle_of_the_batches_leaves_everything_as_before(
    snapshot: Feed, monkeypatch: pytest.MonkeyPatch, failure: BaseException, is_first: bool
) -> None:
    if not is_first:
        snapshot.run(rows(("1", "a")))
    state = snapshot.state()
    manifest = snapshot.write(rows(*((str(n), "x") for n in range(100))))
    with monkeypatch.context() as patch:
        patch.setattr(staging, "BATCH_ROWS", 10)
        patch.setattr(staging, "read_part", broken_after(5, failure))
        with pytest.raises(type(failure), match=re.escape(str(failure))):
            snapshot.load(manifest)
    assert snapshot.state() == state
    if not is_first:
        assert snapshot.rows("id, nome") == rows(("1", "a"))
    assert snapshot.load(manifest).rows_after == 100
    assert [thread.name for thread in threading.enumerate() if "ahead" in thread.name] == []


def test_a_connection_that_is_killed_in_the_middle_leaves_everything_as_before(
    snapshot: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.run(rows(("1", "a")))
    before, state = snapshot.places(), snapshot.state()
    manifest = snapshot.write(rows(*((str(n), "x") for n in range(100))))
    original = staging.read_part

    def read(zone: Any, part: Any) -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(original(zone, part)):
            if number == 5:
                snapshot.query(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename = 'etl_user' and datname = current_database()"
                )
            yield batch

    with monkeypatch.context() as patch:
        patch.setattr(staging, "BATCH_ROWS", 10)
        patch.setattr(staging, "read_part", read)
        with pytest.raises(LakehouseUnavailableError) as lost:
            snapshot.load(manifest)
    assert "the database ended the load" in str(lost.value)
    assert "Nothing was loaded. Try again" in str(lost.value)
    assert (snapshot.places(), snapshot.state()) == (before, state)
    assert counts(snapshot.load(manifest)) == (99, 1, 0, 0, 0, 100)


def test_a_database_that_cannot_be_reached_is_a_failure_that_may_pass(snapshot: Feed) -> None:
    manifest = snapshot.write(rows(("1", "a")))
    snapshot.settings = snapshot.settings.model_copy(update={"postgres_port": 1})
    with pytest.raises(LakehouseUnavailableError, match="the database ended the load"):
        snapshot.load(manifest)


def test_a_run_whose_parts_hold_other_rows_than_it_counted_is_refused(snapshot: Feed) -> None:
    slices = [
        Slice(asked={"ano": "2024"}, announced=5, received=5, unchanged=True),
        Slice(asked={"ano": "2025"}, announced=3, received=3),
    ]
    manifest = snapshot.write(rows(("1", "a"), ("2", "b")), slices=slices)
    with pytest.raises(ContractError) as refused:
        snapshot.load(manifest)
    assert str(refused.value) == (
        f"{snapshot.table}: found 2 rows in the parts of run 'run-1', expected the 3 that were received. "
        "Nothing was loaded: extract again."
    )
    assert snapshot.ledger("status, received") == [{"status": "failed", "received": 8}]


def test_a_server_that_only_reads_is_tried_again(snapshot: Feed) -> None:
    """Another has not taken over yet, where the one that wrote has failed."""
    manifest = snapshot.write(rows(("1", "a")))
    only_reads = f"in database {snapshot.settings.database_name} set default_transaction_read_only"
    snapshot.execute(f"alter role etl_user {only_reads} = on")
    try:
        with pytest.raises(LakehouseUnavailableError, match="in a read-only transaction"):
            snapshot.load(manifest)
    finally:
        snapshot.execute(f"alter role etl_user {only_reads} = off")
    assert snapshot.load(manifest).rows_after == 1


def test_two_loads_of_one_resource_wait_for_each_other(snapshot: Feed) -> None:
    snapshot.run(rows(*((str(n), "start") for n in range(50))))
    manifests = [snapshot.write(rows(*((str(n), f"{run}") for n in range(50)))) for run in range(6)]
    failures: list[BaseException] = []

    def work(manifest: Any) -> None:
        try:
            snapshot.load(manifest)
        except ContractError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(manifest,)) for manifest in manifests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    ledger = [row for row in snapshot.ledger() if row["status"] == "success"]
    assert len(ledger) + len(failures) == 7
    assert all("which is loaded already" in str(error) for error in failures)
    assert {row["nome"] for row in snapshot.rows()} == {"5"}, "the latest extraction stands"
    spans = [(row["started_at"], row["finished_at"]) for row in ledger]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans)), "none overlapped"
    versions = {row["_row_version"] for row in snapshot.rows()}
    assert versions == {len(ledger)}, "one version a load, none lost"


def test_loads_of_two_resources_do_not_wait_for_each_other(
    feed: Made, monkeypatch: pytest.MonkeyPatch, lakehouse: Any
) -> None:
    """The first load of a source described it in ops.sources before its rows were copied, and held the others up."""
    one, other = feed({"mode": "append"}), feed({"mode": "append"})
    both = {**one.spec.resources, "others": other.spec.resources["rows"]}
    one.spec = one.spec.model_copy(update={"resources": both})
    slow, quick = one.write(rows(("1", "a"))), one.write(rows(("2", "b")), resource="others")
    original, finished = staging.read_part, threading.Event()

    def read(zone: Any, part: Any) -> Iterator[pa.RecordBatch]:
        if part.path == slow.parts[0].path:
            finished.wait(20)
        yield from original(zone, part)

    monkeypatch.setattr(staging, "read_part", read)
    thread = threading.Thread(target=one.load, args=(slow,))
    thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    one.load(quick)
    taken = time.monotonic() - start
    finished.set()
    thread.join(30)
    assert taken < 10
    assert len(one.ledger()) == 2


# --- any history


def snapshots() -> st.SearchStrategy[list[dict[str, str]]]:
    return st.lists(
        st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", "x", "y", "z"]), max_size=6),
        min_size=1,
        max_size=6,
    )


@examples(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=snapshots())
def test_any_history_of_snapshots_ends_in_the_last_one_with_the_right_versions(
    feed: Made, history: list[dict[str, str]]
) -> None:
    source = feed({"mode": "snapshot", "key": ["id"], "max_shrink": 1})
    versions: dict[str, int] = {}
    contents: dict[str, str] = {}
    changed_by: dict[str, str] = {}
    shown: set[str] = set()
    for number, content in enumerate(history, 1):
        source.run(rows(*content.items()))
        for key, name in content.items():
            if contents.get(key) != name:
                versions[key] = versions.get(key, 0) + 1
            if contents.get(key) != name or key not in shown:
                changed_by[key] = f"run-{number}"
            contents[key] = name
        changed_by |= dict.fromkeys(shown - content.keys(), f"run-{number}")
        shown = set(content)
    assert source.rows(VERSIONED) == [
        {"id": key, "nome": contents[key], "version": versions[key], "gone": key not in shown, "run": changed_by[key]}
        for key in sorted(contents)
    ]


def test_psycopg2_is_the_only_other_driver_and_sees_what_was_loaded(snapshot: Feed, lakehouse: Any) -> None:
    snapshot.run(rows(("1", "a")))
    with psycopg2.connect(lakehouse.dsn("dbt_user")) as connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*) from bronze.{snapshot.table}")
        assert cursor.fetchone() == (1,)
    connection.close()
