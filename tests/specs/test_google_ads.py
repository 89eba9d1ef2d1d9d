"""Google Ads: GAQL by POST, numbers as text, zeroes left out, the last thirty days asked for again."""

import datetime as dt
from typing import Any

import httpx
import pytest
from tests.specs.conftest import arm, at_edition, control, extracted, forget, loaded, query

from lagoa.errors import TransientSourceError
from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource, spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated import ads
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.sources.connectors.rest.auth import oauth2

ACCOUNTS = ("2121450128", "2121450129")
LAST = EDITIONS[-1]
TODAY = dt.date(2026, 11, 20)


def campaigns(settings: Settings) -> dict[tuple[str, str], ads.Campaign]:
    seed, scale = settings.simulator_seed, settings.simulator_scale
    return {
        (account, str(each.key)): each
        for account in ACCOUNTS
        for each in ads.campaigns(seed, scale, "google", account, LAST)
    }


def truth(settings: Settings, edition: str = LAST) -> dict[tuple[str, str, str, str], ads.Day]:
    return {
        (account, key, when.isoformat(), device): brought
        for account, key in campaigns(settings)
        for when in ads.days(ads.FIRST, TODAY)
        for device in ads.DEVICES
        if (brought := ads.day(settings.simulator_seed, f"{account}/{key}/{device}", when, edition, 30))
    }


def token(settings: Settings, **other: str) -> httpx.Response:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "simulated-google_ads_renovacao",
        "client_id": "simulated-google_ads_cliente",
        "client_secret": "simulated-google_ads_segredo",  # pragma: allowlist secret
    }
    return httpx.post(f"{settings.simulator_base}/google_ads/token", data=form | other, trust_env=False)


def search(settings: Settings, gaql: str, **headers: str) -> httpx.Response:
    url = f"{settings.simulator_base}/google_ads/v21/customers/2121450128/googleAds:searchStream"
    return httpx.post(url, json={"query": gaql}, headers=headers, trust_env=False)


def test_every_campaign_of_every_account_comes_taken_apart(generated: Settings) -> None:
    _, rows = extracted(generated, "google_ads", "campaigns")
    known = campaigns(generated)
    assert {(row["conta"], row["campaign.id"]): row["campaign.name"] for row in rows} == {
        key: each.name for key, each in known.items()
    }
    assert not any("campaign" in row for row in rows)


def test_every_day_with_traffic_comes_with_its_numbers_as_written(generated: Settings) -> None:
    _, rows = extracted(generated, "google_ads", "campaign_stats")
    known = truth(generated)
    told = {(row["conta"], row["campaign.id"], row["segments.date"], row["segments.device"]): row for row in rows}
    assert set(told) == set(known)
    for key, row in told.items():
        assert row["metrics.impressions"] == str(known[key].impressions)
        assert row["metrics.costMicros"] == (str(known[key].cost_cents * 10_000) if known[key].clicks else None)
    assert any(row["metrics.conversions"] is None for row in rows), "zeroes are left out"


def test_a_further_run_restates_the_last_thirty_days(generated: Settings) -> None:
    forget(generated, "google_ads")
    at_edition(generated, "google_ads", 2)
    loaded(generated, "google_ads", "campaign_stats")
    at_edition(generated, "google_ads", "last")
    manifest = extract_resource(generated, "google_ads", "campaign_stats", "google-trailing")
    load(spec_of(generated, "google_ads"), manifest, settings=generated)
    first = min(dt.date.fromisoformat(each.asked["inicio"]) for each in manifest.slices)
    assert (dt.datetime.now(dt.UTC).date() - first).days in range(29, 33)
    statement = (
        "select conta, campaign_id, segments_date, segments_device, metrics_conversions"
        " from bronze.google_ads__campaign_stats where segments_date >= %s"
    )
    known = truth(generated)
    stored: list[Any] = query(generated, statement, first.isoformat())
    assert stored
    for row in stored:
        day = known[row["conta"], row["campaign_id"], row["segments_date"], row["segments_device"]]
        assert float(row["metrics_conversions"] or 0) == day.conversions


def test_a_token_that_is_used_up_is_renewed(generated: Settings) -> None:
    oauth2.TOKENS.clear()
    for _ in range(3):
        extracted(generated, "google_ads", "campaign_stats")
    paths = control(generated, "GET", "requests")["google_ads"]["paths"]
    assert paths["/token"]["200"] >= 2


def test_a_stream_that_breaks_off_is_asked_for_again(generated: Settings) -> None:
    arm(generated, {"source": "google_ads", "fault": "error_in_stream", "times": 2})
    for resource in ("campaigns", "campaign_stats"):
        whole, _ = extracted(generated, "google_ads", resource)
        assert whole.received == len(truth(generated) if resource == "campaign_stats" else campaigns(generated))
    assert control(generated, "GET", "faults")[0]["struck"] == 2


def test_a_stream_that_stays_broken_fails_the_run(generated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.rest.client.LONGEST_PAUSE_SIMULATOR", 0.02)
    arm(generated, {"source": "google_ads", "fault": "error_in_stream"})
    with pytest.raises(TransientSourceError, match="found an error with the code 503, expected records"):
        extracted(generated, "google_ads", "campaign_stats")


@pytest.mark.parametrize("wrong", ["refresh_token", "client_id", "client_secret", "grant_type"])
def test_a_wrong_credential_gets_no_token(generated: Settings, wrong: str) -> None:
    assert token(generated, **{wrong: "x"}).status_code == 400


def test_the_developer_token_and_the_query_are_checked(generated: Settings) -> None:
    bearer = {"Authorization": f"Bearer {token(generated).json()['access_token']}"}
    developer = {"developer-token": "simulated-google_ads_desenvolvedor"}
    assert search(generated, "SELECT campaign.id FROM campaign").status_code == 401
    assert search(generated, "SELECT campaign.id FROM campaign", **bearer).status_code == 403
    assert search(generated, "DROP campaign", **bearer, **developer).status_code == 400
    empty = "SELECT metrics.clicks FROM campaign WHERE segments.date BETWEEN '2020-01-01' AND '2020-01-02'"
    assert search(generated, empty, **bearer, **developer).json() == []
