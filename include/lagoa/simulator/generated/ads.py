"""Advertising: campaigns of a shop with what they showed and cost each day, as Google and Meta tell it.

A day's conversions are restated in later editions for as long as the platform attributes them (Google 30 days, Meta
28); days without traffic have no row, and zeroes are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lagoa.simulator.generated.calendar import EDITIONS, closes, number
from lagoa.simulator.generated.draw import chance

FIRST = date(2026, 6, 1)
CHANNELS = ("SEARCH", "DISPLAY", "PERFORMANCE_MAX")
DEVICES = ("DESKTOP", "MOBILE")
THEMES = ("Marca", "Livros", "Papelaria", "Escritório", "Volta às aulas", "Remarketing")


@dataclass(frozen=True)
class Campaign:
    """A campaign: its key, its name, whether it runs."""

    key: int
    name: str
    channel: str
    is_paused: bool


@dataclass(frozen=True)
class Ad:
    """An advertisement of a campaign."""

    key: int
    campaign: Campaign
    set_key: int
    name: str


@dataclass(frozen=True)
class Day:
    """What one day brought, in an edition."""

    impressions: int
    clicks: int
    cost_cents: int
    conversions: int


def campaigns(seed: int, scale: float, platform: str, account: str, edition: str) -> list[Campaign]:
    """The campaigns of an account; one is paused by the second edition."""
    found = []
    for at in range(max(2, round(6 * scale))):
        draw = chance(seed, platform, account, "campaign", at)
        name = f"{THEMES[at % len(THEMES)]} {draw.randint(1, 9)}"
        is_paused = at % 6 == 4 or (at == 1 and number(edition) > 0)
        found.append(Campaign(10**10 + draw.randrange(10**9), name, CHANNELS[at % len(CHANNELS)], is_paused))
    return found


def ads(seed: int, scale: float, account: str, edition: str) -> list[Ad]:
    """The advertisements of an account's campaigns."""
    return [
        Ad(campaign.key * 10**6 + at * 1000 + 17, campaign, campaign.key * 10 + at % 2, f"Anúncio {at + 1}")
        for campaign in campaigns(seed, scale, "meta", account, edition)
        for at in range(3)
    ]


def day(seed: int, what: object, when: date, edition: str, restated_days: int) -> Day | None:
    """What something brought on a day; None = no traffic. Conversions come late: an edition knows those until then."""
    draw = chance(seed, "ads", what, when)
    if draw.random() < 0.15 or when > closes(edition).date() - timedelta(days=1):
        return None
    impressions = draw.randint(20, 9000)
    clicks = min(impressions, int(impressions * draw.uniform(0.001, 0.06)))
    whole = int(clicks * draw.uniform(0, 0.12))
    age = (closes(edition).date() - when).days
    known = whole if age >= restated_days else whole * age // restated_days
    return Day(impressions, clicks, clicks * draw.randint(35, 240), known)


def days(first: date, last: date) -> Iterator[date]:
    """The days of a range that there is data of, both included."""
    when, last = max(first, FIRST), min(last, closes(EDITIONS[-1]).date())
    while when <= last:
        yield when
        when += timedelta(days=1)
