"""A run that was broken off goes on from the last whole page: nothing durable is asked again, the rows are the same."""

import datetime as dt
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr
from tests.sources.fake_source import Answer, Asked, FakeSource, spec_of
from tests.sources.resumed_run import resumed_run

from lagoa.errors import ContractError, TransientSourceError
from lagoa.lake.manifest import Manifest
from lagoa.lake.parts import PartWriter
from lagoa.lake.raw import RawZone
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources import extract as extraction
from lagoa.sources import journal as journals
from lagoa.sources import received
from lagoa.sources.connector import Batch, Context, Interrupted, Resume
from lagoa.sources.connectors import CONNECTORS
from lagoa.sources.connectors.rest import series
from lagoa.sources.extract import extract
from lagoa.sources.journal import READING, Journal, Mark
from lagoa.sources.plan import Plan

PAGES, PAGE_ROWS = 9, 7
AGENCY = {"ufs": ["AC", "BA", "CE", "DF", "ES"]}
PAGED = {
    "for_each": {"uf": "ufs"},
    "records": "linhas",
    "paging": {"type": "page_number", "page": "pagina", "page_size": PAGE_ROWS, "total": "total"},
}
EVERY_ROW = sorted(
    (f"{uf}-{page}-{row}", f"nome {row}")
    for uf in AGENCY["ufs"]
    for page in range(1, PAGES + 1)
    for row in range(PAGE_ROWS)
)


def page_of(request: Asked, seconds: float = 0) -> Answer:
    uf, page = request.query["uf"], int(request.query["pagina"])
    rows = [{"id": f"{uf}-{page}-{row}", "nome": f"nome {row}"} for row in range(PAGE_ROWS)]
    return Answer({"linhas": rows, "total": PAGES * PAGE_ROWS}, seconds=seconds)


def run(settings: Settings, resource: dict[str, Any] | None = None, **options: Any) -> Manifest:
    known = {"agency": AGENCY, "state": ResourceState()} | options
    spec = spec_of(PAGED if resource is None else resource, concurrency=known.pop("concurrency", 3))
    return extract(spec, "linhas", known.pop("run_id", "run-1"), settings=settings, **known)


def rows_of(manifest: Manifest) -> list[tuple[str, str]]:
    tables = [pq.read_table(part.path) for part in manifest.parts]
    return sorted((row["id"], row["nome"]) for table in tables for row in table.to_pylist())


def files_of(settings: Settings) -> list[str]:
    return sorted(path.name for path in Path(settings.raw_base).rglob("*") if path.is_file())


def journal_of(settings: Settings) -> Journal | None:
    today = dt.datetime.now(dt.UTC).date()
    return Journal.find(RawZone(settings.raw_base), "fonte", "linhas", "run-1", today)


def asked_pages(fake: FakeSource) -> set[tuple[str, int]]:
    return {(request.query["uf"], int(request.query["pagina"])) for request in fake.asked}


@pytest.fixture
def flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is made durable at once."""
    monkeypatch.setattr(series, "BATCH_SECONDS", 0.0)
    monkeypatch.setattr(received, "FLUSH_SECONDS", 0.0)


# --- two at once


def test_an_attempt_waits_for_one_of_the_same_run_that_still_lives(
    fake: FakeSource, settings_of_fake: Settings, flushing: None
) -> None:
    """Both wrote chunks of the same names, and rows were lost and doubled."""
    fake.answers_by(lambda request: page_of(request, seconds=0.02))
    with ThreadPoolExecutor() as attempts:
        *_, last = as_completed([attempts.submit(run, settings_of_fake) for _ in range(3)])
    assert rows_of(last.result()) == EVERY_ROW


# --- under another name


@pytest.fixture
def given_up(fake: FakeSource, settings_of_fake: Settings, flushing: None) -> None:
    """A run of yesterday's schedule, say, whose last try failed."""
    fake.answers_by(lambda request: Answer("busy", 503) if request.query["uf"] == "DF" else page_of(request))
    with pytest.raises(TransientSourceError):
        run(settings_of_fake, run_id="given up")
    fake.answers_by(page_of)
    fake.asked.clear()


def test_a_run_goes_on_with_what_another_left(fake: FakeSource, settings_of_fake: Settings, given_up: None) -> None:
    manifest = run(settings_of_fake, run_id="next")

    assert (manifest.run_id, rows_of(manifest)) == ("next", EVERY_ROW)
    assert {uf for uf, _ in asked_pages(fake)} == {"DF"}
    assert {name.partition("-")[0].partition(".")[0] for name in files_of(settings_of_fake)} == {"next"}


@pytest.mark.parametrize(
    "options",
    [{"agency": {"ufs": AGENCY["ufs"][1:]}}, {"full": True}, {"last_loaded": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}],
    ids=["another agency", "everything", "a later one was loaded"],
)
def test_what_another_run_left_of_something_else_is_not_gone_on_with(
    fake: FakeSource, settings_of_fake: Settings, given_up: None, options: dict[str, Any]
) -> None:
    run(settings_of_fake, run_id="next", **options)

    assert asked_pages(fake) == {
        (uf, page) for uf in options.get("agency", AGENCY)["ufs"] for page in range(1, PAGES + 1)
    }


def test_what_another_installation_left_is_none_of_its_business(
    fake: FakeSource, settings_of_fake: Settings, given_up: None, tmp_path: Path
) -> None:
    other = settings_of_fake.model_copy(update={"state_dir": tmp_path / "other", "raw_url": settings_of_fake.raw_base})
    before = files_of(settings_of_fake)

    run(other, run_id="next")

    assert len(asked_pages(fake)) == len(AGENCY["ufs"]) * PAGES
    assert set(before) <= set(files_of(settings_of_fake))


def test_a_take_over_that_was_killed_leaves_a_run_that_goes_on(
    fake: FakeSource, settings_of_fake: Settings, given_up: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "clear", lambda *_: pytest.fail("killed"))
    with pytest.raises(pytest.fail.Exception, match="killed"):
        run(settings_of_fake, run_id="next")
    monkeypatch.undo()

    assert rows_of(run(settings_of_fake, run_id="next")) == EVERY_ROW
    assert {uf for uf, _ in asked_pages(fake)} == {"DF"}


# --- killed


def durable_pages(settings: Settings) -> set[tuple[str, int]]:
    """The pages that no further attempt may ask for."""
    journal = journal_of(settings)
    found: set[tuple[str, int]] = set()
    for at, mark in journal.marks().items() if journal else ():
        reached = PAGES + 1 if mark.done else (mark.position or {"page": 1})["page"]
        found |= {(AGENCY["ufs"][at], page) for page in range(1, reached)}
    return found


def chunks_of(settings: Settings) -> int:
    return len(list(Path(settings.raw_base).rglob("run-1-*.parquet")))


def attempt(settings: Settings, dies: Callable[[], bool]) -> int | None:
    """Run it in a process of its own, killed when the moment has come; gives its exit code."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.sources.resumed_run", "lagoa.sources.connectors.rest"])
    process = processes.Process(target=resumed_run, args=(settings, PAGED, AGENCY))
    process.start()
    until = time.monotonic() + 60
    while process.is_alive() and time.monotonic() < until:
        if dies():
            process.kill()
        time.sleep(0.002)
    process.join(10)
    return process.exitcode


@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_again_and_again_brings_the_same_rows(
    fake: FakeSource, settings_of_fake: Settings, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  (which page, no secret)
    settings, resumed = settings_of_fake, 0

    def moment(death: int) -> Callable[[], bool]:
        """After some requests, or after some chunks: one of each, in turn, and in the end never."""
        asked, chunks = chance.randint(1, 15), chunks_of(settings) + chance.randint(1, 3)
        if death >= 4:
            return lambda: False
        return (lambda: chunks_of(settings) >= chunks) if death % 2 else (lambda: len(fake.asked) >= asked)

    for death in range(5):
        before = durable_pages(settings)
        fake.says()
        fake.answers = lambda request: page_of(request, seconds=0.02)
        code = attempt(settings, moment(death))
        assert asked_pages(fake) & before == set(), "what was durable is not asked for again"
        resumed += bool(before)
        if code == 0:
            break
    assert resumed
    (path,) = Path(settings.raw_base).rglob("*.manifest.json")
    manifest = RawZone(settings.raw_base).read_manifest(str(path))
    assert rows_of(manifest) == EVERY_ROW
    assert [(item.asked["uf"], item.announced, item.received) for item in manifest.slices] == [
        (uf, PAGES * PAGE_ROWS, PAGES * PAGE_ROWS) for uf in AGENCY["ufs"]
    ]
    assert manifest.fields == ["id", "nome"]
    (part,) = manifest.parts
    assert files_of(settings) == sorted([Path(part.path).name, "run-1.manifest.json"])
    assert pq.read_table(part.path).column_names == ["id", "nome"]


# --- failed


def test_another_try_asks_only_for_what_failed(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = lambda request: Answer("busy", 503) if request.query["uf"] == "DF" else page_of(request)
    with pytest.raises(TransientSourceError):
        run(settings_of_fake)
    fake.says()
    fake.answers = page_of
    progress: list[tuple[int, int, int]] = []
    manifest = run(settings_of_fake, progress=lambda *told: progress.append(told))
    assert asked_pages(fake) == {("DF", page) for page in range(1, PAGES + 1)}
    assert rows_of(manifest) == EVERY_ROW
    assert progress[-1] == (5, 5, len(EVERY_ROW))


@pytest.mark.usefixtures("flushing")
def test_a_slice_whose_records_are_in_doubt_is_read_anew_and_no_row_comes_twice(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    def moved(request: Asked) -> Answer:
        if request.query == {"uf": "BA", "pagina": "5"}:
            return Answer({"linhas": [{"id": "x", "nome": "y"}], "total": 3})
        return page_of(request)

    fake.answers = moved
    with pytest.raises(TransientSourceError, match="the total announced fell"):
        run(settings_of_fake)
    fake.says()
    fake.answers = page_of
    manifest = run(settings_of_fake)
    assert asked_pages(fake) == {("BA", page) for page in range(1, PAGES + 1)}
    assert rows_of(manifest) == EVERY_ROW


class Numbers:
    """A connector that counts to six, in pairs, and breaks off at four once."""

    breaks: Exception | None = None
    dies = False
    resumed: list[Resume | None]

    def __init__(self, context: Context) -> None:
        self.context = context

    def __enter__(self) -> "Numbers":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def expand(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """Nothing to add."""
        return asked

    def read(self, asked: dict[str, str], resume: Resume | None = None) -> "Counting":
        """Count, from where it was broken off."""
        type(self).resumed.append(resume)
        return Counting(asked, resume.position["next"] if resume else 0)


class Counting:
    """The numbers of one slice."""

    def __init__(self, asked: dict[str, str], first: int) -> None:
        self.asked, self.first = asked, first

    def batches(self) -> Iterator[Batch]:
        """Two numbers at a time."""
        for number in range(self.first, 6, 2):
            if number == 4 and Numbers.breaks:
                error, Numbers.breaks = Numbers.breaks, None
                raise error
            table = pa.table({"id": [str(number), str(number + 1)], "nome": ["a", "b"]})
            yield Batch(table, {"next": number + 2} if number < 4 else None)

    @property
    def slice(self) -> Any:
        """All of them."""
        if Numbers.dies:
            raise KeyboardInterrupt
        return extraction.Slice(asked=self.asked, announced=6, received=6)


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> type[Numbers]:
    """The connector that counts, in the place of the one for APIs."""
    Numbers.breaks, Numbers.dies, Numbers.resumed = None, False, []
    module = type(sys)("numbers_connector")
    module.Numbers = Numbers  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "numbers_connector", module)
    monkeypatch.setitem(CONNECTORS, "rest", "numbers_connector:Numbers")
    return Numbers


def test_a_slice_that_the_source_interrupted_goes_on_with_the_keys_that_came_with_it(
    settings_of_fake: Settings, numbers: type[Numbers]
) -> None:
    numbers.breaks = Interrupted("fonte.linhas: no answer within 1 s. Try again later.")
    twice: dict[str, Any] = {"resource": {"for_each": {"uf": "ufs"}}, "agency": {"ufs": ["AC", "BA"]}, "concurrency": 1}
    with pytest.raises(TransientSourceError, match="no answer"):
        run(settings_of_fake, **twice)
    manifest = run(settings_of_fake, **twice)
    first, other, again = numbers.resumed
    assert first is None
    assert other is None
    assert again is not None
    assert (again.position, again.received) == ({"next": 4}, 4)
    assert again.keys is not None
    assert again.keys.to_pydict() == {"id": ["0", "1", "2", "3"]}
    assert [row for row, _ in rows_of(manifest)] == sorted("012345" * 2)


@pytest.mark.usefixtures("flushing")
def test_a_slice_that_was_killed_after_its_last_page_asks_for_that_page_alone(
    settings_of_fake: Settings, numbers: type[Numbers]
) -> None:
    numbers.dies = True
    with pytest.raises(KeyboardInterrupt):
        run(settings_of_fake, {})
    numbers.dies = False
    manifest = run(settings_of_fake, {})
    assert [resume and resume.position for resume in numbers.resumed] == [None, {"next": 4}]
    assert [row for row, _ in rows_of(manifest)] == ["0", "1", "2", "3", "4", "5"]


def test_with_treated_keys_a_slice_is_read_from_its_beginning(
    settings_of_fake: Settings, numbers: type[Numbers]
) -> None:
    settings = settings_of_fake.model_copy(update={"pseudonym_key": SecretStr("k")})
    numbers.breaks = Interrupted("fonte.linhas: no answer within 1 s. Try again later.")
    with pytest.raises(TransientSourceError):
        run(settings, {"personal": {"id": "pseudonym"}})
    manifest = run(settings, {"personal": {"id": "pseudonym"}})
    assert numbers.resumed == [None, None]
    assert len(rows_of(manifest)) == 6


@pytest.mark.parametrize(
    ("paging", "position"),
    [
        ({"type": "page_number", "page": "p", "page_size": 2}, None),
        ({"type": "cursor", "cursor": "depois", "parameter": "c"}, {"next": 4}),
    ],
    ids=["pages that move", "a cursor"],
)
def test_without_a_key_a_slice_goes_on_only_where_its_pages_do_not_move(
    settings_of_fake: Settings, numbers: type[Numbers], paging: dict[str, Any], position: Any
) -> None:
    numbers.breaks = Interrupted("fonte.linhas: no answer within 1 s. Try again later.")
    resource = {"records": "linhas", "paging": paging, "write": {"mode": "append"}}
    with pytest.raises(TransientSourceError):
        run(settings_of_fake, resource)
    manifest = run(settings_of_fake, resource)
    assert [resume and resume.position for resume in numbers.resumed] == [None, position]
    assert len(rows_of(manifest)) == 6


NUMBERED = {"type": "page_number", "page": "p", "page_size": 2}


@pytest.mark.parametrize(
    ("paging", "position"),
    [
        (NUMBERED, None),
        (NUMBERED | {"total": "total"}, {"next": 4}),
        ({"type": "odata", "page_size": 2, "order": "id"}, {"next": 4}),
        ({"type": "odata", "page_size": 2, "order": "id", "count": False}, None),
        ({"type": "limit_offset", "page_size": 2, "order": "id"}, {"next": 4}),
        ({"type": "limit_offset", "page_size": 2, "announced_in": "nowhere"}, None),
    ],
)
def test_pages_that_move_are_gone_on_with_only_where_a_total_tells_what_was_passed_over(
    settings_of_fake: Settings, numbers: type[Numbers], paging: dict[str, Any], position: Any
) -> None:
    numbers.breaks = Interrupted("fonte.linhas: no answer within 1 s. Try again later.")
    resource = {"records": "linhas", "paging": paging}
    with pytest.raises(TransientSourceError):
        run(settings_of_fake, resource)
    manifest = run(settings_of_fake, resource)
    assert [resume and resume.position for resume in numbers.resumed] == [None, position]
    assert len(rows_of(manifest)) == 6


# --- begun anew


@pytest.fixture
def broken_off(fake: FakeSource, settings_of_fake: Settings) -> FakeSource:
    """A run of which DF failed; from now on the source answers."""
    fake.answers = lambda request: Answer("busy", 503) if request.query["uf"] == "DF" else page_of(request)
    with pytest.raises(TransientSourceError):
        run(settings_of_fake)
    fake.says()
    fake.answers = page_of
    return fake


def test_what_was_broken_off_long_ago_begins_anew(
    broken_off: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "STANDS_FOR", dt.timedelta(0))
    assert rows_of(run(settings_of_fake)) == EVERY_ROW
    assert len(asked_pages(broken_off)) == len(AGENCY["ufs"]) * PAGES
    assert files_of(settings_of_fake) == ["run-1-00000.parquet", "run-1.manifest.json"]


def test_under_another_spec_a_run_begins_anew(broken_off: FakeSource, settings_of_fake: Settings) -> None:
    assert rows_of(run(settings_of_fake, {**PAGED, "personal": {"nome": "keep"}})) == EVERY_ROW
    assert len(asked_pages(broken_off)) == len(AGENCY["ufs"]) * PAGES


def test_a_run_keeps_to_the_plan_that_it_was_begun_with(broken_off: FakeSource, settings_of_fake: Settings) -> None:
    journal = journal_of(settings_of_fake)
    assert journal is not None
    assert run(settings_of_fake).extracted_at == journal.plan.now


def test_a_chunk_that_was_changed_after_it_was_written_is_refused(tmp_path: Path) -> None:
    plan = Plan(run_id="run-1", fingerprint="f", now=dt.datetime.now(dt.UTC), full=True, asked=[{}])
    journal = Journal(RawZone(str(tmp_path)), f"{tmp_path}/run-1", plan)
    journal.append([(0, pa.table({"id": ["1", "2"]}))], [Mark(reading=0, at=0, received=2)], full=False)
    (chunk,) = journal.chunks
    assert journal.read(chunk, ["id"]).to_pylist() == [{"id": "1"}, {"id": "2"}]
    pq.write_table(pa.table({"id": ["1"], READING: pa.array([0], pa.int32())}), chunk.part.path)
    with pytest.raises(ContractError, match="it was changed after it was written"):
        journal.read(chunk)


def test_a_chunk_that_cannot_be_read_and_what_follows_it_does_not_hold(
    broken_off: FakeSource, settings_of_fake: Settings
) -> None:
    (chunk,) = Path(settings_of_fake.raw_base).rglob("*.parquet")
    chunk.with_name("run-1-00001.parquet").write_bytes(chunk.read_bytes())
    chunk.write_bytes(chunk.read_bytes()[:100])
    assert rows_of(run(settings_of_fake)) == EVERY_ROW
    assert len(asked_pages(broken_off)) == len(AGENCY["ufs"]) * PAGES
    assert files_of(settings_of_fake) == ["run-1-00000.parquet", "run-1.manifest.json"]


@pytest.mark.usefixtures("flushing")
@pytest.mark.parametrize("failing", [1, 4, 9])
def test_rows_that_could_not_be_written_are_asked_for_again(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    fake.answers = page_of
    write, written = RawZone.write, iter(range(100))

    def full_disk(zone: RawZone, path: str, content: Any) -> None:
        if next(written) == failing:
            raise OSError(28, "No space left on device")
        write(zone, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(RawZone, "write", full_disk)
        with pytest.raises(OSError, match="No space left"):
            run(settings_of_fake)
    before = durable_pages(settings_of_fake)
    fake.says()
    fake.answers = page_of
    assert rows_of(run(settings_of_fake)) == EVERY_ROW
    assert asked_pages(fake) & before == set()


# --- the end of a run


@pytest.mark.usefixtures("flushing")
@pytest.mark.parametrize("method", ["write_manifest", "remove"], ids=["before the manifest", "after the manifest"])
def test_a_run_killed_at_its_very_end_asks_for_nothing_again(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    fake.answers = page_of

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if method == "write_manifest":
            patch.setattr(RawZone, method, dies)
        else:
            patch.setattr(Journal, "clear", lambda self, keep=(): dies() if keep else None)
        with pytest.raises(KeyboardInterrupt):
            run(settings_of_fake)
    if method == "remove":
        next(Path(settings_of_fake.raw_base).rglob("run-1-00000.parquet")).unlink()  # it was just clearing up
    fake.says()
    manifest = run(settings_of_fake)
    assert fake.asked == []
    assert rows_of(manifest) == EVERY_ROW
    assert files_of(settings_of_fake) == sorted([Path(manifest.parts[0].path).name, "run-1.manifest.json"])


@pytest.mark.usefixtures("flushing")
@pytest.mark.parametrize("is_loaded", [False, True], ids=["not loaded", "loaded by hand"])
def test_the_parts_of_a_whole_run_that_was_killed_as_it_cleared_up_stay_its_own(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch, is_loaded: bool
) -> None:
    fake.answers = page_of
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "clear", lambda self, keep=(): pytest.fail("killed") if keep else None)
        with pytest.raises(pytest.fail.Exception, match="killed"):
            run(settings_of_fake)
    (whole,) = RawZone(settings_of_fake.raw_base).manifests("fonte", "linhas")

    run(settings_of_fake, run_id="next", last_loaded=whole.extracted_at if is_loaded else None)

    assert rows_of(whole) == EVERY_ROW
    assert not [name for name in files_of(settings_of_fake) if name.endswith(".journal.json")]


@pytest.mark.usefixtures("flushing")
def test_small_chunks_are_joined_and_full_ones_stay(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.answers = page_of
    assert [part.rows for part in run(settings_of_fake).parts] == [len(EVERY_ROW)]
    monkeypatch.setattr(received, "FLUSH_SECONDS", 3600)
    monkeypatch.setattr(PartWriter, "MAX_ROWS", 100)
    manifest = run(settings_of_fake, run_id="run-2", concurrency=1)
    assert rows_of(manifest) == EVERY_ROW
    assert all(100 <= part.rows < 200 for part in manifest.parts[:-1])
    assert "_slice" in pq.read_schema(manifest.parts[0].path).names, "it was not written again"
    assert files_of(settings_of_fake)[2:] == [*(Path(part.path).name for part in manifest.parts), "run-2.manifest.json"]


def test_a_run_that_is_incomplete_asks_everything_again(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "FLUSH_SECONDS", 0.0)
    by_number = {"path": "/{n}", "paging": {"type": "sequence", "parameter": "n", "misses": 2}}
    fake.answers = lambda request: (
        Answer("", 404) if request.path[-1] in "3678" else Answer({"id": request.path, "nome": "x"})
    )
    with pytest.raises(ContractError, match=r"1 of 5 numbers of the sequence are missing \(sequence: 1\)"):
        run(settings_of_fake, {**by_number, "write": {"mode": "append"}})
    assert files_of(settings_of_fake) == []
