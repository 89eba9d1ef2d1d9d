"""What a run asks for: how far back, which parents, which windows, with which parameters."""

import datetime as dt
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.sources.fake_source import Answer, Asked, FakeSource, spec_of

from lagoa.errors import ConfigError, ContractError
from lagoa.lake.manifest import Manifest
from lagoa.lake.parents import Parents
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.extract import extract
from lagoa.sources.horizon import horizon
from lagoa.sources.plan import Plan, make_plan
from lagoa.sources.slices import last_day, plan, whole_since, whole_until
from lagoa.sources.spec import Window
from lagoa.sources.spec.time import BRASILIA
from lagoa.sources.watermark import later

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
LOADED = dt.datetime(2026, 11, 19, 12, tzinfo=dt.UTC)
MONTHS = {"start": "mes", "format": "%Y%m", "every": "month", "first": "2026-06-15"}
DAYS = {"start": "dia", "format": "%Y-%m-%d", "max_days": 1, "first": "2026-11-10"}
APPEND = {"mode": "append"}


def planned(resource: dict[str, Any], **options: Any) -> Plan:
    known: dict[str, Any] = {
        "agency": {},
        "state": ResourceState(),
        "full": False,
        "since": None,
        "until": None,
        "parents": None,
        "now": NOW,
    }
    return make_plan(spec_of(resource), "linhas", "run-1", fingerprint="f", **known | options)


def asked(resource: dict[str, Any], name: str, **options: Any) -> list[str]:
    return [each[name] for each in planned(resource, **options).asked]


# --- windows


def test_a_month_or_a_year_is_asked_for_by_one_parameter() -> None:
    months = ["202606", "202607", "202608", "202609", "202610", "202611"]
    assert asked({"window": MONTHS, "write": APPEND}, "mes") == months
    years = MONTHS | {"every": "year", "format": "%Y", "first": "2024-03-01"}
    assert asked({"window": years, "write": APPEND}, "mes") == ["2024", "2025", "2026"]


def test_with_an_end_a_month_goes_from_its_first_to_its_last_day() -> None:
    window = MONTHS | {"end": "ate", "format": "%d/%m/%Y", "first": "2026-09-10"}
    assert planned({"window": window, "write": APPEND}).asked == [
        {"mes": "10/09/2026", "ate": "30/09/2026"},
        {"mes": "01/10/2026", "ate": "31/10/2026"},
        {"mes": "01/11/2026", "ate": "20/11/2026"},
    ]


def test_an_open_window_asks_once_since_its_beginning() -> None:
    window = {"start": "filtro", "format": "Mudou ge %Y-%m-%d", "first": "2026-01-01"}
    assert planned({"window": window, "write": APPEND}).asked == [{"filtro": "Mudou ge 2026-01-01"}]


def test_first_and_last_day_are_the_agencys() -> None:
    window = DAYS | {"first": "inicio", "last": "fim"}
    agency = {"inicio": ["2026-11-17"], "fim": ["2026-11-18"]}
    resource = {"window": window, "write": APPEND}
    assert asked(resource, "dia", agency=agency) == ["2026-11-17", "2026-11-18"]
    assert len(asked(resource, "dia", agency=agency | {"fim": []})) == 4, "an empty one is today"
    assert len(asked(resource, "dia", agency=agency | {"fim": ["2030-01-01"]})) == 4, "nothing is asked of tomorrow"


@pytest.mark.parametrize(
    ("found", "told"), [({}, "nothing"), ({"inicio": ["ontem"]}, "ontem")], ids=["none", "no date"]
)
def test_a_first_day_that_is_none_is_told(found: dict[str, list[str]], told: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        planned({"window": DAYS | {"first": "inicio"}, "write": APPEND}, agency=found)
    assert str(wrong.value) == (
        f"agency: found {told} under 'inicio', expected a date such as 2025-01-01 for the windows of 'Linhas'. "
        "Write it in include/agencies/<agency>.yml or as LAGOA_AGENCY_INICIO."
    )


def test_a_source_that_publishes_late_is_not_asked_for_what_it_cannot_have() -> None:
    assert asked({"window": DAYS | {"lag_days": 7}, "write": APPEND}, "dia")[-1] == "2026-11-13"
    assert asked({"window": DAYS | {"lag_days": 11}, "write": APPEND}, "dia") == []
    assert last_day(spec_of({}).resources["linhas"], {}, TODAY) == TODAY


def test_dates_that_may_lie_ahead_are_asked_for_each_time() -> None:
    ahead = DAYS | {"start": "de", "end": "ate", "first": "2026-11-01", "max_days": 30, "ahead_days": 45}
    first = [{"de": "2026-11-01", "ate": "2026-11-30"}, {"de": "2026-12-01", "ate": "2026-12-30"}]
    rest = [{"de": "2026-12-31", "ate": "2027-01-04"}]
    assert planned({"window": ahead, "write": APPEND}).asked == first + rest
    reached = ResourceState(full_at=LOADED, until=dt.date(2027, 1, 3))
    assert planned({"window": ahead, "write": APPEND}, state=reached).asked == first + rest
    again = planned({"window": ahead | {"trailing_days": 45}, "write": APPEND}, state=reached).asked
    assert again == [{"de": "2026-11-19", "ate": "2026-12-18"}, {"de": "2026-12-19", "ate": "2027-01-04"}]
    known_end = planned({"window": ahead | {"last": "fim"}, "write": APPEND}, agency={"fim": ["2026-11-30"]}).asked
    assert known_end == first[:1]


def test_today_is_brasilias() -> None:
    late = dt.datetime(2026, 11, 21, 2, tzinfo=dt.UTC)
    assert late.astimezone(BRASILIA).date() == TODAY
    assert asked({"window": DAYS, "write": APPEND}, "dia", now=late)[-1] == "2026-11-20"


@pytest.mark.parametrize(
    ("every", "day", "since", "until"),
    [
        ("month", (2026, 5, 20), (2026, 5, 1), (2026, 5, 31)),
        ("month", (2026, 3, 20), (2026, 3, 15), (2026, 3, 31)),
        ("month", (2025, 2, 20), (2025, 2, 1), (2025, 2, 28)),
        ("month", (2026, 6, 2), (2026, 6, 1), (2026, 6, 9)),
        ("year", (2025, 2, 20), (2025, 1, 1), (2025, 12, 31)),
        (None, (2026, 5, 20), (2026, 5, 20), (2026, 5, 20)),
        (None, (2026, 7, 20), (2026, 7, 20), (2026, 6, 9)),
    ],
)
def test_months_and_years_are_asked_for_whole(
    every: str | None, day: tuple[int, ...], since: tuple[int, ...], until: tuple[int, ...]
) -> None:
    first, last = dt.date(2026, 3, 15), dt.date(2026, 6, 9)
    window = Window.model_validate(
        {"start": "de", "format": "%Y" if every == "year" else "%Y-%m-%d", "every": every, "first": first}
    )
    assert whole_since(window, dt.date(*day), first) == dt.date(*since)
    assert whole_until(window, dt.date(*day), last) == dt.date(*until)


# --- what is asked again


TRAILING = {"window": DAYS | {"trailing_days": 2}, "write": APPEND}


def test_the_windows_before_the_last_one_reached_are_asked_again() -> None:
    state = ResourceState(full_at=LOADED, until=dt.date(2026, 11, 18))
    again = planned(TRAILING, state=state)
    assert [each["dia"] for each in again.asked] == [f"2026-11-{day}" for day in (16, 17, 18, 19, 20)]
    assert again.full is False
    assert planned(TRAILING, state=state, full=True).asked[0] == {"dia": "2026-11-10"}
    assert planned(TRAILING).full is True, "nothing was reached yet"
    early = state.model_copy(update={"until": dt.date(2026, 11, 11)})
    assert asked(TRAILING, "dia", state=early)[0] == "2026-11-10", "nothing lies before the first"


@pytest.mark.parametrize(
    ("ufs", "first", "is_full"),
    [
        (["BA", "AC"], "2026-11-10", False),
        (["AC"], "2026-11-10", False),
        (["AC", "CE"], "2026-11-10", True),
        ([], "2026-11-10", True),
        (["AC", "BA"], "2026-11-09", True),
        (["AC", "BA"], "2026-11-11", False),
    ],
    ids=["the same", "fewer", "another", "all in place of some", "an earlier day", "a later day"],
)
def test_where_the_agency_asks_for_more_than_before_everything_is_asked_for(
    ufs: list[str], first: str, is_full: bool
) -> None:
    window = DAYS | {"first": "desde", "trailing_days": 2}
    resource = {"for_each": {"uf": "ufs"}, "window": window, "write": APPEND}
    before = planned(resource, agency={"ufs": ["AC", "BA"], "desde": ["2026-11-10"]})
    state = ResourceState(full_at=LOADED, until=TODAY, scope=before.scope)
    made = planned(resource, agency={"ufs": ufs, "desde": [first]}, state=state)
    days = {each["dia"] for each in made.asked}
    assert (made.full, min(days)) == (is_full, first if is_full else "2026-11-18")


def test_without_a_filter_that_it_had_a_resource_is_asked_for_as_a_whole() -> None:
    state = ResourceState(full_at=LOADED, until=TODAY, scope={"uf": ["AC"], "dia": ["2026-11-10"]})
    assert planned(TRAILING, state=state).full
    assert not planned(TRAILING, state=state.model_copy(update={"scope": {"uf": ["*"]}})).full
    assert not planned(TRAILING, state=state.model_copy(update={"scope": {}})).full, "loaded before this was known"


def test_trailing_months_are_asked_for_whole() -> None:
    state = ResourceState(full_at=LOADED, until=dt.date(2026, 11, 18))
    window = MONTHS | {"trailing_days": 30, "end": "ate", "format": "%Y-%m-%d"}
    assert planned({"window": window, "write": APPEND}, state=state).asked == [
        {"mes": "2026-10-01", "ate": "2026-10-31"},
        {"mes": "2026-11-01", "ate": "2026-11-20"},
    ]


def test_a_database_goes_on_from_its_cursor_unless_everything_is_asked_for() -> None:
    write = {"mode": "merge", "key": ["id"], "watermark": "nome", "full_every_days": 7}
    spec = spec_of({}).model_dump()
    resource = {"kind": "sql", "title": "Linhas", "table": "linhas", "fields": ["id", "nome"], "write": write}
    connection = {"base_url": "postgresql://someone:{secret:senha}@127.0.0.1/banco"}
    sql = type(spec_of({})).model_validate(spec | {"connection": connection, "resources": {"linhas": resource}})
    state = ResourceState(watermark="41", full_at=LOADED)

    def watermark(full: bool, now: dt.datetime = NOW, known: ResourceState = state) -> tuple[bool, str | None]:
        options: dict[str, Any] = {"agency": {}, "since": None, "until": None, "parents": None}
        made = make_plan(sql, "linhas", "r", fingerprint="f", state=known, full=full, now=now, **options)
        return made.full, made.known(known).watermark

    assert watermark(full=False) == (False, "41")
    assert watermark(full=True) == (True, None)
    assert watermark(full=False, now=NOW + dt.timedelta(days=7)) == (True, None)
    assert watermark(full=False, known=ResourceState()) == (True, None)


@pytest.mark.parametrize(
    ("one", "other", "latest"),
    [
        (None, None, None),
        (None, "a", "a"),
        ("2026-01-02", "2026-01-10", "2026-01-10"),
        ("9", "10", "10"),
        ("-9", "-10", "-9"),
        ("9", "10 ", "9"),
    ],
)
def test_numbers_are_compared_as_numbers_and_texts_as_texts(
    one: str | None, other: str | None, latest: str | None
) -> None:
    assert later(one, other) == later(other, one) == latest


def test_the_highest_number_of_a_run_is_its_watermark(fake: FakeSource, settings_of_fake: Settings) -> None:
    write = {"mode": "merge", "key": ["id"], "watermark": "id"}
    window = {"start": "de", "format": "%Y-%m-%d", "first": "2026-01-01"}
    fake.says(Answer([{"id": 9, "nome": "a"}, {"id": 10, "nome": "b"}, {"id": 8, "nome": "b"}]))
    spec = spec_of({"write": write, "window": window})
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}}
    assert extract(spec, "linhas", "run-1", state=ResourceState(), **options).watermark == "10"


# --- parameters


def test_params_take_up_what_the_agency_and_the_request_say() -> None:
    resource = spec_of(
        {"params": {"filtro": "uf eq {uf} and orgao eq {orgao}", "n": 1}, "for_each": {"uf": "ufs"}}
    ).resources["linhas"]
    assert plan(resource, {"ufs": ["AC", "BA"], "orgao": ["26000"]}, None, TODAY) == [
        {"filtro": "uf eq AC and orgao eq 26000", "n": "1", "uf": "AC"},
        {"filtro": "uf eq BA and orgao eq 26000", "n": "1", "uf": "BA"},
    ]


@pytest.mark.parametrize("agency", [{}, {"orgao": ["1", "2"]}], ids=["none", "several"])
def test_a_parameter_without_a_single_value_is_told(agency: dict[str, list[str]]) -> None:
    with pytest.raises(ConfigError) as wrong:
        plan(spec_of({"params": {"orgao": "{orgao}"}}).resources["linhas"], agency, None, TODAY)
    assert str(wrong.value) == (
        "agency: found no single value for orgao, expected by `params` of 'Linhas'. "
        "Write it in include/agencies/<agency>.yml or as LAGOA_AGENCY_ORGAO."
    )


def test_secrets_are_not_written_into_what_is_asked() -> None:
    resource = spec_of({"params": {"chave": "{secret:chave}"}}).resources["linhas"]
    assert plan(resource, {}, None, TODAY) == [{"chave": "{secret:chave}"}]


# --- parameters as fields


KEPT = {"for_each": {"uf": "ufs"}, "keep": ["uf"], "write": APPEND}


def run(settings: Settings, resource: dict[str, Any], **options: Any) -> Manifest:
    known: dict[str, Any] = {"agency": {"ufs": ["AC", "BA"]}, "state": ResourceState()} | options
    return extract(spec_of(resource), "linhas", "run-1", settings=settings, **known)


def stored(manifest: Manifest) -> list[dict[str, Any]]:
    return sorted((row for part in manifest.parts for row in pq.read_table(part.path).to_pylist()), key=str)


def test_what_is_kept_becomes_a_field_of_each_record(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = lambda request: Answer([{"id": 1, "nome": "x"}])
    manifest = run(settings_of_fake, KEPT)
    assert stored(manifest) == [{"id": "1", "nome": "x", "uf": "AC"}, {"id": "1", "nome": "x", "uf": "BA"}]
    assert manifest.fields == ["id", "nome", "uf"]


def test_a_record_that_has_the_field_already_must_say_the_same(fake: FakeSource, settings_of_fake: Settings) -> None:
    def own(request: Asked) -> Answer:
        return Answer([{"id": 1, "nome": "x", "uf": request.query["uf"]}, {"id": 2, "nome": "y", "uf": None}])

    fake.answers = own
    assert [row["uf"] for row in stored(run(settings_of_fake, KEPT))] == ["AC", "BA", "AC", "BA"]
    fake.answers = lambda _: Answer([{"id": 1, "nome": "x", "uf": "AC"}, {"id": 2, "nome": "y"}])
    with pytest.raises(ContractError) as other:
        run(settings_of_fake, KEPT, state=ResourceState(until=TODAY))
    assert str(other.value) == (
        "fonte.linhas (uf=BA): found another 'uf' in 1 of 2, expected what was asked for. "
        "The source answered something else: check the parameters."
    )


# --- renamed fields


RENAMED = {"fields": ["id", "nomeNovo"], "renamed": {"nomeNovo": "nome"}, "for_each": {"uf": "ufs"}, "write": APPEND}


def test_a_renamed_field_fills_the_column_of_its_former_name(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = lambda request: Answer([{"id": request.query["uf"], "nomeNovo": "x"}])
    manifest = run(settings_of_fake, RENAMED)
    assert stored(manifest) == [{"id": "AC", "nome": "x"}, {"id": "BA", "nome": "x"}]
    assert manifest.fields == ["id", "nome"]


def test_a_renamed_watermark_is_followed(fake: FakeSource, settings_of_fake: Settings) -> None:
    write = {"mode": "merge", "key": ["id"], "watermark": "nomeNovo"}
    window = {"start": "de", "format": "%Y-%m-%d", "first": "2026-01-01"}
    fake.says(Answer([{"id": "1", "nomeNovo": "2026-02-03"}]))
    manifest = run(settings_of_fake, RENAMED | {"write": write, "window": window, "for_each": {}})
    assert manifest.watermark == "2026-02-03"


def test_a_source_that_still_writes_the_former_name_is_read_as_well(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.answers = lambda request: Answer([{"id": request.query["uf"], "nome": "x"}])
    assert stored(run(settings_of_fake, RENAMED)) == [{"id": "AC", "nome": "x"}, {"id": "BA", "nome": "x"}]


def test_both_names_in_one_run_are_refused(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = lambda request: Answer([{"id": 1, "nome" if request.query["uf"] == "AC" else "nomeNovo": "x"}])
    with pytest.raises(ContractError, match="found both 'nomeNovo' and 'nome', expected one of them in a run"):
        run(settings_of_fake, RENAMED)


# --- parents


CHILD = {"path": "/{pai}", "write": APPEND}
FAMILY = Parents([{"pai": "2"}, {"pai": "3"}], [{"pai": "1"}], 7)


def family(resource: dict[str, Any], **parent: Any) -> dict[str, Any]:
    return resource | {"parent": {"resource": "pais", "fields": {"pai": "id"}, **parent}}


def spec_with_parents(resource: dict[str, Any]) -> Any:
    pais = {
        "title": "Pais",
        "kind": "rest",
        "path": "/pais",
        "fields": ["id"],
        "write": {"mode": "snapshot", "key": ["id"]},
    }
    spec = spec_of({}).model_dump(exclude_unset=True)
    linhas = {"title": "Linhas", "kind": "rest", "fields": ["id", "nome"], **resource}
    resources = {"pais": pais, "findos": {**pais, "path": "/findos"}, "linhas": linhas}
    return type(spec_of({})).model_validate(spec | {"resources": resources})


def plan_of_family(resource: dict[str, Any], state: ResourceState, **options: Any) -> tuple[Plan, list[int | None]]:
    asked_after: list[int | None] = []

    def parents(after: int | None) -> Parents:
        asked_after.append(after)
        return Parents([*FAMILY.unchanged, *FAMILY.changed], [], 7) if after is None else FAMILY

    known: dict[str, Any] = {"agency": {}, "full": False, "since": None, "until": None, "now": NOW} | options
    spec = spec_with_parents(resource)
    return make_plan(spec, "linhas", "r", fingerprint="f", state=state, parents=parents, **known), asked_after


def test_each_parent_is_asked_for_times_lists_and_windows() -> None:
    resource = family(CHILD | {"for_each": {"uf": "ufs"}, "window": DAYS | {"first": "2026-11-20"}})
    made, after = plan_of_family(resource, ResourceState(), agency={"ufs": ["AC", "BA"]})
    assert made.asked[:3] == [
        {"pai": "1", "uf": "AC", "dia": "2026-11-20"},
        {"pai": "1", "uf": "BA", "dia": "2026-11-20"},
        {"pai": "2", "uf": "AC", "dia": "2026-11-20"},
    ]
    assert (len(made.asked), made.full, made.parents_load_id, after) == (6, True, 7, [None])


def test_only_changed_parents_are_asked_for_unless_everything_is() -> None:
    resource = family(CHILD, only_changed=True)
    seen = ResourceState(full_at=LOADED, parents_load_id=5)
    made, after = plan_of_family(resource, seen)
    assert (made.asked, made.full, made.parents_load_id, after) == ([{"pai": "2"}, {"pai": "3"}], False, 7, [5])
    made, after = plan_of_family(resource, seen, full=True)
    assert (len(made.asked), made.full, after) == (3, True, [None])
    made, after = plan_of_family(resource, ResourceState())
    assert (len(made.asked), made.full, after) == (3, True, [None])


def test_without_only_changed_every_parent_is_asked_for_each_time() -> None:
    made, _ = plan_of_family(family(CHILD), ResourceState(full_at=LOADED, parents_load_id=5))
    assert ([each["pai"] for each in made.asked], made.full) == (["1", "2", "3"], True)


@pytest.mark.parametrize(
    "written",
    [
        {"write": {"mode": "merge", "key": ["id"], "full_every_days": 7}},
        {"write": {"mode": "replace_partition", "partition": "pai", "full_every_days": 7}, "keep": ["pai"]},
    ],
    ids=lambda written: written["write"]["mode"],
)
def test_where_some_parents_have_ended_the_others_are_asked_for_each_time_and_everything_at_times(
    written: dict[str, Any],
) -> None:
    resource = family(CHILD | written, also=["findos"])
    seen = ResourceState(full_at=NOW - dt.timedelta(days=2), parents_load_id=5)
    made, after = plan_of_family(resource, seen)
    assert ([each["pai"] for each in made.asked], made.full, after) == (["2", "3", "1"], False, [5])
    made, after = plan_of_family(resource, seen.model_copy(update={"full_at": NOW - dt.timedelta(days=8)}))
    assert (len(made.asked), made.full, after) == (3, True, [None])


def test_a_new_parent_gets_every_window_and_a_known_one_the_trailing_ones() -> None:
    resource = family(CHILD | {"window": DAYS | {"first": "2026-11-18", "trailing_days": 0}})
    state = ResourceState(full_at=LOADED, parents_load_id=5, until=dt.date(2026, 11, 20))
    made, _ = plan_of_family(resource, state)
    assert [(each["pai"], each["dia"][-2:]) for each in made.asked] == [
        ("2", "18"), ("2", "19"), ("2", "20"), ("3", "18"), ("3", "19"), ("3", "20"), ("1", "20"),
    ]  # fmt: skip


def test_no_parents_is_no_slices_and_a_whole_run(fake: FakeSource, settings_of_fake: Settings) -> None:
    spec = spec_with_parents(family(CHILD))
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}, "state": ResourceState()}
    manifest = extract(spec, "linhas", "run-1", parents=lambda _: Parents(), **options)
    assert (manifest.slices, manifest.parts, manifest.full, manifest.childless) == ([], [], True, 0)
    assert manifest.fields == ["id", "nome", "pai"]
    assert fake.asked == []


def test_the_parents_parameter_is_a_field_of_the_children(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers = lambda request: Answer([{"id": 1, "nome": "x"}] if request.path.endswith("3") else [])
    spec = spec_with_parents(family(CHILD))
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}, "state": ResourceState()}
    manifest = extract(spec, "linhas", "run-1", parents=lambda _: FAMILY, **options)
    assert stored(manifest) == [{"id": "1", "nome": "x", "pai": "3"}]
    assert (manifest.parents_load_id, manifest.childless) == (7, 2)
    assert manifest.parents_load_id == 7


def test_whoever_cannot_tell_the_parents_is_refused(settings_of_fake: Settings) -> None:
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}, "state": ResourceState()}
    with pytest.raises(ConfigError, match=r"^fonte\.linhas: found nobody to tell its parents"):
        extract(spec_with_parents(family(CHILD)), "linhas", "run-1", **options)


def test_only_changed_parents_do_not_make_a_run_whole() -> None:
    resource = spec_with_parents(family(CHILD, only_changed=True)).resources["linhas"]
    assert horizon(resource, ResourceState(full_at=LOADED, parents_load_id=1), NOW, False) == (False, None)
    assert horizon(resource, ResourceState(full_at=LOADED), NOW, False) == (True, None)
