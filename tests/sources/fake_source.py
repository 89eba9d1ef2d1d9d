"""A source on this machine that answers what a test tells it to, one answer a request."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lagoa.sources.spec import SourceSpec


@dataclass(frozen=True)
class Answer:
    """One answer; `body` may be bytes, text or what becomes JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    """How long the client waits for it."""

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes | str):
            return self.body.encode() if isinstance(self.body, str) else self.body
        return json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Asked:
    """One request: its path, its query in order, its headers, when it came, its method and its body."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    at: float
    method: str = "GET"
    body: bytes = b""


class FakeSource:
    """Answers in order; when they are used up the last one again. A callable answers by the request."""

    def __init__(self) -> None:
        self.answers: list[Answer] | Callable[[Asked], Answer] = []
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                query = dict(parse_qsl(url.query, keep_blank_values=True))
                request = Asked(url.path, query, dict(self.headers), time.monotonic(), self.command, body)
                answer = fake.answer(request)
                time.sleep(answer.seconds)
                try:
                    self.send_response(answer.status)
                    headers = {"Content-Length": str(len(answer.content)), **answer.headers}
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.content)
                    if int(headers["Content-Length"]) != len(answer.content):
                        self.close_connection = True  # what was promised never comes
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client gave up, as a test of time-outs wants

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Say nothing: clients of the tests give up on purpose."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, request: Asked) -> Answer:
        """The answer to a request, which is remembered."""
        with self._lock:
            self.asked.append(request)
            if not callable(self.answers):
                return self.answers[min(len(self.asked), len(self.answers)) - 1]
        return self.answers(request)

    def says(self, *answers: Answer) -> None:
        """What it answers from now on; forgets what it was asked."""
        self.answers, self.asked = list(answers), []

    def answers_by(self, answer: Callable[[Asked], Answer]) -> None:
        """How it answers each request from now on; forgets what it was asked."""
        self.answers, self.asked = answer, []

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def spec_of(resource: dict[str, Any], **connection: Any) -> SourceSpec:
    """A spec of the source `fonte` with the one resource `linhas`."""
    return SourceSpec.model_validate(
        {
            "source": "fonte",
            "title": "Fonte",
            "url": "https://example.org",
            "domain": "teste",
            "owner": "Alguém",
            "licence": "Nenhuma",
            "schedule": "0 5 * * *",
            "connection": {
                "base_url": "https://example.org/api",
                "timeout_seconds": 10,
                "attempts": 3,
                "backoff_seconds": 0.01,
                "concurrency": 1,
                **connection,
            },
            "resources": {
                "linhas": {
                    "title": "Linhas",
                    "kind": "rest",
                    "path": "/linhas",
                    "fields": ["id", "nome"],
                    "write": {"mode": "snapshot", "key": ["id"]},
                    **resource,
                }
            },
        }
    )
