"""HTTP with manners: one client a source, paced, retried, its failures told apart by what a retry would do."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from lagoa.errors import PermanentSourceError, TransientSourceError
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 120.0
LONGEST_PAUSE_SIMULATOR = 0.5
"""Seconds. The simulator has no quota to recover, so waiting as long as for the real host would prove nothing."""


class SourceClient:
    """GET requests to one source, at the real host or at the simulator under the same path.

    Use it as a context manager. Threads may share it.
    """

    def __init__(self, spec: SourceSpec, settings: Settings) -> None:
        self.spec = spec
        self.simulated = settings.sources == "simulator"
        real = spec.connection.base_url
        self.base_url = f"{settings.simulator_base}/{spec.source}{urlsplit(real).path}" if self.simulated else real
        limits = httpx.Limits(
            max_connections=spec.connection.concurrency, max_keepalive_connections=spec.connection.concurrency
        )
        self._http = httpx.Client(
            timeout=spec.connection.timeout_seconds,
            headers={"Accept": "application/json", "User-Agent": "lagoa", **spec.connection.headers},
            follow_redirects=True,
            limits=limits,
            trust_env=not self.simulated,
        )
        rate = None if self.simulated else spec.connection.requests_per_minute
        self._interval = 60 / rate if rate else 0.0
        self._next_start = 0.0
        self._pace = threading.Lock()

    def __enter__(self) -> "SourceClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(
        self,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        accept: frozenset[int] = frozenset(),
        read: Callable[[httpx.Response], T],
        subject: str | None = None,
    ) -> T:
        """One answer, handed as an open stream to `read`; both are tried again while the failure may pass.

        Args:
            path: below the source's base URL.
            params: the query.
            headers: beside the source's own.
            accept: statuses other than 200 and 206 that are answers too.
            read: makes the result of the response; a TransientSourceError of its own is retried as well.
            subject: how messages name what was asked for; by default the path.

        Raises:
            TransientSourceError: after the last attempt.
            PermanentSourceError: a status that a retry would not change.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(TransientSourceError),
            stop=stop_after_attempt(self.spec.connection.attempts),
            wait=self._pause,
            before_sleep=self._tell,
            reraise=True,
        )
        told = subject or f"{self.spec.source}: GET {path}"
        return retrying(self._once, path, params, headers, accept, read, told)

    def _once(
        self,
        path: str,
        params: dict[str, Any] | None,
        headers: dict[str, str] | None,
        accept: frozenset[int],
        read: Callable[[httpx.Response], T],
        subject: str,
    ) -> T:
        self._wait_for_turn()
        try:
            with self._http.stream("GET", self.base_url + path, params=params, headers=headers) as response:
                status = response.status_code
                if status in RETRIED_STATUSES and status not in accept:
                    error = TransientSourceError(
                        f"{subject}: the source answered {status} {response.reason_phrase}, expected 200. "
                        "It is overloaded or limits us: try again later."
                    )
                    error.retry_after = _seconds(response.headers.get("Retry-After"))  # type: ignore[attr-defined]
                    raise error
                if status not in accept and status not in (200, 206):
                    raise PermanentSourceError(
                        f"{subject}: the source answered {status} {response.reason_phrase}, expected 200. "
                        "Check the path and the parameters in the spec against the source's documentation."
                    )
                return read(response)
        except httpx.TimeoutException:
            raise TransientSourceError(
                f"{subject}: no answer within {self.spec.connection.timeout_seconds:g} s. Try again later."
            ) from None
        except httpx.TooManyRedirects:
            raise PermanentSourceError(
                f"{subject}: the source redirects in circles, expected an answer. Open the address in a browser."
            ) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            host = urlsplit(self.base_url).netloc
            raise TransientSourceError(
                f"{subject}: {host} could not be read ({type(error).__name__}: {error}). "
                + (
                    "Is the simulator running? See `lagoa status`."
                    if self.simulated
                    else "Is this machine allowed to reach it?"
                )
            ) from None

    def _wait_for_turn(self) -> None:
        if not self._interval:
            return
        with self._pace:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval
        time.sleep(max(0.0, start - now))

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        backoff = self.spec.connection.backoff_seconds * 2 ** (state.attempt_number - 1)
        wished = getattr(error, "retry_after", None)
        return min(backoff if wished is None else wished, LONGEST_PAUSE_SIMULATOR if self.simulated else LONGEST_PAUSE)

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("attempt %d failed, next in %.1f s: %s", state.attempt_number, state.upcoming_sleep, error)


def _seconds(retry_after: str | None) -> float | None:
    """The header's seconds; its date form is rare and left to the back-off."""
    return float(retry_after) if retry_after and retry_after.isdigit() else None
