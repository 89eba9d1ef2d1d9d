"""A run into the raw zone: whole or failed, bounded, and asking for the right days."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.fake_source import Answer, Asked, FakeSource, spec_of

from lagoa.errors import ConfigError, ContractError, PermanentSourceError, TransientSourceError
from lagoa.lake.manifest import Manifest
from lagoa.lake.parts import PartWriter
from lagoa.lake.raw import RawZone
from lagoa.lake.state import LoadedFile, ResourceState
from lagoa.settings import Settings
from lagoa.sources.extract import extract, horizon
from lagoa.sources.slices import plan, windows
from lagoa.sources.spec import Window
from lagoa.sources.spec.time import BRASILIA
from lagoa.sources.watermark import capped

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
BY_UF = {"for_each": {"uf": "ufs"}}
AGENCY = {"ufs": ["AC", "BA", "CE", "DF", "ES"]}
MERGE = {"mode": "merge", "key": ["id"], "watermark": "mudou", "look_back_days": 3, "full_every_days": 7}
DAYS = {"start": "de", "end": "ate", "format": "%Y-%m-%d", "max_days": 10, "first": "2026-10-01"}
CHANGES = {"fields": ["id", "mudou"], "write": MERGE, "window": DAYS}


def run(settings: Settings, resource: dict[str, Any], **options: Any) -> Manifest:
    options = {"agency": AGENCY, "state": ResourceState()} | options
    return extract(spec_of(resource), "linhas", options.pop("run_id", "run-1"), settings=settings, **options)


def files_of(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.raw_base).rglob("*") if path.is_file())


def by_uf(request: Asked) -> Answer:
    return Answer([{"id": request.query["uf"], "nome": "x"}])


# --- the raw zone


def test_a_run_leaves_parts_and_a_manifest_with_their_hashes(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = by_uf
    progress: list[tuple[int, int, int]] = []
    manifest = run(settings_of_fake, BY_UF, run_id="manual__2026:1", progress=lambda *told: progress.append(told))
    zone = RawZone(settings_of_fake.raw_base)
    path = zone.manifest_path(manifest)
    day = dt.datetime.now(dt.UTC).date()
    name = "manual__2026_1-f172e08a"
    assert path.endswith(f"raw/fonte/linhas/year={day:%Y}/month={day:%m}/day={day:%d}/{name}.manifest.json")
    assert zone.read_manifest(path) == manifest
    assert (manifest.received, manifest.announced, manifest.full, manifest.fields) == (5, None, True, ["id", "nome"])
    assert [item.asked for item in manifest.slices] == [{"uf": uf} for uf in AGENCY["ufs"]]
    (part,) = manifest.parts
    content = Path(part.path).read_bytes()
    assert (part.rows, part.bytes, part.sha256) == (5, len(content), hashlib.sha256(content).hexdigest())
    table = pq.read_table(part.path)
    assert table.schema.field("id").type == pa.string()
    assert sorted(table.column("id").to_pylist()) == AGENCY["ufs"]
    assert files_of(settings_of_fake) == [f"{name}-00000.parquet", f"{name}.manifest.json"]
    assert sorted(progress) == [(done, 5, done) for done in range(1, 6)]


def test_runs_whose_names_differ_in_what_no_file_name_holds_are_kept_apart(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer([{"id": "1", "nome": "x"}]))
    zone = RawZone(settings_of_fake.raw_base)
    made = [run(settings_of_fake, {}, run_id=run_id) for run_id in ("a+b", "a_b", "a:b")]
    assert [zone.find("fonte", "linhas", each.run_id) for each in made] == made
    assert len({path for each in made for path in (zone.manifest_path(each), each.parts[0].path)}) == 6
    assert all(Path(each.parts[0].path).is_file() for each in made)


def test_a_run_that_an_earlier_version_named_is_found(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([{"id": "1", "nome": "x"}]))
    zone = RawZone(settings_of_fake.raw_base)
    manifest = run(settings_of_fake, {}, run_id="a+b")
    former = Path(zone.manifest_path(manifest)).rename(
        Path(zone.manifest_path(manifest)).with_name("a_b.manifest.json")
    )
    assert zone.find("fonte", "linhas", "a+b") == manifest
    assert zone.manifest_path(manifest) == str(former)
    assert zone.find("fonte", "linhas", "a_b") is None
    other = run(settings_of_fake, {}, run_id="a:b")
    assert zone.manifest_path(other) != str(former)


def test_a_raw_zone_on_disk_is_for_its_owner_alone(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([]))
    run(settings_of_fake, {})
    assert Path(settings_of_fake.raw_base).stat().st_mode & 0o777 == 0o700


def test_a_run_without_rows_is_whole_and_has_no_parts(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([]))
    manifest = run(settings_of_fake, {})
    assert (manifest.parts, manifest.received, manifest.fields) == ([], 0, ["id", "nome"])
    assert files_of(settings_of_fake) == ["run-1.manifest.json"]


def test_a_run_that_was_never_whole_has_no_manifest(settings_of_fake: Settings) -> None:
    with pytest.raises(ContractError, match=r"raw zone: no manifest at .*/x\.json\. The run is not whole"):
        RawZone(settings_of_fake.raw_base).read_manifest(f"{settings_of_fake.raw_base}/x.json")


def test_of_two_tries_of_a_run_the_later_one_is_found(fake: FakeSource, settings_of_fake: Settings) -> None:
    manifest = run(settings_of_fake, {})
    zone = RawZone(settings_of_fake.raw_base)
    earlier = manifest.model_copy(update={"extracted_at": manifest.extracted_at - dt.timedelta(days=2)})
    zone.write_manifest(earlier)
    assert zone.find("fonte", "linhas", "run-1") == manifest
    assert zone.find("fonte", "linhas", "run-2") is None
    assert zone.manifests("fonte", "linhas") == [earlier, manifest]


# --- nothing is swallowed


def test_every_failed_slice_is_named_and_no_manifest_is_written(fake: FakeSource, settings_of_fake: Settings) -> None:
    def answer(request: Asked) -> Answer:
        uf = request.query["uf"]
        return by_uf(request) if uf in ("AC", "DF") else Answer("busy", 503)

    fake.answers = answer
    with pytest.raises(TransientSourceError) as failed:
        run(settings_of_fake, BY_UF)
    listed = "".join(
        f"\n  fonte.linhas (uf={uf}): the source answered 503 Service Unavailable, expected 200. "
        "It is overloaded or limits us: try again later."
        for uf in ("BA", "CE", "ES")
    )
    assert str(failed.value) == f"fonte.linhas: 3 requests failed, expected none:{listed}"
    assert {request.query["uf"] for request in fake.asked} == set(AGENCY["ufs"]), "the others were tried all the same"
    assert files_of(settings_of_fake) == ["run-1-00000.parquet", "run-1.journal.json"], "what another try goes on from"


def test_a_run_of_which_nothing_came_leaves_nothing(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("busy", 503))
    with pytest.raises(TransientSourceError, match="5 requests failed"):
        run(settings_of_fake, BY_UF)
    assert files_of(settings_of_fake) == []


@pytest.mark.parametrize(
    ("bodies", "kind"),
    [
        ({"BA": Answer(status=503), "ES": Answer([{"id": 1}])}, ContractError),
        ({"BA": Answer([{"id": 1}]), "ES": Answer(status=503)}, ContractError),
        ({"BA": Answer(status=404), "ES": Answer(status=503)}, PermanentSourceError),
        ({"BA": Answer(status=404), "ES": Answer([{"id": 1}])}, PermanentSourceError),
    ],
    ids=["503 and a shape", "a shape and 503", "404 and 503", "404 and a shape"],
)
def test_failures_are_transient_together_only_if_each_of_them_is(
    fake: FakeSource, settings_of_fake: Settings, bodies: dict[str, Answer], kind: type[Exception]
) -> None:
    fake.answers = lambda request: bodies.get(request.query["uf"], by_uf(request))
    with pytest.raises(kind, match="2 requests failed"):
        run(settings_of_fake, BY_UF)


def test_one_failure_is_told_as_it_is(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = lambda request: by_uf(request) if request.query["uf"] != "BA" else Answer([{"id": 1}])
    with pytest.raises(ContractError, match=r"^fonte\.linhas \(uf=BA\): missing field nome"):
        run(settings_of_fake, BY_UF)


def test_of_many_failures_ten_are_shown(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("<html>"))
    with pytest.raises(TransientSourceError) as failed:
        run(settings_of_fake, BY_UF, agency={"ufs": [str(number) for number in range(14)]})
    lines = str(failed.value).splitlines()
    assert (lines[0], len(lines), lines[-1]) == (
        "fonte.linhas: 14 requests failed, expected none:",
        12,
        "  and 4 more",
    )


def test_a_mistake_of_ours_is_not_taken_for_the_sources(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartWriter, "write", lambda *_: 1 / 0)
    fake.says(Answer([{"id": 1, "nome": "x"}]))
    with pytest.raises(ZeroDivisionError):
        run(settings_of_fake, {})
    assert files_of(settings_of_fake) == []


# --- bounds


def table_of(rows: int, width: int = 4) -> pa.Table:
    return pa.table({"id": pa.array(["x" * width] * rows, pa.string())})


def test_parts_are_cut_by_rows_so_that_memory_stays_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartWriter, "MAX_ROWS", 1000)
    writer = PartWriter(RawZone(str(tmp_path)), "fonte", "linhas", "run", dt.date(2026, 1, 1))
    held = 0
    for _ in range(50):
        writer.write(table_of(90))
        held = max(held, writer._rows)
    writer.flush()
    assert held < 1000
    assert [part.rows for part in writer.parts] == [1080, 1080, 1080, 1080, 180]
    assert [pq.ParquetFile(part.path).metadata.num_rows for part in writer.parts] == [
        part.rows for part in writer.parts
    ]


def test_parts_are_cut_by_bytes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartWriter, "MAX_BYTES", 10_000)
    writer = PartWriter(RawZone(str(tmp_path)), "fonte", "linhas", "run", dt.date(2026, 1, 1))
    for _ in range(10):
        writer.write(table_of(6, width=1000))
    writer.flush()
    assert [part.rows for part in writer.parts] == [12, 12, 12, 12, 12]


def test_pages_of_different_columns_share_a_part(tmp_path: Path) -> None:
    writer = PartWriter(RawZone(str(tmp_path)), "fonte", "linhas", "run", dt.date(2026, 1, 1))
    writer.write(pa.table({"a": ["1"], "b": ["2"]}))
    writer.write(pa.table({"c": ["3"], "a": ["4"]}))
    writer.flush()
    writer.flush()
    assert writer.fields == ["a", "b", "c"]
    assert pq.read_table(writer.parts[0].path).to_pylist() == [
        {"a": "1", "b": "2", "c": None},
        {"a": "4", "b": None, "c": "3"},
    ]
    assert len(writer.parts) == 1


# --- files that are known already


def test_a_file_that_is_the_one_loaded_before_is_not_read_again(fake: FakeSource, settings_of_fake: Settings) -> None:
    csv = {
        "kind": "file",
        "format": "csv",
        "path": "/{ano}",
        "for_each": {"ano": "anos"},
        "write": {"mode": "replace_partition", "partition": "ano"},
        "fields": ["ano", "v"],
    }
    fake.answers = lambda request: Answer(f"ano,v\n{request.path[-4:]},1\n")
    digest = hashlib.sha256(b"ano,v\n2024,1\n").hexdigest()
    known = ResourceState(files={"ano=2024": LoadedFile(sha256=digest, rows=77)})
    manifest = run(settings_of_fake, csv, agency={"anos": ["2024", "2025"]}, state=known)
    assert [(item.asked["ano"], item.unchanged, item.received) for item in manifest.slices] == [
        ("2024", True, 77),
        ("2025", False, 1),
    ]
    assert [part.rows for part in manifest.parts] == [1]


# --- which days


def state(watermark: str | None, days_since_full: float | None) -> ResourceState:
    full_at = None if days_since_full is None else NOW - dt.timedelta(days=days_since_full)
    return ResourceState(watermark=watermark, full_at=full_at)


@pytest.mark.parametrize(
    ("known", "full", "expected"),
    [
        (state(None, None), False, (True, None)),
        (state("2026-11-18T10:00:00", None), False, (True, None)),
        (state(None, 1), False, (True, None)),
        (state("2026-11-18T10:00:00", 1), False, (False, dt.date(2026, 11, 15))),
        (state("2026-11-18", 1), False, (False, dt.date(2026, 11, 15))),
        (state("2026-11-18T10:00:00", 6.99), False, (False, dt.date(2026, 11, 15))),
        (state("2026-11-18T10:00:00", 7), False, (True, None)),
        (state("2026-11-18T10:00:00", 1), True, (True, None)),
        (state("2026-11-21T08:00:00", 1), False, (False, dt.date(2026, 11, 17))),
        (state("2099-01-01T00:00:00", 1), False, (True, None)),
    ],
    ids=[
        "never loaded", "never whole", "no watermark", "look back", "a date", "nearly a week", "a week",
        "asked for all", "a clock ahead", "a watermark of the future",
    ],
)  # fmt: skip
def test_a_run_asks_from_the_watermark_less_the_look_back_or_for_everything(
    known: ResourceState, full: bool, expected: tuple[bool, dt.date | None]
) -> None:
    assert horizon(spec_of(CHANGES).resources["linhas"], known, NOW, full) == expected


def test_without_full_every_days_nothing_is_asked_again_from_the_start() -> None:
    write = {name: value for name, value in MERGE.items() if name != "full_every_days"}
    resource = spec_of(CHANGES | {"write": write}).resources["linhas"]
    assert horizon(resource, state("2026-11-18", 400), NOW, False) == (False, dt.date(2026, 11, 15))


@pytest.mark.parametrize(
    "resource",
    [
        {},
        CHANGES | {"window": None, "write": {"mode": "merge", "key": ["id"], "watermark": "mudou"}},
        CHANGES | {"write": {"mode": "merge", "key": ["id"]}},
    ],
    ids=["snapshot", "no window", "no watermark"],
)
def test_what_has_no_watermark_and_window_is_always_asked_whole(resource: dict[str, Any]) -> None:
    assert horizon(spec_of(resource).resources["linhas"], state("2026-11-18", 1), NOW, False) == (True, None)


def test_a_watermark_that_is_no_date_is_told() -> None:
    with pytest.raises(ContractError) as wrong:
        horizon(spec_of(CHANGES).resources["linhas"], state("18/11/2026", 1), NOW, False)
    assert str(wrong.value) == (
        "watermark mudou: found '18/11/2026', expected an ISO date or timestamp. "
        "Choose another field in the spec, or extract with --full."
    )


def test_the_watermark_of_a_run_is_the_highest_seen_and_never_falls(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer([{"id": 1, "mudou": "2025-11-19T08:00:00"}, {"id": 2, "mudou": None}]), Answer([]))
    assert run(settings_of_fake, CHANGES).watermark == "2025-11-19T08:00:00"
    fake.says(Answer([{"id": 1, "mudou": "2025-11-19T08:00:00"}]))
    assert run(settings_of_fake, CHANGES, state=ResourceState(watermark="2025-11-20")).watermark == "2025-11-20"


@pytest.mark.parametrize(
    ("found", "reached"),
    [
        ("9999-12-31", "2026-11-20"),
        ("2026-11-21", "2026-11-20"),
        ("2099-01-01T00:00:00", "2026-11-20T22:30:00"),
        ("2099-01-01 00:00:00.123", "2026-11-20 22:30:00"),
        ("2099-01-01T00:00:00Z", "2026-11-21T01:30:00Z"),
        ("2099-01-01T00:00:00+00", "2026-11-21T01:30:00+00:00"),
        ("9999-12-31T23:59:59-03:00", "2026-11-20T22:30:00-03:00"),
        ("2026-11-20T22:30:00", "2026-11-20T22:30:00"),
        ("99991231", "99991231"),
        ("31/12/9999", "31/12/9999"),
        (None, None),
    ],
)
def test_a_watermark_of_the_future_counts_as_the_moment_of_its_run(found: str | None, reached: str | None) -> None:
    assert capped(found, dt.datetime(2026, 11, 21, 1, 30, tzinfo=dt.UTC)) == reached


def test_a_run_that_finds_a_watermark_of_the_future_goes_on_from_its_own_moment_and_says_so(
    fake: FakeSource, settings_of_fake: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    fake.says(Answer([{"id": 1, "mudou": "2025-11-19"}, {"id": 2, "mudou": "9999-12-31"}]), Answer([]))
    manifest = run(settings_of_fake, CHANGES)
    today = f"{manifest.extracted_at.astimezone(BRASILIA):%Y-%m-%d}"
    assert manifest.watermark == today
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [
        "fonte.linhas: watermark mudou: found 9999-12-31, which is yet to come; the next run goes on from "
        f"{today}. Tell the source's owner."
    ]


@given(
    start=st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)),
    days=st.integers(-3, 400),
    longest=st.integers(1, 400),
)
def test_windows_cover_every_day_once_and_none_is_too_long(start: dt.date, days: int, longest: int) -> None:
    window = Window(start="de", end="ate", format="%Y-%m-%d", max_days=longest, first=dt.date(2000, 1, 1))
    until = start + dt.timedelta(days=days)
    covered = []
    for each in windows(window, start, until):
        first, last = dt.date.fromisoformat(each["de"]), dt.date.fromisoformat(each["ate"])
        assert 1 <= (last - first).days + 1 <= longest
        covered += [first + dt.timedelta(days=day) for day in range((last - first).days + 1)]
    assert covered == [start + dt.timedelta(days=day) for day in range(max(0, days + 1))]


# --- what is asked for each


def test_lists_multiply_and_an_empty_one_leaves_its_parameter_out() -> None:
    resource = spec_of({"params": {"f": 1}, "for_each": {"m": "ms", "c": "cs", "u": "us"}}).resources["linhas"]
    agency = {"ms": ["4", "6"], "cs": [], "us": ["a", "b"]}
    assert plan(resource, agency, None, NOW.date()) == [
        {"f": "1", "m": "4", "u": "a"},
        {"f": "1", "m": "4", "u": "b"},
        {"f": "1", "m": "6", "u": "a"},
        {"f": "1", "m": "6", "u": "b"},
    ]


def test_windows_multiply_with_the_lists_from_the_first_day_or_from_where_the_run_begins() -> None:
    resource = spec_of(CHANGES | {"for_each": {"m": "ms"}}).resources["linhas"]
    assert plan(resource, {"ms": ["1"]}, None, dt.date(2026, 10, 12)) == [
        {"m": "1", "de": "2026-10-01", "ate": "2026-10-10"},
        {"m": "1", "de": "2026-10-11", "ate": "2026-10-12"},
    ]
    assert plan(resource, {"ms": ["1", "2"]}, dt.date(2026, 10, 12), dt.date(2026, 10, 12)) == [
        {"m": "1", "de": "2026-10-12", "ate": "2026-10-12"},
        {"m": "2", "de": "2026-10-12", "ate": "2026-10-12"},
    ]


def test_a_list_that_the_agency_lacks_is_told() -> None:
    with pytest.raises(ConfigError, match=r"agency: found no ufs, expected by `for_each` of 'Linhas'"):
        plan(spec_of(BY_UF).resources["linhas"], {}, None, NOW.date())


@pytest.mark.parametrize("part", [{"path": "/{uf}"}, {"params": {"or": "(de.eq.{uf},para.eq.{uf})"}}], ids=str)
def test_an_empty_list_for_a_part_of_what_is_asked_is_told(part: dict[str, Any]) -> None:
    resource = spec_of(part | BY_UF).resources["linhas"]
    with pytest.raises(ConfigError, match=r"agency: found an empty list ufs, expected values: they are part of"):
        plan(resource, {"ufs": []}, None, NOW.date())
