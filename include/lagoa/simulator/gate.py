"""The door of every simulated source: counts the request, and answers in the source's place when a fault says so."""

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lagoa.simulator.faults import Striking
from lagoa.simulator.world import World

FAULTS = "lagoa.faults"
"""Where the request's scope holds the faults that the source itself must show."""

HTML_429 = """<html>
<head>
    <meta charset="UTF-8">
    <title>Limite de Requisições Excedido</title>
</head>
<body>
    <h2>Limite de requisições excedido</h2>

    <p>Aguarde alguns instantes e tente novamente.</p>
</body>
</html>
"""
TEXT_500 = "Erro na comunicação com o banco de dados."
JSON_500 = {
    "timestamp": "2026-06-16T23:30:40.339+00:00",
    "status": 500,
    "error": "Internal Server Error",
    "message": "Failed to obtain JDBC Connection; nested exception is java.sql.SQLTransientConnectionException",
}


class FaultGate:
    """ASGI middleware around the sources; the landing page and the control API pass untouched."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        source = scope["path"].split("/")[1] if scope["type"] == "http" else ""
        if source not in self._world.editions.available:
            await self._app(scope, receive, send)
            return
        url = scope["path"] + "?" + scope["query_string"].decode("latin-1")
        struck = self._world.faults.strike(source, url)
        status = 0

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._answer(struck, scope, receive, counted)
        finally:
            self._world.requests[(source, scope["path"], status)] += 1

    async def _answer(self, struck: Striking, scope: Scope, receive: Receive, send: Send) -> None:
        if "http_429_html" in struck:
            await _send(send, 429, "text/html", HTML_429)
        elif "http_500_text" in struck:
            await _send(send, 500, "application/json", TEXT_500)
        elif "http_500_json" in struck:
            await _send(send, 500, "application/json", json.dumps(JSON_500))
        elif "timeout" in struck:
            await _keep_waiting(receive, struck["timeout"].seconds)
            await _send(send, 504, "text/plain", "Gateway Timeout")
        else:
            scope[FAULTS] = struck
            truncated = "truncated_body" in struck
            await self._app(scope, receive, _halved(send) if truncated else send)


def _halved(send: Send) -> Send:
    """Sends the announced length but half of the body: the connection breaks off."""
    is_cut = False

    async def cut(message: Message) -> None:
        nonlocal is_cut
        if message["type"] == "http.response.body" and not is_cut:
            is_cut = True
            body = message.get("body", b"")
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        elif message["type"] == "http.response.start":
            await send(message)

    return cut


async def _keep_waiting(receive: Receive, seconds: float) -> None:
    """Until the client gives up or the time is over."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass


async def _send(send: Send, status: int, media_type: str, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", f"{media_type}; charset=utf-8".encode() if "html" in media_type else media_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
