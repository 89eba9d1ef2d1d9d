"""Meta Ads: the Graph API's campaigns, ads and insights; a bearer token, cursors, every metric as text.

https://graph.facebook.com/v23.0/act_<conta>/{campaigns,ads,insights}. The last page has cursors, too: only
`paging.next` says that more follows. Metrics that are zero are left out; `actions` is a list.
"""

from collections.abc import Iterator
from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import ads
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.rows import kept, spoiled_page
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/meta_ads/v23.0"
KEY = "Bearer simulated-meta_ads_token"
MOST = 500
RESTATED_DAYS = 28


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /meta_ads."""
    api = APIRouter(prefix=PREFIX)

    @api.get("/act_{account}/{edge}")
    def edge(request: Request, account: str, edge: str) -> Response:
        query = request.query_params
        if request.headers.get("authorization") != KEY:
            return _error(401, 190, "Invalid OAuth access token.")
        if "throttled" in request.scope[FAULTS]:
            return _error(400, 17, "(#17) User request limit reached")
        edition = world.editions.current("meta_ads")
        if edge == "campaigns":
            rows = [_campaign(each) for each in ads.campaigns(world.seed, world.scale, "meta", account, edition)]
            return _page(request, rows, changes="name", lacks="status")
        if edge == "ads":
            rows = [_ad(each) for each in ads.ads(world.seed, world.scale, account, edition)]
            return _page(request, rows, changes="name", lacks="campaign_id")
        if edge != "insights":
            return _error(400, 100, f"Unknown path components: /{edge}")
        try:
            first, last = (date.fromisoformat(query[f"time_range[{end}]"]) for end in ("since", "until"))
        except (KeyError, ValueError):
            return _error(400, 100, "(#100) Param time_range must be a date range")
        if query.get("level") != "ad" or query.get("time_increment") != "1":
            return _error(400, 100, "(#100) only daily insights of ads are simulated")
        rows = list(_insights(world, account, first, last, edition))
        return _page(request, rows, changes="spend", lacks="date_start")

    return api


def _page(request: Request, rows: list[Document], *, changes: str, lacks: str) -> Response:
    struck, query = request.scope[FAULTS], request.query_params
    shown = [row for at, row in enumerate(rows) if kept(at, struck)]
    begin, size = int(query.get("after") or 0), min(int(query.get("limit", 25)), MOST)
    end = min(begin + size, len(shown))
    page = spoiled_page(shown[begin:end], struck, changes=changes, lacks=lacks)
    if not page:
        return JSONResponse({"data": []})
    paging: Document = {"cursors": {"before": str(begin), "after": str(end)}}
    if end < len(shown):
        paging["next"] = f"https://graph.facebook.com{request.url.path.removeprefix('/meta_ads')}?after={end}"
    return JSONResponse({"data": page, "paging": paging})


def _campaign(each: ads.Campaign) -> Document:
    return {
        "id": str(each.key), "name": each.name, "status": "PAUSED" if each.is_paused else "ACTIVE",
        "objective": "OUTCOME_SALES", "created_time": "2026-05-20T10:00:00-0300",
        "updated_time": "2026-10-15T09:30:00-0300" if each.is_paused else "2026-05-20T10:00:00-0300",
    }  # fmt: skip


def _ad(each: ads.Ad) -> Document:
    return {
        "id": str(each.key), "name": each.name, "status": "PAUSED" if each.campaign.is_paused else "ACTIVE",
        "campaign_id": str(each.campaign.key), "adset_id": str(each.set_key),
        "updated_time": "2026-05-20T10:00:00-0300",
    }  # fmt: skip


def _insights(world: World, account: str, first: date, last: date, edition: str) -> Iterator[Document]:
    found = ads.ads(world.seed, world.scale, account, edition)
    for when in ads.days(first, last):
        for each in found:
            brought = ads.day(world.seed, f"meta/{each.key}", when, edition, RESTATED_DAYS)
            if brought is None:
                continue
            row: Document = {
                "ad_id": str(each.key), "campaign_id": str(each.campaign.key), "account_id": account,
                "date_start": when.isoformat(), "date_stop": when.isoformat(),
                "impressions": str(brought.impressions), "reach": str(max(1, brought.impressions * 3 // 4)),
            }  # fmt: skip
            if brought.clicks:
                row |= {"clicks": str(brought.clicks), "spend": f"{brought.cost_cents / 100:.2f}"}
                row["actions"] = [{"action_type": "link_click", "value": str(brought.clicks)}]
            if brought.conversions:
                row["actions"].append({"action_type": "purchase", "value": str(brought.conversions)})
            yield row


def _error(status: int, code: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "OAuthException", "code": code}}, status)


SIMULATED = Simulated(
    name="meta_ads",
    title="Meta Ads: campanhas, anúncios e resultados (com token)",
    router=router,
    # Nothing announces how many rows there are, so only what can be noticed.
    faults=PAGED - {"short_page", "half_rows", "overlapping_pages"} | {"throttled"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [],
)
