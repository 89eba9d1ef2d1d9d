"""What the ledger tells beside the counts: windows, what is promised of the tables, who keeps it, the state."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from lagoa.errors import ContractError
from lagoa.lake import announce, readiness, windows
from lagoa.lake.ledger import reached
from lagoa.lake.manifest import Manifest, Slice
from lagoa.lake.state import LoadedFile, ResourceState
from lagoa.settings import Settings
from lagoa.sources.spec.time import BRASILIA

Feed = Any
Made = Callable[..., Any]


def rows(*keys: str) -> list[dict[str, str]]:
    return [{"id": key, "nome": "x"} for key in keys]


def told(feed: Feed, columns: str) -> list[tuple[Any, ...]]:
    query = f"select {columns} from ops.load_windows inner join ops.loads using (load_id) where source = %s"
    return [tuple(row.values()) for row in feed.query(f"{query} order by load_id, asked::text", feed.spec.source)]


# --- windows

SLICES = [
    Slice(asked={"ano": "2024"}, announced=3, received=3),
    Slice(asked={"ano": "2025"}, announced=3, received=2),
    Slice(asked={"ano": "2026", "uf": 'a"b, ção'}, announced=None, received=0, absent=True),
    Slice(asked={"numero": "1"}, announced=None, received=7, missing=2),
]


def test_every_window_tells_what_was_announced_and_received(snapshot: Feed) -> None:
    manifest = snapshot.write(rows(*map(str, range(12))), slices=SLICES)
    result = snapshot.load(manifest)
    expected = [
        ({"ano": "2024"}, 1, 3, 3, 0, False),
        ({"ano": "2025"}, 1, 3, 2, 0, False),
        ({"numero": "1"}, 1, None, 7, 2, False),
        ({"ano": "2026", "uf": 'a"b, ção'}, 1, None, 0, 0, True),
    ]
    columns = "asked, windows, load_windows.announced, load_windows.received, missing, absent"
    assert told(snapshot, columns) == expected
    assert told(snapshot, "distinct load_id, asked::text")[0][0] == result.load_id
    snapshot.load(manifest)
    assert told(snapshot, columns) == expected, "a run repeated writes nothing"


def test_a_failed_load_leaves_no_windows(snapshot: Feed) -> None:
    with pytest.raises(ContractError):
        snapshot.run([{"id": "1", "nome": "a"}, {"id": "1", "nome": "b"}])
    assert told(snapshot, "asked") == []


def test_of_very_many_windows_the_unusual_are_kept_and_the_rest_is_summed_up(
    snapshot: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "MOST", 3)
    usual = [Slice(asked={"ano": f"{year}"}, announced=2, received=2) for year in range(2000, 2010)]
    snapshot.load(snapshot.write(rows(*map(str, range(29))), slices=[*usual, SLICES[1], SLICES[3]]))
    assert told(snapshot, "asked, windows, load_windows.announced, load_windows.received") == [
        ({"ano": "2000"}, 1, 2, 2),
        ({"ano": "2025"}, 1, 3, 2),
        ({"numero": "1"}, 1, None, 7),
        ({}, 9, 18, 18),
    ]


# --- what is promised of the tables


def test_the_ledger_knows_what_the_spec_says_of_a_table(feed: Made) -> None:
    source = feed(
        {"mode": "snapshot", "key": ["id"]},
        ["id", "nome", "cpf", "email"],
        owner="Fulana",
        sla={"freshness_hours": 6, "availability": 0.9},
        personal={"nome": "keep", "cpf": "mask", "email": "drop"},
        schedule="0 4 * * 1",
    )
    source.run([{"id": "1", "nome": "a", "cpf": "***.456.789-**"}])
    known = source.query("select * from ops.resources where source = %s", source.spec.source)
    assert [{name: value for name, value in row.items() if name != "known_at"} for row in known] == [
        {
            "source": source.spec.source,
            "resource": "rows",
            "title": "Rows",
            "table_name": source.table,
            "mode": "snapshot",
            "owner": "Fulana",
            "licence": "None",
            "schedule": "0 4 * * 1",
            "freshness_hours": 6.0,
            "availability": 0.9,
            "personal_columns": ["cpf", "nome"],
        }
    ]
    assert "email" not in source.rows()[0], "what is dropped has no column"


def test_a_changed_spec_changes_the_entry_and_a_resource_that_is_gone_leaves(feed: Made) -> None:
    source = feed({"mode": "append"})
    both = {**source.spec.resources, "others": source.spec.resources["rows"]}
    source.spec = source.spec.model_copy(update={"resources": both})
    source.run(rows("1"))
    listed = "select resource, title from ops.resources where source = %s order by 1"
    assert [row["resource"] for row in source.query(listed, source.spec.source)] == ["others", "rows"]
    renamed = source.spec.resources["rows"].model_copy(update={"title": "O'Linhas"})
    source.spec = source.spec.model_copy(update={"resources": {"rows": renamed}})
    source.run(rows("2"))
    assert source.query(listed, source.spec.source) == [{"resource": "rows", "title": "O'Linhas"}]


def freshness(feed: Feed) -> dict[str, Any]:
    """What an analyst reads about the table."""
    (found,) = feed.query(
        "set role superset_reader; select * from gold.frescor_das_tabelas where fonte = %s", *[feed.spec.source]
    )
    return found


def test_analysts_see_which_table_is_stale_and_since_when(feed: Made) -> None:
    source = feed({"mode": "append"}, sla={"freshness_hours": 24})
    at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=23)
    source.run(rows("1"), extracted_at=at)
    found = freshness(source)
    assert (found["tabela"], found["ultima_carga_at"], found["atrasada"]) == (source.table, at, False)
    assert found["atrasada_desde_at"] is None
    late = feed({"mode": "append"}, sla={"freshness_hours": 2})
    late.run(rows("1"), extracted_at=at)
    found = freshness(late)
    assert (found["atrasada"], found["atrasada_desde_at"]) == (True, at + dt.timedelta(hours=2))


def test_a_backfill_makes_nothing_fresh_and_leaves_a_resource_due(merge: Feed) -> None:
    def is_due() -> bool:
        now = dt.datetime(2026, 6, 10, tzinfo=dt.UTC)
        return readiness.is_due(merge.settings, merge.spec.source, "rows", "0 5 1 * *", now)

    old, backfilled, recent = (dt.datetime(2026, *day, 6, tzinfo=dt.UTC) for day in ((5, 1), (6, 3), (6, 4)))
    merge.run([{"id": "1", "nome": "a", "mudou": "2026-02-01"}], extracted_at=old)
    row = {"id": "2", "nome": "a", "mudou": "2025-02-01"}
    merge.run([row], extracted_at=backfilled, full=False, backfill=True)
    assert (is_due(), freshness(merge)["ultima_carga_at"]) == (True, old)
    merge.run([row], extracted_at=recent, full=False)
    assert (is_due(), freshness(merge)["ultima_carga_at"]) == (False, recent)
    assert [entry["backfill"] for entry in merge.ledger("backfill")] == [False, True, False]


def test_analysts_see_the_share_of_runs_that_succeeded(feed: Made) -> None:
    source = feed({"mode": "snapshot", "key": ["id"]}, sla={"availability": 0.8})
    source.run(rows("1"))
    found = freshness(source)
    assert (found["execucoes_30_dias"], found["disponibilidade"], found["abaixo_do_prometido"]) == (1, 1, False)
    with pytest.raises(ContractError):
        source.run([{"id": "1", "nome": "a"}, {"id": "1", "nome": "b"}])
    dag, task = f"ingest__{source.spec.source}", "rows.extract"
    source.execute(
        "insert into ops.failures (dag_id, task_id, run_id, message)"
        " values (%s, %s, 'late', 'x'), (%s, %s, 'run-1', 'x')",
        dag,
        task,
        dag,
        task,
    )
    found = freshness(source)
    assert (found["execucoes_30_dias"], found["execucoes_bem_sucedidas_30_dias"]) == (3, 1)
    assert (float(found["disponibilidade"]), found["abaixo_do_prometido"]) == (0.3333, True)


def test_a_table_that_was_never_loaded_is_stale_from_its_term_on(feed: Made) -> None:
    source = feed({"mode": "append"})
    both = {**source.spec.resources, "never": source.spec.resources["rows"]}
    source.spec = source.spec.model_copy(update={"resources": both})
    source.run(rows("1"))
    source.execute("update ops.resources set known_at = now() - interval '3 days' where resource = 'never'")
    query = (
        "select recurso, atrasada, execucoes_30_dias from gold.frescor_das_tabelas where fonte = %s and recurso = %s"
    )
    assert source.query(query, source.spec.source, "never") == [
        {"recurso": "never", "atrasada": True, "execucoes_30_dias": 0}
    ]


# --- the state

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
BEFORE = ResourceState(
    watermark="2026-02-20",
    full_at=AT - dt.timedelta(days=3),
    until=dt.date(2026, 2, 20),
    parents_load_id=7,
    scope={"uf": ["RJ"]},
    files={"ano=2024": LoadedFile(sha256="a", rows=1, etag="1"), "ano=2025": LoadedFile(sha256="b", rows=2)},
)


def manifest(**values: Any) -> Manifest:
    base: dict[str, Any] = {
        "source": "s",
        "resource": "r",
        "run_id": "x",
        "extracted_at": AT,
        "full": False,
        "fields": ["id"],
        "slices": [],
        "parts": [],
    }
    return Manifest(**base | values)


def test_a_run_moves_the_state_on() -> None:
    files = [Slice(asked={"ano": "2025"}, announced=None, received=5, sha256="c", etag="2")]
    reach = {"watermark": "2026-02-28", "until": dt.date(2026, 2, 27), "parents_load_id": 9, "scope": {"uf": ["*"]}}
    run = manifest(full=True, slices=files, declared="e", **reach)
    assert reached(BEFORE, run) == ResourceState(
        watermark="2026-02-28",
        full_at=AT,
        until=dt.date(2026, 2, 27),
        parents_load_id=9,
        scope={"uf": ["*"]},
        files={"ano=2025": LoadedFile(sha256="c", rows=5, etag="2", declared="e")},
    ), "should 2024 be asked for again, it is read: another file may have taken its rows' place"


def test_a_run_that_asks_for_a_part_forgets_no_file() -> None:
    files = [Slice(asked={"ano": "2025"}, announced=None, received=5, sha256="c")]
    assert reached(BEFORE, manifest(slices=files)).files == {
        **BEFORE.files,
        "ano=2025": LoadedFile(sha256="c", rows=5),
    }


def test_a_watermark_of_the_future_stays_until_everything_was_asked_for() -> None:
    before = BEFORE.model_copy(update={"watermark": "2099-01-01"})
    day = f"{AT.astimezone(BRASILIA):%Y-%m-%d}"
    assert reached(before, manifest(watermark=day)).watermark == "2099-01-01"
    assert reached(before, manifest(watermark=day, full=True)).watermark == day
    assert reached(BEFORE, manifest(watermark="2099-01-01", full=True)).watermark == day


def test_a_late_run_moves_nothing_back() -> None:
    earlier = AT - dt.timedelta(days=30)
    run = manifest(
        full=True, extracted_at=earlier, watermark="2026-01-01", until=dt.date(2026, 1, 1), parents_load_id=1
    )
    assert reached(BEFORE, run) == BEFORE
    assert reached(BEFORE, manifest(scope={"uf": ["RJ", "SP"]})) == BEFORE, "it was not about all of it"


def test_a_backfill_changes_what_is_known_of_its_files_and_nothing_else() -> None:
    files = [Slice(asked={"ano": "2024"}, announced=None, received=4, sha256="d")]
    later = {"watermark": "2027-01-01", "until": dt.date(2027, 1, 1), "parents_load_id": 99}
    run = manifest(full=True, backfill=True, slices=files, **later)
    changed = {**BEFORE.files, "ano=2024": LoadedFile(sha256="d", rows=4)}
    assert reached(BEFORE, run) == BEFORE.model_copy(update={"files": changed})


# --- what was announced


def test_a_change_is_announced_once_also_one_that_ended_after_a_later_load_was_announced(
    snapshot: Feed, lakehouse: Settings
) -> None:
    source = snapshot.spec.source
    first, second = (snapshot.run([{"id": "1", "nome": name}]).load_id for name in "ab")
    assert announce.changed_loads(lakehouse, source, "one") == second
    announce.announced(lakehouse, source, second, "one")
    assert announce.changed_loads(lakehouse, source, "two") == 0
    snapshot.execute("update ops.loads set finished_at = clock_timestamp() where load_id = %s", first)
    assert announce.changed_loads(lakehouse, source, "two") == first
    announce.announced(lakehouse, source, first, "two")
    assert announce.changed_loads(lakehouse, source, "three") == 0


def test_a_run_that_was_killed_after_it_noted_its_announcement_announces_again(
    snapshot: Feed, lakehouse: Settings
) -> None:
    """Airflow tells of a change with the task's success, which a task killed just before it never had."""
    source, load_id = snapshot.spec.source, snapshot.run([{"id": "1", "nome": "a"}]).load_id
    announce.announced(lakehouse, source, load_id, "killed")

    assert announce.changed_loads(lakehouse, source, "killed") == load_id
    assert announce.changed_loads(lakehouse, source, "next") == 0
