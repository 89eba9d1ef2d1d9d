"""A server on this machine that speaks as much of Google Cloud Storage's JSON API as reading a bucket needs."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

OBJECT = re.compile(r"/storage/v1/b/([^/]+)/o/(.+)")


@contextmanager
def gcs_server(bucket: str, objects: dict[str, bytes]) -> Iterator[str]:
    """Serves the objects of a bucket; gives the address for STORAGE_EMULATOR_HOST."""

    def described(name: str) -> dict[str, Any]:
        content = objects[name]
        tag = md5(content).hexdigest()  # noqa: S324  (no secret)
        told = {"kind": "storage#object", "name": name, "bucket": bucket, "size": str(len(content)), "etag": tag}
        return told | {"generation": "1", "updated": "2025-11-20T10:00:00.000Z"}

    def listed(query: dict[str, list[str]]) -> dict[str, Any]:
        prefix = query.get("prefix", [""])[0]
        inside = [name for name in sorted(objects) if name.startswith(prefix)]
        folders = sorted(
            {prefix + name[len(prefix) :].split("/")[0] + "/" for name in inside if "/" in name[len(prefix) :]}
        )
        items = [described(name) for name in inside if "/" not in name[len(prefix) :]]
        return {"kind": "storage#objects", "prefixes": folders, "items": items}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            found = OBJECT.search(url.path)
            name = unquote(found[2]) if found else ""
            if found is None and url.path == f"/storage/v1/b/{bucket}/o":
                self._send(200, json.dumps(listed(parse_qs(url.query))).encode())
            elif name not in objects:
                self._send(404, b'{"error": {"code": 404, "message": "No such object"}}')
            elif "alt=media" in url.query:
                self._media(objects[name])
            else:
                self._send(200, json.dumps(described(name)).encode())

        def _media(self, content: bytes) -> None:
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if wanted:
                content = content[int(wanted[1]) : int(wanted[2] or len(content)) + 1]
            self._send(206 if wanted else 200, content)

        def _send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
