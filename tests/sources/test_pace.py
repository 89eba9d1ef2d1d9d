"""How often a host is asked, and how long one waits after a failure: with clocks that the tests turn themselves."""

import datetime as dt
import multiprocessing
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from tests.sources.fake_source import Answer, FakeSource, spec_of
from tests.sources.paced_requests import paced_requests

from lagoa.errors import TransientSourceError
from lagoa.settings import Settings
from lagoa.sources.connectors.rest.client import LONGEST_PAUSE, SourceClient
from lagoa.sources.connectors.rest.pace import Pace, pace_of
from lagoa.sources.connectors.rest.retry import Overloaded, Retry, seconds_of
from lagoa.sources.spec import SourceSpec


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, folder: Path, now: str = "2026-03-02T12:00:00-03:00") -> None:
        self.path = folder / "pace" / "host"
        self.began, self.seconds = dt.datetime.fromisoformat(now).timestamp(), 0.0
        self.slept: list[float] = []

    def time(self) -> float:
        """The wall's clock."""
        return self.began + self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(round(seconds, 6))
        self.seconds += seconds

    @property
    def pace(self) -> Pace:
        """The host that goes by this clock, as a process of its own sees it."""
        return Pace(self.path, self.time, self.sleep)


def starts(clock: Clock, pace: Pace, limits: Any, count: int) -> list[float]:
    """The seconds at which so many requests start."""
    connection = spec_of({}, requests_per_minute=limits).connection
    times = []
    for _ in range(count):
        pace.wait(connection.requests_per_minute_at)
        times.append(round(clock.seconds, 6))
    return times


@pytest.mark.parametrize(
    ("now", "limits", "expected"),
    [
        ("2026-03-02T12:00:00-03:00", 60, [0, 1, 2, 3]),
        ("2026-03-02T12:00:00-03:00", None, [0, 0, 0, 0]),
        ("2026-03-02T12:00:00-03:00", [{"limit": 30, "hours": "6-23"}, {"limit": 60, "hours": "0-5"}], [0, 2, 4, 6]),
        ("2026-03-02T03:00:00-03:00", [{"limit": 30, "hours": "6-23"}, {"limit": 60, "hours": "0-5"}], [0, 1, 2, 3]),
        ("2026-03-02T08:59:59+00:00", [{"limit": 30, "hours": "6-23"}, {"limit": 60, "hours": "0-5"}], [0, 1, 3, 5]),
        ("2026-03-02T12:00:00-03:00", [{"limit": 60, "hours": "0-5"}], [0, 0, 0, 0]),
        ("2026-03-02T23:30:00-03:00", [{"limit": 60, "hours": "22-5"}], [0, 1, 2, 3]),
        ("2026-03-02T12:00:00-03:00", [{"limit": 60, "hours": "6-23"}, {"limit": 30, "hours": "12-13"}], [0, 2, 4, 6]),
    ],
    ids=["one limit", "none", "by day", "by night", "from night to day, told in UTC", "an hour that none covers",
         "over midnight", "the stricter of two"],
)  # fmt: skip
def test_requests_start_as_far_apart_as_the_hour_of_brasilia_asks(
    tmp_path: Path, now: str, limits: Any, expected: list[float]
) -> None:
    clock = Clock(tmp_path, now)
    assert starts(clock, clock.pace, limits, 4) == expected


def test_a_queue_that_reaches_the_next_hour_keeps_its_limit_there(tmp_path: Path) -> None:
    clock = Clock(tmp_path, "2026-03-02T05:59:57-03:00")
    limits = [{"limit": 60, "hours": "0-5"}, {"limit": 6, "hours": "6-23"}]
    assert starts(clock, clock.pace, limits, 6) == [0, 1, 2, 3, 13, 23]


def test_nobody_waits_who_comes_late(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    pace = clock.pace
    starts(clock, pace, 60, 1)
    clock.seconds += 10
    assert starts(clock, pace, 60, 2) == [10, 11]


def test_clients_of_a_host_wait_for_the_same_turn_with_their_own_limits(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    one, other = clock.pace, clock.pace
    assert starts(clock, one, 60, 2) == [0, 1]
    assert starts(clock, other, 20, 2) == [2, 5]
    assert starts(clock, one, 60, 1) == [8]


def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_all(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    one, other = clock.pace, clock.pace
    starts(clock, one, 60, 1)
    one.leave_alone(90)
    one.leave_alone(30)
    assert other.ask(lambda hour: 60) == other.ask(lambda hour: None) == 90
    assert starts(clock, other, 60, 2) == [90, 91]
    other.leave_alone(9)
    assert starts(clock, one, None, 2) == [100, 100], "also in an hour without a limit"


def test_who_had_a_turn_already_queues_again_where_the_host_wants_to_be_left_alone(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    first = clock.pace

    def sleep(seconds: float) -> None:
        if not clock.slept:
            first.leave_alone(60)  # what another process was told meanwhile
        clock.sleep(seconds)

    starts(clock, first, 60, 1)
    late = Pace(clock.path, clock.time, sleep)
    assert starts(clock, late, 60, 2) == [60, 61]
    assert clock.slept == [1, 59, 1]


@pytest.mark.parametrize(("jump", "wait"), [(-86_400, 1), (-0.25, 1), (86_400, 0)], ids=["a day back", "slewed", "on"])
def test_a_clock_that_is_set_anew_blocks_nobody(tmp_path: Path, jump: float, wait: float) -> None:
    clock = Clock(tmp_path)
    starts(clock, clock.pace, 60, 1)
    clock.began += jump
    assert starts(clock, clock.pace, 60, 2) == [wait, wait + 1]


@pytest.mark.parametrize("content", ["", "{}", "7", "7 x", "7 7 7 7", "-7.", "\0" * 60])
def test_a_file_that_was_half_written_is_as_none(tmp_path: Path, content: str) -> None:
    clock = Clock(tmp_path)
    starts(clock, clock.pace, 60, 1)
    clock.path.write_text(content)
    assert starts(clock, clock.pace, 60, 2) == [0, 1]


def test_who_only_asks_takes_a_turn_that_is_there_and_reserves_none(tmp_path: Path) -> None:
    clock = Clock(tmp_path, "2026-03-02T05:59:30-03:00")
    pace = clock.pace
    limit = spec_of({}, requests_per_minute=[{"limit": 2, "hours": "6-23"}]).connection.requests_per_minute_at
    assert (pace.ask(limit), pace.ask(limit)) == (0, 0), "no limit at this hour"
    clock.seconds += 30
    assert [pace.ask(limit) for _ in range(3)] == [0, 30, 30]
    clock.seconds += 40
    assert [pace.ask(limit) for _ in range(2)] == [0, 30], "late, and yet as far apart as the hour asks"


def test_threads_get_a_turn_each(tmp_path: Path) -> None:
    turns: list[float] = []
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            turns.append(round(seconds, 3))

    pace = Pace(tmp_path / "host", lambda: 0.0, sleep)
    threads = [threading.Thread(target=pace.wait, args=(lambda hour: 60,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [1, 2, 3, 4, 5, 6, 7]


def test_a_host_has_one_pace_in_an_installation(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    assert pace_of("a.example:8443", settings).ask(lambda hour: 1) == 0
    assert pace_of("a.example:8443", settings).ask(lambda hour: 1) > 59
    assert pace_of("b.example", settings).ask(lambda hour: 1) == 0
    assert pace_of("a.example:8443", Settings(state_dir=tmp_path / "other")).ask(lambda hour: 1) == 0


def live(settings: Settings) -> Settings:
    return settings.model_copy(update={"sources": "live"})


def in_processes(count: int, *args: Any) -> list[BaseProcess]:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.sources.paced_requests"])
    started = [processes.Process(target=paced_requests, args=args) for _ in range(count)]
    for process in started:
        process.start()
    return started


def test_processes_keep_the_pace_of_a_host_together(fake: FakeSource, settings_of_fake: Settings) -> None:
    for process in in_processes(3, live(settings_of_fake), fake.url, 8, 1200):
        process.join(60)
        assert process.exitcode == 0
    times = sorted(request.at for request in fake.asked)
    assert len(times) == 24
    assert times[-1] - times[0] >= 0.9, "20 a second, however many ask"
    assert all(times[at + 10] - times[at] >= 0.3 for at in range(14)), "and no burst"


def test_a_process_that_is_killed_holds_up_nobody(fake: FakeSource, settings_of_fake: Settings) -> None:
    killed = in_processes(3, live(settings_of_fake), fake.url, 10_000, 60_000)
    until = time.monotonic() + 60
    while len(fake.asked) < 60 and time.monotonic() < until:
        time.sleep(0.005)
    for process in killed:
        process.kill()
        process.join(10)
    before = len(fake.asked)
    for process in in_processes(1, live(settings_of_fake), fake.url, 5, 60_000):
        process.join(60)
        assert process.exitcode == 0
    assert len(fake.asked) >= before + 5 > 60


def test_what_a_host_wishes_holds_for_all_who_ask_it(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("<html>", 429, {"Retry-After": "1"}), Answer([]))
    clients = [SourceClient(spec_of({}, requests_per_minute=6000), live(settings_of_fake)) for _ in range(2)]
    for client in clients:
        client.address = type(client.address)(fake.url, fake.url)
    one = threading.Thread(target=clients[0].get, args=("/one",), kwargs={"read": lambda response: response.status})
    one.start()
    until = time.monotonic() + 10
    while not fake.asked and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(0.1)
    clients[1].get("/other", read=lambda response: response.status)
    one.join(10)
    first, *others = (request.at for request in fake.asked)
    assert [round(at - first) for at in others] == [1, 1]
    for client in clients:
        client.__exit__(None, None, None)


def test_a_source_without_a_limit_is_asked_as_fast_as_it_answers(fake: FakeSource, settings_of_fake: Settings) -> None:
    with SourceClient(spec_of({}), live(settings_of_fake)) as client:
        client.address = type(client.address)(fake.url, fake.url)
        client.get("/x", read=lambda response: response.status)
    assert not (settings_of_fake.state_dir / "pace").exists()


def test_requests_to_a_live_source_keep_its_pace(fake: FakeSource, settings_of_fake: Settings) -> None:
    with SourceClient(spec_of({}, requests_per_minute=600), live(settings_of_fake)) as client:
        client.address = type(client.address)(fake.url, fake.url)
        for _ in range(4):
            client.get("/x", read=lambda response: response.status)
    times = [request.at for request in fake.asked]
    assert times[-1] - times[0] >= 0.2


# --- after a failure


@pytest.mark.parametrize(
    ("attempt", "wished", "expected"),
    [
        (1, None, (15, 30)),
        (2, None, (30, 60)),
        (3, None, (60, 120)),
        (9, None, (60, 120)),
        (1, 90.0, (90, 90)),
        (4, 0.0, (0, 0)),
        (1, 1800.0, (1800, 1800)),
        (1, 7200.0, (3600, 3600)),
    ],
)
def test_a_pause_is_what_the_source_wishes_and_grows_by_itself_otherwise(
    attempt: int, wished: float | None, expected: tuple[float, float]
) -> None:
    retry = Retry(attempts=5, backoff=30, longest=120, patience=3600)
    pauses = [retry.pause(attempt, wished) for _ in range(200)]
    least, most = expected
    assert least <= min(pauses) <= max(pauses) <= most
    assert len(set(pauses)) > 100 or wished is not None, "the jitter keeps threads apart"


def test_pncp_is_left_alone_as_long_as_its_limit_wants(shipped: dict[str, SourceSpec]) -> None:
    connection = shipped["pncp"].connection
    retry = Retry(connection.attempts, connection.backoff_seconds, LONGEST_PAUSE)
    pauses = [retry.pause(attempt, None) for attempt in range(1, connection.attempts) for _ in range(50)]
    assert 30 <= min(pauses) <= max(pauses) <= 120, "seconds after a 429, which comes without Retry-After"


def test_each_attempt_waits_and_the_last_failure_is_told() -> None:
    slept: list[float] = []
    tried: list[int] = []

    def fail() -> None:
        tried.append(1)
        raise Overloaded(f"failure {len(tried)}", retry_after=float(len(tried)))

    with pytest.raises(TransientSourceError, match="failure 4"):
        Retry(attempts=4, backoff=30, longest=120, sleep=slept.append).call(fail)
    assert slept == [1, 2, 3]


def test_a_source_that_wishes_for_more_than_one_has_is_left_to_a_later_run() -> None:
    slept: list[float] = []

    def fail() -> None:
        raise Overloaded("not now", retry_after=1500)

    with pytest.raises(Overloaded, match="not now"):
        Retry(attempts=9, backoff=30, longest=120, patience=3600, sleep=slept.append).call(fail)
    assert slept == [1500, 1500]


def test_without_patience_a_wish_is_cut_short() -> None:
    slept: list[float] = []

    def fail() -> None:
        raise Overloaded("not now", retry_after=1500)

    with pytest.raises(Overloaded, match="not now"):
        Retry(attempts=4, backoff=30, longest=0.5, sleep=slept.append).call(fail)
    assert slept == [0.5, 0.5, 0.5]


NOW = dt.datetime(2026, 3, 2, 12, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 30 ", 30),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 09:01:30 -0300", 90),
        ("Mon, 02 Mar 2026 12:00:10 -0000", 10),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
    ],
)
def test_retry_after_is_understood_in_seconds_and_as_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header, lambda: NOW) == seconds


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 522, 524])
def test_a_status_that_may_pass_is_tried_again(fake: FakeSource, settings_of_fake: Settings, status: int) -> None:
    fake.says(Answer(status=status), Answer([]))
    with SourceClient(spec_of({}), settings_of_fake) as client:
        assert client.get("/x", read=lambda response: response.status) == 200
    assert len(fake.asked) == 2
