"""A backfill asks for the windows that somebody chose, and for nothing else."""

import datetime as dt
import itertools
from typing import Any

import pytest
from tests.sources.fake_source import Answer, FakeSource, spec_of

from lagoa.errors import ConfigError
from lagoa.lake.ledger import reached
from lagoa.lake.manifest import Manifest
from lagoa.lake.parents import Parents
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.extract import extract

DAYS = {"start": "dia", "format": "%Y-%m-%d", "max_days": 1, "first": "2026-01-01"}
DAILY = {"window": DAYS, "write": {"mode": "append"}}
MONTHLY = {
    "window": {"start": "mes", "end": "ate", "format": "%Y-%m-%d", "every": "month", "first": "2026-01-10"},
    "write": {"mode": "append"},
}
STATE = ResourceState(watermark="2026-06-01", until=dt.date(2026, 6, 1), full_at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))


def run(settings: Settings, resource: dict[str, Any], since: str | None, until: str | None, **more: Any) -> Manifest:
    days = {name: day and dt.date.fromisoformat(day) for name, day in (("since", since), ("until", until))}
    options: dict[str, Any] = {"agency": {}, "state": STATE, "run_id": "run-1"} | days | more
    return extract(spec_of(resource), "linhas", options.pop("run_id"), settings=settings, **options)


def asked(manifest: Manifest, name: str = "dia") -> list[str]:
    return [each.asked[name] for each in manifest.slices]


def test_the_first_and_the_last_day_are_both_asked_for(fake: FakeSource, settings_of_fake: Settings) -> None:
    manifest = run(settings_of_fake, DAILY, "2026-03-30", "2026-04-01")
    assert asked(manifest) == ["2026-03-30", "2026-03-31", "2026-04-01"]
    assert (manifest.backfill, manifest.full) == (True, False)
    assert len(fake.asked) == 3


def test_an_ordinary_run_is_no_backfill(fake: FakeSource, settings_of_fake: Settings) -> None:
    assert run(settings_of_fake, DAILY | {"window": DAYS | {"max_days": 999}}, None, None).backfill is False


def test_one_end_may_be_left_open(fake: FakeSource, settings_of_fake: Settings) -> None:
    assert asked(run(settings_of_fake, DAILY, None, "2026-01-02")) == ["2026-01-01", "2026-01-02"]
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=-3))).date()
    since = (today - dt.timedelta(days=1)).isoformat()
    assert asked(run(settings_of_fake, DAILY, since, None, run_id="run-2")) == [since, today.isoformat()]


def test_nothing_is_asked_of_tomorrow_and_what_lies_before_the_first_day_may_be_asked(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    window = DAYS | {"last": "fim"}
    options: dict[str, Any] = {"agency": {"fim": ["2026-02-02"]}}
    late = run(settings_of_fake, DAILY | {"window": window}, "2026-02-01", "2026-02-09", **options)
    assert asked(late) == ["2026-02-01", "2026-02-02"]
    early = run(settings_of_fake, DAILY, "2025-12-31", "2026-01-01", run_id="run-2")
    assert asked(early) == ["2025-12-31", "2026-01-01"]


def test_a_month_is_asked_for_whole(fake: FakeSource, settings_of_fake: Settings) -> None:
    manifest = run(settings_of_fake, MONTHLY, "2026-01-20", "2026-02-03")
    assert [tuple(each.asked.values()) for each in manifest.slices] == [
        ("2026-01-10", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
    ]


def test_every_parent_is_asked_for_even_where_only_changed_ones_are_otherwise(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    told: list[int | None] = []

    def parents(after: int | None) -> Parents:
        told.append(after)
        return Parents([{"pai": "1"}])

    spec = spec_of({}).model_dump(exclude_unset=True)
    pais = {"title": "Pais", "kind": "rest", "fields": ["id"], "write": {"mode": "snapshot", "key": ["id"]}}
    of = {"resource": "pais", "fields": {"pai": "id"}, "only_changed": True}
    linhas = {"title": "Linhas", "kind": "rest", "path": "/{pai}", "fields": ["id"], "parent": of, **DAILY}
    family = type(spec_of({})).model_validate(spec | {"resources": {"pais": pais, "linhas": linhas}})
    day = dt.date(2026, 2, 1)
    state = STATE.model_copy(update={"parents_load_id": 3})
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}, "state": state, "parents": parents}
    manifest = extract(family, "linhas", "run-1", since=day, until=day, **options)
    assert ([each.asked for each in manifest.slices], told) == ([{"pai": "1", "dia": "2026-02-01"}], [None])


def test_what_has_no_windows_cannot_be_backfilled(fake: FakeSource, settings_of_fake: Settings) -> None:
    with pytest.raises(ConfigError) as refused:
        run(settings_of_fake, {}, "2026-01-01", "2026-01-02")
    assert str(refused.value) == (
        "fonte.linhas: found a backfill by dates, expected a resource with `window`. Extract it with --full instead."
    )
    assert fake.asked == []


def test_days_the_wrong_way_round_are_told(fake: FakeSource, settings_of_fake: Settings) -> None:
    with pytest.raises(ConfigError) as refused:
        run(settings_of_fake, DAILY, "2026-02-02", "2026-02-01")
    assert str(refused.value) == (
        "fonte.linhas: found a backfill from 2026-02-02 to 2026-02-01, expected dates in order. Swap them."
    )


def test_days_after_the_last_one_that_is_asked_for_are_told(fake: FakeSource, settings_of_fake: Settings) -> None:
    until = {"last": "ate"}
    with pytest.raises(ConfigError) as refused:
        run(settings_of_fake, DAILY | {"window": DAYS | until}, "2026-02-02", None, agency={"ate": ["2026-02-01"]})
    assert str(refused.value) == (
        "fonte.linhas: found a backfill from 2026-02-02 on, expected a day up to 2026-02-01, the last that is asked "
        "for: nothing would come. Choose an earlier day, or leave the resource out."
    )
    assert fake.asked == []


def test_a_backfill_leaves_the_state_where_it_was(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([{"id": 1, "nome": "x"}]))
    manifest = run(settings_of_fake, DAILY, "2026-11-01", "2026-11-02")
    assert manifest.until == dt.date(2026, 11, 2)
    assert reached(STATE, manifest) == STATE


def test_no_more_slices_at_once_than_allowed(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([], seconds=0.05))
    spec = spec_of(DAILY, concurrency=8)
    day = dt.date(2026, 2, 1)
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}, "state": STATE, "max_parallel": 1}
    extract(spec, "linhas", "run-1", since=day, until=day + dt.timedelta(days=3), **options)
    times = [request.at for request in fake.asked]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.05


def test_nor_more_pages_at_once(fake: FakeSource, settings_of_fake: Settings) -> None:
    paging = {"type": "page_number", "page": "p", "page_size": 1, "total": "n"}
    fake.answers = lambda request: Answer({"r": [{"id": request.query["p"], "nome": "x"}], "n": 4}, seconds=0.05)
    spec = spec_of({"records": "r", "paging": paging}, concurrency=8)
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}, "state": STATE}
    assert extract(spec, "linhas", "run-1", max_parallel=2, **options).received == 4
    times = [request.at for request in fake.asked]
    assert times[3] - times[1] >= 0.05


def test_the_last_window_reached_is_the_last_one_published(fake: FakeSource, settings_of_fake: Settings) -> None:
    csv = {
        "kind": "file",
        "format": "csv",
        "path": "/{dia}.csv",
        "completeness": {"absent": 0.9},
        **DAILY,
        "window": DAYS | {"last": "fim", "first": "2026-02-01"},
    }
    missing = ("2026-02-02", "2026-02-04", "2026-02-05")
    fake.answers = lambda request: (
        Answer("", 404) if any(day in request.path for day in missing) else Answer("id,nome\n1,x\n")
    )
    options: dict[str, Any] = {"agency": {"fim": ["2026-02-05"]}, "state": ResourceState()}
    manifest = run(settings_of_fake, csv, None, None, **options)
    assert [each.absent for each in manifest.slices] == [False, True, False, True, True]
    assert manifest.until == dt.date(2026, 2, 3)
