"""What the raw zone lets go by a policy, what every table still needs, and what a replay can do afterwards."""

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lagoa.errors import ConfigError, ContractError
from lagoa.lake.manifest import Slice
from lagoa.lake.raw import RawZone
from lagoa.lake.replay import replay_source
from lagoa.lake.retention import removable, remove

Feed = Any
Made = Callable[..., Any]
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
DAYS = 10


def days_ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "nome": name} for key, name in pairs]


def with_policy(source: Feed) -> Feed:
    source.settings = source.settings.model_copy(update={"raw_retention_days": DAYS})
    return source


def to_remove(source: Feed) -> list[str]:
    """The names of the runs that may go."""
    (found,) = removable(source.settings, source.spec, NOW)
    return [run.run_id for run in found.runs]


def clean(source: Feed) -> None:
    for each in removable(source.settings, source.spec, NOW):
        remove(source.settings, each)


def files(source: Feed) -> list[str]:
    """The names of the files in the raw zone."""
    folder = Path(source.settings.raw_base) / source.spec.source
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def aged(feed: Made) -> Feed:
    """A snapshot with four runs, two of them older than the policy."""
    source = with_policy(feed({"mode": "snapshot", "key": ["id"], "max_shrink": 1}))
    source.run(rows(("1", "a"), ("2", "b")), extracted_at=days_ago(40))
    source.run(rows(("1", "a")), extracted_at=days_ago(30))
    source.run(rows(("1", "A"), ("3", "c")), extracted_at=days_ago(20))
    source.run(rows(("1", "A"), ("3", "C")), extracted_at=days_ago(1))
    return source


def test_without_a_policy_everything_is_kept_for_ever(snapshot: Feed) -> None:
    snapshot.run(rows(("1", "a")))
    with pytest.raises(ConfigError, match="LAGOA_RAW_RETENTION_DAYS is not set, expected a number of days"):
        removable(snapshot.settings, snapshot.spec, NOW)


def test_of_whole_tables_the_last_before_the_limit_and_all_since_are_kept(aged: Feed) -> None:
    assert to_remove(aged) == ["run-1", "run-2"]
    clean(aged)
    assert files(aged) == [
        "run-3-00000.parquet",
        "run-3.manifest.json",
        "run-4-00000.parquet",
        "run-4.manifest.json",
    ]
    assert to_remove(aged) == []
    told = aged.ledger("run_id, raw_removed_at is not null as gone")
    assert [(row["run_id"], row["gone"]) for row in told] == [
        ("run-1", True),
        ("run-2", True),
        ("run-3", False),
        ("run-4", False),
    ]


def test_a_replay_begins_with_the_first_run_kept_and_says_so(aged: Feed, caplog: pytest.LogCaptureFixture) -> None:
    shown = aged.rows("id, nome", "_deleted_at is null")
    clean(aged)
    with caplog.at_level(logging.WARNING):
        replay_source(aged.settings, aged.spec)
    assert aged.rows("id, nome", "_deleted_at is null") == shown
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warnings == [
        f"replay: 2 runs of {aged.table} were removed from the raw zone. It is rebuilt from run 'run-3' of 2026-05-12 "
        "on: versions, load ids and times of its rows begin there, and rows that had vanished before are not in it."
    ]
    assert aged.rows("id, _row_version, _run_id") == [
        {"id": "1", "_row_version": 1, "_run_id": "run-3"},
        {"id": "3", "_row_version": 2, "_run_id": "run-4"},
    ]


def test_a_removal_that_is_broken_off_leaves_a_table_that_can_be_rebuilt_and_is_ended_by_the_next(
    aged: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = aged.rows("id, nome", "_deleted_at is null")
    remove_all = RawZone.remove

    def breaks_off(zone: RawZone, paths: list[str]) -> None:
        remove_all(zone, paths[:1])
        raise OSError("the machine stops")

    with monkeypatch.context() as broken:
        broken.setattr(RawZone, "remove", breaks_off)
        with pytest.raises(OSError, match="the machine stops"):
            clean(aged)
    replay_source(aged.settings, aged.spec)
    assert aged.rows("id, nome", "_deleted_at is null") == shown
    assert to_remove(aged) == []
    clean(aged)
    assert [name for name in files(aged) if name < "run-3"] == []
    replay_source(aged.settings, aged.spec)
    assert aged.rows("id, nome", "_deleted_at is null") == shown


def test_a_merge_keeps_the_runs_from_the_last_full_one_on(feed: Made) -> None:
    source = with_policy(feed({"mode": "merge", "key": ["id"], "full_every_days": 30, "max_shrink": 1}))
    for days, full, backfill in ((60, True, False), (50, False, False), (40, True, False), (35, True, True)):
        source.run(rows(("1", f"{days}")), extracted_at=days_ago(days), full=full, backfill=backfill)
    for days in (30, 5):
        source.run(rows(("1", f"{days}")), extracted_at=days_ago(days), full=False)
    assert to_remove(source) == ["run-1", "run-2"]


def test_a_merge_without_a_full_run_keeps_everything(feed: Made) -> None:
    source = with_policy(feed({"mode": "merge", "key": ["id"]}))
    for days in (60, 50, 40):
        source.run(rows(("1", f"{days}")), extracted_at=days_ago(days), full=False)
    assert to_remove(source) == []


def test_of_partitions_the_last_run_that_brought_each_is_kept(feed: Made) -> None:
    write = {"mode": "replace_partition", "partition": "ano", "max_shrink": 1}
    source = with_policy(feed(write, ["ano", "nome"], for_each={"exercicio": "exercicios"}))

    def years(*listed: str) -> list[dict[str, str]]:
        return [{"ano": year, "nome": "x"} for year in listed]

    source.run(years("2023", "2024"), extracted_at=days_ago(60))
    source.run(years("2024"), extracted_at=days_ago(50))
    source.run(years("2024", "2025"), extracted_at=days_ago(40))
    source.run(years("2025"), extracted_at=days_ago(1))
    assert to_remove(source) == ["run-2"]
    shown = source.rows("ano, nome")
    clean(source)
    replay_source(source.settings, source.spec)
    assert source.rows("ano, nome") == shown


def test_a_replay_counts_the_rows_that_stand_not_those_of_a_run_that_is_gone(feed: Made) -> None:
    write = {"mode": "replace_partition", "partition": "ano", "max_shrink": 1}
    source = with_policy(feed(write, ["ano", "nome"], for_each={"exercicio": "exercicios"}))
    for days, year in ((60, "2023"), (50, "2024"), (40, "2024"), (1, "2025")):
        source.run([{"ano": year, "nome": "x"}], extracted_at=days_ago(days))
    assert to_remove(source) == ["run-2"]
    clean(source)
    replay_source(source.settings, source.spec)
    assert [entry["rows_after"] for entry in source.ledger("rows_after")] == [1, 2, 2, 3]
    assert len(source.rows()) == 3


def test_the_last_listing_is_kept_so_that_a_vanished_file_does_not_come_back(listed: Feed) -> None:
    source = with_policy(listed)

    def of(*names: str) -> list[dict[str, str]]:
        return [{"arquivo": name, "valor": "x"} for name in names]

    def unchanged(*names: str) -> dict[str, Any]:
        slices = [Slice(asked={"arquivo": name}, announced=None, received=1, unchanged=True) for name in names]
        return {"slices": slices, "lists_partitions": True}

    source.run(of("a.csv", "b.csv"), extracted_at=days_ago(60), lists_partitions=True)
    source.run([], extracted_at=days_ago(50), **unchanged("a.csv"))
    source.run([], extracted_at=days_ago(40), **unchanged("a.csv"))
    assert to_remove(source) == ["run-2"]
    clean(source)
    replay_source(source.settings, source.spec)
    assert source.rows("arquivo") == [{"arquivo": "a.csv"}]


@pytest.mark.parametrize("more", [{}, {"key": ["id"]}, {"distinct": True}])
def test_events_are_all_kept(feed: Made, more: dict[str, Any]) -> None:
    source = with_policy(feed({"mode": "append", **more}))
    for days in (60, 50, 40):
        source.run(rows((f"{days}", "x")), extracted_at=days_ago(days))
    assert to_remove(source) == []


def test_runs_that_were_never_loaded_and_parts_without_a_manifest_go_at_the_limit(aged: Feed) -> None:
    for days, run_id in ((30, "refused"), (2, "waiting")):
        aged.write(rows(("9", "x")), run_id=run_id, extracted_at=days_ago(days))
    for days in (25, 3):
        manifest = aged.write(rows(("9", "x")), run_id=f"crashed-{days}", extracted_at=days_ago(days))
        folder = Path(manifest.parts[0].path).parent
        (folder / f"crashed-{days}.manifest.json").unlink()
    clean(aged)
    left = {name.split("-0")[0].removesuffix(".manifest.json") for name in files(aged)}
    assert left == {"run-3", "run-4", "waiting", "crashed-3"}


def test_a_history_whose_beginning_is_gone_is_not_replayed(aged: Feed) -> None:
    """Somebody removed more by hand than the policy would."""
    aged.execute("update ops.loads set raw_removed_at = now() where source = %s", aged.spec.source)
    before = aged.places()
    with pytest.raises(ContractError) as refused:
        replay_source(aged.settings, aged.spec)
    assert str(refused.value) == (
        f"replay: 4 runs of {aged.table} were removed from the raw zone and none is kept, expected a full run to "
        "begin with. Nothing was changed: restore them from a backup."
    )
    assert aged.places() == before


def test_a_history_that_begins_with_a_part_is_not_replayed(feed: Made) -> None:
    source = feed({"mode": "merge", "key": ["id"]})
    source.run(rows(("1", "a")))
    source.run(rows(("1", "b")), full=False)
    source.execute(
        "update ops.loads set raw_removed_at = now() where source = %s and run_id = 'run-1'", source.spec.source
    )
    with pytest.raises(ContractError, match="the first one kept, 'run-2', does not hold the whole table"):
        replay_source(source.settings, source.spec)


def test_the_command_shows_first_and_then_removes(aged: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    from lagoa.cli import app, retention
    from lagoa.sources.spec import SourceSpec

    found: dict[str, SourceSpec] = {aged.spec.source: aged.spec}
    monkeypatch.setattr("lagoa.sources.spec.load_specs", lambda _: found)
    monkeypatch.setattr(retention.Settings, "load", lambda: aged.settings)
    monkeypatch.setattr(retention, "dt", _at(NOW))
    before = files(aged)
    shown = CliRunner().invoke(app, ["retention", "--dry-run"])
    assert (shown.exit_code, aged.table in shown.output, files(aged)) == (0, True, before)
    CliRunner().invoke(app, ["retention"])
    assert len(files(aged)) == 4
    assert "Nothing is older than the policy" in CliRunner().invoke(app, ["retention"]).output


def test_the_task_of_the_nightly_dag_removes_too(aged: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    from lagoa.orchestration import maintain

    told: dict[str, Any] = {}
    monkeypatch.setattr("lagoa.lake.run.spec_of", lambda settings, source: aged.spec)
    monkeypatch.setattr(maintain, "get_current_context", lambda: told)
    monkeypatch.setattr(maintain.Settings, "load", lambda: aged.settings)
    monkeypatch.setattr(maintain, "dt", _at(NOW))
    gone = maintain.remove_old_runs.function("feed")
    assert (gone["runs"], gone["files"], gone["bytes"] > 0, told) == (2, 4, True, {"source": "feed"})
    assert len(files(aged)) == 4
    assert maintain.remove_old_runs.function("feed") == {"runs": 0, "files": 0, "bytes": 0}


def _at(now: dt.datetime) -> Any:
    """The module datetime whose clock stands still."""

    class Clock:
        UTC = dt.UTC

        class datetime:
            now = staticmethod(lambda _: now)

    return Clock
