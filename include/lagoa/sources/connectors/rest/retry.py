"""When a failed request is made again, and after how long.

TransientSourceError -> a pause (Retry-After, or back-off with jitter) -> the next attempt, until the last one fails
"""

import datetime as dt
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

from lagoa.errors import TransientSourceError

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 525)})
"""Those from 520 on are Cloudflare's: the host behind it, Supabase's say, did not answer."""


class Overloaded(TransientSourceError):
    """A status that may pass, with the seconds that the source wants to be left alone, if it said so."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Retry:
    """How a source is tried again: after `backoff` seconds at first, twice as long each time, never above `longest`.

    What the source itself wishes (Retry-After) may be longer; with `patience` it is waited for, up to so many seconds
    in all, after which the failure is told: whoever comes later may find the source ready.
    """

    attempts: int
    backoff: float
    longest: float
    patience: float = 0.0
    sleep: Callable[[float], object] = time.sleep

    def call(self, action: Callable[[], T]) -> T:
        """What the action gives, tried again while it raises a TransientSourceError.

        Raises:
            TransientSourceError: of the last attempt.
        """
        attempt, waited = 1, 0.0
        while True:
            try:
                return action()
            except TransientSourceError as error:
                if attempt >= self.attempts:
                    raise
                pause = self.pause(attempt, getattr(error, "retry_after", None))
                waited += pause if pause > self.longest else 0.0
                if waited > max(self.longest, self.patience):
                    raise
                log.warning("attempt %d of %d failed, next in %.1f s: %s", attempt, self.attempts, pause, error)
            self.sleep(pause)
            attempt += 1

    def pause(self, attempt: int, wished: float | None) -> float:
        """Seconds after an attempt: what the source wishes; otherwise half the back-off and up to as much again.

        The jitter keeps the threads that failed together from coming back together.
        """
        if wished is not None:
            return min(wished, max(self.longest, self.patience))
        backoff = min(self.backoff * 2 ** (attempt - 1), self.longest)
        return backoff * random.uniform(0.5, 1)  # noqa: S311  (not for cryptography)


def seconds_of(
    retry_after: str | None, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
) -> float | None:
    """The header Retry-After in seconds, given as such or as a date (RFC 9110, 10.2.3); None = not understood."""
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max((until - now()).total_seconds(), 0.0)
