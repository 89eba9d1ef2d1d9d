"""The part of Google Cloud Storage's JSON API that gcsfs speaks to read, write, list and remove objects, in memory.

https://cloud.google.com/storage/docs/json_api/v1. PyPI has no server of it that is kept up.
"""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import unquote

import google_crc32c
from fastapi import FastAPI, Request, Response


def create_app() -> FastAPI:
    """A server of empty buckets of any name."""
    app = FastAPI()
    objects: dict[tuple[str, str], bytes] = {}

    def described(bucket: str, name: str) -> dict[str, Any]:
        content = objects[bucket, name]
        return {
            "kind": "storage#object",
            "bucket": bucket,
            "name": name,
            "size": str(len(content)),
            "generation": "1",
            "md5Hash": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
            "crc32c": base64.b64encode(google_crc32c.Checksum(content).digest()).decode(),
            "updated": "2026-01-01T00:00:00.000Z",
            "timeCreated": "2026-01-01T00:00:00.000Z",
        }

    @app.get("/storage/v1/b/{bucket}/o")
    def listed(bucket: str, prefix: str = "", delimiter: str = "") -> dict[str, Any]:
        names = sorted(name for of, name in objects if of == bucket and name.startswith(prefix))
        folders = {
            prefix + rest.partition(delimiter)[0] + delimiter
            for name in names
            if delimiter and delimiter in (rest := name.removeprefix(prefix))
        }
        items = [name for name in names if not delimiter or delimiter not in name.removeprefix(prefix)]
        return {"items": [described(bucket, name) for name in items], "prefixes": sorted(folders)}

    @app.post("/upload/storage/v1/b/{bucket}/o")
    async def uploaded(bucket: str, request: Request) -> dict[str, Any]:
        boundary = b"\n--" + request.headers["content-type"].partition('boundary="')[2].rstrip('"').encode()
        _, _, body = (await request.body()).partition(b"\n\n")
        described_as, _, rest = body.partition(boundary)
        name = json.loads(described_as)["name"]
        objects[bucket, name] = rest.partition(b"\n\n")[2].removesuffix(boundary + b"--")
        return described(bucket, name)

    @app.get("/storage/v1/b/{bucket}/o/{name:path}")
    def about(bucket: str, name: str) -> Any:
        return described(bucket, unquote(name)) if (bucket, unquote(name)) in objects else Response(status_code=404)

    @app.get("/download/storage/v1/b/{bucket}/o/{name:path}")
    def downloaded(bucket: str, name: str) -> Response:
        found = objects.get((bucket, unquote(name)))
        return Response(status_code=404) if found is None else Response(found, media_type="application/octet-stream")

    @app.delete("/storage/v1/b/{bucket}/o/{name:path}")
    def removed(bucket: str, name: str) -> Response:
        return Response(status_code=404 if objects.pop((bucket, unquote(name)), None) is None else 204)

    return app
