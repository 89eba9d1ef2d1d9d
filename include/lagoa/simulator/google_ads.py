"""Google Ads: GAQL by POST, `googleAds:search` with page tokens and `googleAds:searchStream` with batches.

https://googleads.googleapis.com/v21/customers/<conta>/googleAds:…, a token by OAuth 2 (refresh token) and the header
developer-token. JSON in camelCase; whole numbers of 64 bits as text; metrics that are zero are left out.
"""

import itertools
import json
import re
import threading
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lagoa.simulator.catalog import Document
from lagoa.simulator.fault_kinds import PAGED
from lagoa.simulator.faults import Striking
from lagoa.simulator.gate import FAULTS
from lagoa.simulator.generated import ads
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.rows import spoiled
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

PREFIX = "/google_ads"
SECRETS = {
    "grant_type": "refresh_token",
    "client_id": "simulated-google_ads_cliente",
    "client_secret": "simulated-google_ads_segredo",  # pragma: allowlist secret
    "refresh_token": "simulated-google_ads_renovacao",
}
DEVELOPER_TOKEN = "simulated-google_ads_desenvolvedor"  # noqa: S105 -- what simulated sources send
LIVES = 40
"""Requests that a token answers here; a real one ends after an hour."""
BATCH = 500
PAGE = 10_000
BETWEEN = re.compile(r"segments\.date BETWEEN '(\d{4}-\d\d-\d\d)' AND '(\d{4}-\d\d-\d\d)'")
RESTATED_DAYS = 30
UNAVAILABLE = {"error": {"code": 503, "message": "The service is currently unavailable.", "status": "UNAVAILABLE"}}
"""What a stream ends with that breaks off: its status is 200 already."""


class Tokens:
    """The access tokens given out, and how often each may still be used."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()

    def give(self) -> str:
        """A new one."""
        with self._lock:
            token = f"access-{next(self._numbers)}"
            self._left[token] = LIVES
            return token

    def accepts(self, header: str | None) -> bool:
        """Whether a request is known by it."""
        with self._lock:
            token = (header or "").removeprefix("Bearer ")
            left = self._left.get(token, 0)
            if left:
                self._left[token] = left - 1
            return bool(left)


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /google_ads."""
    api = APIRouter(prefix=PREFIX)
    tokens = Tokens()

    @api.post("/token")
    async def token(request: Request) -> Response:
        if dict(parse_qsl((await request.body()).decode())) != SECRETS:
            return JSONResponse({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
        return JSONResponse({"access_token": tokens.give(), "expires_in": 3599, "token_type": "Bearer"})

    @api.post("/v21/customers/{account}/{method}")
    async def search(request: Request, account: str, method: str) -> Response:
        if not tokens.accepts(request.headers.get("authorization")):
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if request.headers.get("developer-token") != DEVELOPER_TOKEN:
            return _error(403, "PERMISSION_DENIED", "The developer token is not valid.")
        asked = json.loads(await request.body())
        query = " ".join(str(asked.get("query", "")).split())
        if " FROM campaign" not in query:
            return _error(400, "INVALID_ARGUMENT", "Error in query: unexpected input.")
        rows, spoils = _rows(world, account, query)
        rows = _spoiled(rows, request.scope[FAULTS], **spoils)
        is_broken = "error_in_stream" in request.scope[FAULTS]
        if method == "googleAds:searchStream":
            batches = [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
            stream = [{"results": batch, "fieldMask": "x", "requestId": "r"} for batch in batches]
            return JSONResponse([*stream[: len(stream) // 2], UNAVAILABLE] if is_broken else stream)
        if is_broken:
            return JSONResponse(UNAVAILABLE)
        begin = int(asked.get("pageToken") or 0)
        body: Document = {"fieldMask": "x"}
        if rows[begin : begin + PAGE]:
            body["results"] = rows[begin : begin + PAGE]
        if begin + PAGE < len(rows):
            body["nextPageToken"] = str(begin + PAGE)
        return JSONResponse(body)

    return api


def _rows(world: World, account: str, query: str) -> tuple[list[Document], dict[str, str]]:
    edition = world.editions.current("google_ads")
    found = ads.campaigns(world.seed, world.scale, "google", account, edition)
    if "metrics." not in query:
        return [_campaign(account, each) for each in found], {"changes": "name", "lacks": "status"}
    between = BETWEEN.search(query)
    first, last = map(date.fromisoformat, between.groups()) if between else (ads.FIRST, date.max)
    rows = [
        row
        for when in ads.days(first, last)
        for each in found
        for device in ads.DEVICES
        if (row := _day(world, account, each, when, device, edition)) is not None
    ]
    return rows, {"changes": "clicks", "lacks": "date"}


def _campaign(account: str, each: ads.Campaign) -> Document:
    resource = f"customers/{account}/campaigns/{each.key}"
    return {
        "campaign": {
            "resourceName": resource, "status": "PAUSED" if each.is_paused else "ENABLED",
            "advertisingChannelType": each.channel, "name": each.name, "id": str(each.key),
        }
    }  # fmt: skip


def _day(world: World, account: str, each: ads.Campaign, when: date, device: str, edition: str) -> Document | None:
    brought = ads.day(world.seed, f"{account}/{each.key}/{device}", when, edition, RESTATED_DAYS)
    if brought is None:
        return None
    metrics: Document = {"impressions": str(brought.impressions)}
    if brought.clicks:
        metrics |= {"clicks": str(brought.clicks), "costMicros": str(brought.cost_cents * 10_000)}
    if brought.conversions:
        metrics |= {"conversions": float(brought.conversions), "conversionsValue": brought.conversions * 89.9}
    return {
        "campaign": {"resourceName": f"customers/{account}/campaigns/{each.key}", "id": str(each.key)},
        "metrics": metrics,
        "segments": {"device": device, "date": when.isoformat()},
    }


def _spoiled(rows: list[Document], struck: Striking, *, changes: str, lacks: str) -> list[Document]:
    """The rows spoiled one level down: that is where their fields are."""
    if not struck:
        return rows
    flat = [{f"{outer}.{name}": value for outer, inner in row.items() for name, value in inner.items()} for row in rows]
    known = list(flat[0]) if flat else []
    full = {name.partition(".")[2]: name for name in known}
    records = spoiled(flat, struck, changes=full.get(changes, changes), lacks=full.get(lacks, lacks))
    deep: list[Document] = []
    for record in records:
        row: dict[str, dict[str, Any]] = {}
        for name, value in record.items():
            outer, _, inner = name.partition(".")
            row.setdefault(outer, {})[inner] = value
        deep.append(row)
    return deep


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": status, "message": message, "status": code}}, status)


SIMULATED = Simulated(
    name="google_ads",
    title="Google Ads (OAuth 2 e developer-token)",
    router=router,
    # Nothing announces how many rows there are, so only what can be noticed.
    faults=PAGED - {"short_page", "half_rows", "overlapping_pages"} | {"error_in_stream"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [],
    strikes=lambda fault, path: not path.endswith("/token"),
)
