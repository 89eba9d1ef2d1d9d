"""How often a host is asked, and how long one waits after a failure: with clocks that the tests turn themselves."""

import datetime as dt
import threading
from typing import Any

import pytest
from tests.sources.fake_source import Answer, FakeSource, spec_of

from lagoa.errors import TransientSourceError
from lagoa.settings import Settings
from lagoa.sources.connectors.rest.client import SourceClient
from lagoa.sources.connectors.rest.pace import Pace, pace_of
from lagoa.sources.connectors.rest.retry import Overloaded, Retry, seconds_of
from lagoa.sources.spec.time import BRASILIA


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, now: str = "2026-03-02T12:00:00-03:00") -> None:
        self.began, self.seconds = dt.datetime.fromisoformat(now), 0.0
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        """The wall's clock."""
        return self.began + dt.timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """time.monotonic."""
        return 1000 + self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(round(seconds, 6))
        self.seconds += seconds

    @property
    def pace(self) -> Pace:
        """A host that goes by this clock."""
        return Pace(self.monotonic, self.now, self.sleep)


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
def test_requests_start_as_far_apart_as_the_hour_of_brasilia_asks(now: str, limits: Any, expected: list[float]) -> None:
    clock = Clock(now)
    assert starts(clock, clock.pace, limits, 4) == expected


def test_a_queue_that_reaches_the_next_hour_keeps_its_limit_there() -> None:
    clock = Clock("2026-03-02T05:59:57-03:00")
    limits = [{"limit": 60, "hours": "0-5"}, {"limit": 6, "hours": "6-23"}]
    assert starts(clock, clock.pace, limits, 6) == [0, 1, 2, 3, 13, 23]


def test_nobody_waits_who_comes_late() -> None:
    clock = Clock()
    pace = clock.pace
    starts(clock, pace, 60, 1)
    clock.seconds += 10
    assert starts(clock, pace, 60, 2) == [10, 11]


def test_clients_of_a_host_wait_for_the_same_turn_with_their_own_limits() -> None:
    clock = Clock()
    pace = clock.pace
    assert starts(clock, pace, 60, 2) == [0, 1]
    assert starts(clock, pace, 20, 2) == [2, 5]
    assert starts(clock, pace, 60, 1) == [8]


def test_who_only_asks_takes_a_turn_that_is_there_and_reserves_none() -> None:
    clock = Clock("2026-03-02T05:59:30-03:00")
    pace = clock.pace
    limit = spec_of({}, requests_per_minute=[{"limit": 2, "hours": "6-23"}]).connection.requests_per_minute_at
    assert (pace.ask(limit), pace.ask(limit)) == (0, 0), "no limit at this hour"
    clock.seconds += 30
    assert [pace.ask(limit) for _ in range(3)] == [0, 30, 30]
    clock.seconds += 40
    assert [pace.ask(limit) for _ in range(2)] == [0, 30], "late, and yet as far apart as the hour asks"


def test_threads_get_a_turn_each() -> None:
    turns: list[float] = []
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            turns.append(round(seconds, 3))

    pace = Pace(lambda: 0.0, lambda: dt.datetime(2026, 3, 2, 12, tzinfo=BRASILIA), sleep)
    threads = [threading.Thread(target=pace.wait, args=(lambda hour: 60,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [1, 2, 3, 4, 5, 6, 7]


def test_a_host_has_one_pace_in_a_process() -> None:
    assert pace_of("a.example") is pace_of("a.example")
    assert pace_of("a.example") is not pace_of("b.example")


def test_requests_to_a_live_source_keep_its_pace(fake: FakeSource, settings_of_fake: Settings) -> None:
    live = settings_of_fake.model_copy(update={"sources": "live"})
    with SourceClient(spec_of({}, requests_per_minute=600), live) as client:
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
        (1, 3600.0, (120, 120)),
    ],
)
def test_a_pause_is_what_the_source_wishes_and_grows_by_itself_otherwise(
    attempt: int, wished: float | None, expected: tuple[float, float]
) -> None:
    retry = Retry(attempts=5, backoff=30, longest=120)
    pauses = [retry.pause(attempt, wished) for _ in range(200)]
    least, most = expected
    assert least <= min(pauses) <= max(pauses) <= most
    assert len(set(pauses)) > 100 or wished is not None, "the jitter keeps threads apart"


def test_each_attempt_waits_and_the_last_failure_is_told() -> None:
    slept: list[float] = []
    tried: list[int] = []

    def fail() -> None:
        tried.append(1)
        raise Overloaded(f"failure {len(tried)}", retry_after=float(len(tried)))

    with pytest.raises(TransientSourceError, match="failure 4"):
        Retry(attempts=4, backoff=30, longest=120, sleep=slept.append).call(fail)
    assert slept == [1, 2, 3]


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
    ],
)
def test_retry_after_is_understood_in_seconds_and_as_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header, lambda: NOW) == seconds


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again(fake: FakeSource, settings_of_fake: Settings, status: int) -> None:
    fake.says(Answer(status=status), Answer([]))
    with SourceClient(spec_of({}), settings_of_fake) as client:
        assert client.get("/x", read=lambda response: response.status) == 200
    assert len(fake.asked) == 2
