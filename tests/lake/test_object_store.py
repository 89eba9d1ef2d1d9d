"""The raw zone in buckets, from the first part to a replay after retention: a real S3 server, and GCS's API by hand."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from aiohttp import ClientResponseError
from gcsfs.extended_gcsfs import BucketType, ExtendedGcsFileSystem
from moto.server import ThreadedMotoServer
from pydantic import SecretStr
from tests.lake.conftest import Feed
from tests.lake.gcs_server import create_app
from tests.serving import answering, listening

from lagoa.errors import ContractError
from lagoa.lake.parts import PartWriter
from lagoa.lake.raw import RawZone
from lagoa.lake.replay import replay_source
from lagoa.lake.retention import removable, remove
from lagoa.settings import Settings
from lagoa.sources.records import records_table

Made = Callable[..., Any]
KEYS = {"key": "somebody", "secret": "something"}  # pragma: allowlist secret


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a running S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, request: pytest.FixtureRequest) -> Any:
    """An empty bucket of its own."""
    client = boto3.resource(
        "s3",
        endpoint_url=s3,
        region_name="us-east-1",
        aws_access_key_id=KEYS["key"],
        aws_secret_access_key=KEYS["secret"],
    )
    name = request.node.name.replace("_", "-")[:60].strip("-")
    return client.create_bucket(Bucket=name)


@pytest.fixture
def stored(lakehouse: Settings, feed: Made, bucket: Any, s3: str) -> Feed:
    """A source whose raw zone lies in the bucket, below a prefix."""
    source: Feed = feed({"mode": "snapshot", "key": ["id"], "max_shrink": 1})
    options = SecretStr(json.dumps({"endpoint_url": s3, **KEYS}))
    update = {"raw_url": f"s3://{bucket.name}/lake/raw/", "raw_options": options, "raw_retention_days": 10}
    source.settings = lakehouse.model_copy(update=update)
    return source


@pytest.fixture
def on_gcs(lakehouse: Settings, feed: Made, monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    """A source whose raw zone lies in a bucket of Google Cloud Storage's API, which here has no gRPC side."""

    async def flat(*_: object) -> BucketType:
        return BucketType.NON_HIERARCHICAL

    monkeypatch.setattr(ExtendedGcsFileSystem, "_get_bucket_type", flat)
    source: Feed = feed({"mode": "snapshot", "key": ["id"], "max_shrink": 1})
    with listening() as (listener, port), answering(create_app(), listener):
        options = SecretStr(json.dumps({"endpoint_url": f"http://127.0.0.1:{port}", "token": "anon"}))
        update = {"raw_url": "gs://lake/raw", "raw_options": options, "raw_retention_days": 10}
        source.settings = lakehouse.model_copy(update=update)
        yield source


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": key, "nome": name} for key, name in pairs]


def keys(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def test_a_run_is_written_found_and_loaded(stored: Feed, bucket: Any) -> None:
    manifest = stored.write(rows(("1", "ção")), rows(("2", "b")))
    folder = f"lake/raw/{stored.spec.source}/rows/year=2026/month=01/day=01"
    assert keys(bucket) == [
        f"{folder}/run-1-00000.parquet",
        f"{folder}/run-1-00001.parquet",
        f"{folder}/run-1.manifest.json",
    ]
    zone = RawZone(stored.settings.raw_base, stored.settings.raw_store)
    assert zone.find(stored.spec.source, "rows", "run-1") == manifest
    assert zone.find(stored.spec.source, "rows", "run-2") is None
    assert zone.manifests(stored.spec.source, "rows") == [manifest]
    assert stored.load(manifest).rows_after == 2
    assert stored.rows("id, nome") == rows(("1", "ção"), ("2", "b"))


def test_a_replay_reads_every_run_from_the_bucket(stored: Feed) -> None:
    stored.run(rows(("1", "a"), ("2", "b")))
    stored.run(rows(("1", "A")))
    before = stored.rows()
    replay_source(stored.settings, stored.spec)
    assert stored.rows() == before


def test_what_another_process_wrote_is_seen_at_once(stored: Feed) -> None:
    """Listings that were cached would hide it."""
    ours, theirs = (RawZone(stored.settings.raw_base, stored.settings.raw_store) for _ in range(2))
    assert ours.manifests(stored.spec.source, "rows") == []
    manifest = stored.write(rows(("1", "a")))
    theirs.write_manifest(manifest)
    assert ours.manifests(stored.spec.source, "rows") == [manifest]


def test_an_object_that_was_changed_is_refused(stored: Feed, bucket: Any) -> None:
    manifest = stored.write(rows(("1", "a")))
    key = next(key for key in keys(bucket) if key.endswith(".parquet"))
    bucket.Object(key).put(Body=b"something else")
    with pytest.raises(ContractError, match=r"run-1-00000\.parquet has hash .* it was changed after it was written"):
        stored.load(manifest)


def test_a_run_without_its_manifest_is_not_whole(stored: Feed) -> None:
    zone = RawZone(stored.settings.raw_base, stored.settings.raw_store)
    writer = PartWriter(zone, stored.spec.source, "rows", "run-1", dt.date(2026, 1, 1))
    writer.write(records_table(rows(("1", "a")), ["id", "nome"], [], "test", []))
    writer.flush()
    assert [
        path.rpartition("/")[2]
        for path in zone.parts_of(zone.stem(stored.spec.source, "rows", "run-1", dt.date(2026, 1, 1)))
    ] == ["run-1-00000.parquet"]
    with pytest.raises(ContractError, match="The run is not whole: extract again"):
        zone.read_manifest(f"{zone.root}/{stored.spec.source}/rows/run-1.manifest.json")


@pytest.fixture
def failing() -> Iterator[str]:
    """The address of a store that cannot be asked."""

    class Fails(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_error(503)

        do_GET = do_HEAD = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fails)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/raw"
    server.shutdown()
    server.server_close()


def test_a_store_that_cannot_be_asked_does_not_count_as_one_without_the_run(failing: str) -> None:
    zone = RawZone(failing)
    with pytest.raises(ClientResponseError):
        zone.read_manifest(f"{failing}/fonte/linhas/run-1.manifest.json")
    with pytest.raises(ClientResponseError):
        zone.parts_of(f"{failing}/fonte/linhas/run-1")
    with pytest.raises(NotImplementedError):
        zone.remove([f"{failing}/fonte/linhas/run-1.manifest.json"])


def test_retention_removes_objects_and_the_rest_is_replayed(stored: Feed, bucket: Any) -> None:
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    for days, name in ((40, "a"), (20, "b"), (1, "c")):
        stored.run(rows(("1", name)), extracted_at=now - dt.timedelta(days=days))
    for each in removable(stored.settings, stored.spec, now):
        remove(stored.settings, each)
    assert [key.rpartition("/")[2] for key in keys(bucket)] == [
        "run-2-00000.parquet",
        "run-2.manifest.json",
        "run-3-00000.parquet",
        "run-3.manifest.json",
    ]
    replay_source(stored.settings, stored.spec)
    assert stored.rows("id, nome") == rows(("1", "c"))


def test_a_bucket_of_google_cloud_storage_does_the_same(on_gcs: Feed) -> None:
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    zone = RawZone(on_gcs.settings.raw_base, on_gcs.settings.raw_store)
    for days, name in ((40, "ção"), (20, "b"), (1, "c")):
        on_gcs.run(rows(("1", name)), extracted_at=now - dt.timedelta(days=days))
    assert [run.run_id for run in zone.manifests(on_gcs.spec.source, "rows")] == ["run-1", "run-2", "run-3"]
    before = on_gcs.rows()
    replay_source(on_gcs.settings, on_gcs.spec)
    assert on_gcs.rows() == before
    for each in removable(on_gcs.settings, on_gcs.spec, now):
        remove(on_gcs.settings, each)
    assert [run.run_id for run in zone.manifests(on_gcs.spec.source, "rows")] == ["run-2", "run-3"]
    replay_source(on_gcs.settings, on_gcs.spec)
    assert on_gcs.rows("id, nome") == rows(("1", "c"))
