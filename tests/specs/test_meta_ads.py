"""Meta Ads: cursors that the last page has, too, every metric as text, twenty-eight days restated."""

import datetime as dt
import json

import httpx
import pytest
from tests.specs.conftest import answer, arm, at_edition, control, extracted, forget, loaded

from lagoa.errors import TransientSourceError
from lagoa.lake.run import extract_resource
from lagoa.settings import Settings
from lagoa.simulator.generated import ads
from lagoa.simulator.generated.calendar import EDITIONS

ACCOUNT = "1700252260223815"
BASE = f"/meta_ads/v23.0/act_{ACCOUNT}"
KEY = {"Authorization": "Bearer simulated-meta_ads_token"}
LAST = EDITIONS[-1]
TODAY = dt.date(2026, 11, 20)


def known_ads(settings: Settings) -> dict[str, ads.Ad]:
    return {str(each.key): each for each in ads.ads(settings.simulator_seed, settings.simulator_scale, ACCOUNT, LAST)}


def get(settings: Settings, edge: str, **query: str) -> httpx.Response:
    return httpx.get(f"{settings.simulator_base}{BASE}/{edge}", params=query, headers=KEY, trust_env=False)


def test_every_campaign_and_advertisement_comes(generated: Settings) -> None:
    _, rows = extracted(generated, "meta_ads", "ads")
    known = known_ads(generated)
    assert {row["id"]: row["campaign_id"] for row in rows} == {
        key: str(each.campaign.key) for key, each in known.items()
    }
    _, campaigns = extracted(generated, "meta_ads", "campaigns")
    assert {row["id"] for row in campaigns} == {str(each.campaign.key) for each in known.values()}
    assert {row["conta"] for row in campaigns} == {ACCOUNT}


def test_every_day_of_every_advertisement_comes_as_text(generated: Settings) -> None:
    _, rows = extracted(generated, "meta_ads", "insights")
    known = {
        (key, when.isoformat()): brought
        for key in known_ads(generated)
        for when in ads.days(ads.FIRST, TODAY)
        if (brought := ads.day(generated.simulator_seed, f"meta/{key}", when, LAST, 28))
    }
    told = {(row["ad_id"], row["date_start"]): row for row in rows}
    assert set(told) == set(known)
    for key, row in told.items():
        assert row["impressions"] == str(known[key].impressions)
        assert row["spend"] == (f"{known[key].cost_cents / 100:.2f}" if known[key].clicks else None)
        actions = {each["action_type"]: each["value"] for each in json.loads(row["actions"] or "[]")}
        assert actions.get("purchase", "0") == str(known[key].conversions)


def test_the_last_page_has_a_cursor_and_no_next(generated: Settings) -> None:
    first = get(generated, "ads", limit="2").json()
    assert first["paging"]["next"].startswith("https://graph.facebook.com/v23.0/act_")
    last = get(generated, "ads", limit="500").json()
    assert last["paging"]["cursors"]["after"]
    assert "next" not in last["paging"]


def test_a_further_run_restates_twenty_eight_days(generated: Settings) -> None:
    forget(generated, "meta_ads")
    at_edition(generated, "meta_ads", 2)
    loaded(generated, "meta_ads", "insights")
    at_edition(generated, "meta_ads", "last")
    manifest = extract_resource(generated, "meta_ads", "insights", "meta-trailing")
    first = min(dt.date.fromisoformat(each.asked["time_range[since]"]) for each in manifest.slices)
    assert (dt.datetime.now(dt.UTC).date() - first).days in range(27, 31)


def test_a_limit_that_is_told_as_a_wrong_request_is_waited_for(generated: Settings) -> None:
    arm(generated, {"source": "meta_ads", "fault": "throttled", "times": 3})
    _, rows = extracted(generated, "meta_ads", "ads")
    assert {row["id"] for row in rows} == set(known_ads(generated))
    assert control(generated, "GET", "faults")[0]["struck"] == 3


def test_a_limit_that_stays_may_pass_later(generated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.rest.client.LONGEST_PAUSE_SIMULATOR", 0.02)
    arm(generated, {"source": "meta_ads", "fault": "throttled"})
    with pytest.raises(TransientSourceError, match="It is overloaded or limits us"):
        extracted(generated, "meta_ads", "ads")


def test_without_the_token_nothing_is_told(generated: Settings) -> None:
    refused = answer(generated, f"{BASE}/ads")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, 190)


@pytest.mark.parametrize(
    "query",
    [{}, {"time_range[since]": "x", "time_range[until]": "y"}, {"time_range[since]": "2026-01-01"}],
)
def test_insights_want_a_range_of_dates(generated: Settings, query: dict[str, str]) -> None:
    refused = get(generated, "insights", level="ad", time_increment="1", **query)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 100)
