"""Files from web servers, folders, buckets and SFTP: found, fetched, not fetched again; refused with the reason."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr
from tests.sources.fake_source import Answer, Asked, FakeSource, spec_of
from tests.sources.gcs_server import gcs_server
from tests.sources.reading import FILE, context_of, read_all
from tests.sources.sftp_server import sftp_server

from lagoa.errors import LagoaError, PermanentSourceError, TransientSourceError
from lagoa.lake.ledger import reached
from lagoa.lake.manifest import Slice, label_of
from lagoa.lake.state import LoadedFile, ResourceState
from lagoa.settings import Settings
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files import FileConnector
from lagoa.sources.connectors.files.cache import Cache
from lagoa.sources.connectors.files.index_page import entries
from lagoa.sources.connectors.files.listing import Entry
from lagoa.sources.connectors.files.transport import Fetched
from lagoa.sources.extract import extract
from lagoa.sources.spec import SourceSpec

CSV = {"format": "csv"}
BODY = b"a,b\n1,2\n"
ROWS = [{"a": "1", "b": "2"}]
SHA = hashlib.sha256(BODY).hexdigest()
TAG = '"v1"'
DATE = "Thu, 20 Nov 2025 10:00:00 GMT"


def told(**values: Any) -> Slice:
    return Slice(**{"asked": {}, "announced": None, "received": 1, "sha256": SHA} | values)


def after(got: Slice, **values: Any) -> ResourceState:
    """The state after a slice was loaded."""
    assert got.sha256 is not None
    loaded = LoadedFile(sha256=got.sha256, rows=got.received, etag=got.etag)
    return ResourceState(files={label_of(got.asked): loaded}, **values)


def serving(fake: FakeSource, validators: dict[str, str], seconds: float = 0) -> None:
    """A source that answers 304 to who has the file, as servers do."""
    conditions = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}

    def answer(request: Asked) -> Answer:
        known = any(request.headers.get(conditions[name]) == value for name, value in validators.items())
        if known:
            return Answer(status=304, headers=validators)
        return Answer(BODY, headers=validators, seconds=seconds)

    fake.says()
    fake.answers = answer


# --- only changed files, over HTTP


@pytest.mark.parametrize(
    ("validators", "etag"),
    [({"ETag": TAG}, TAG), ({"Last-Modified": DATE}, DATE), ({"ETag": 'W/"x"', "Last-Modified": DATE}, 'W/"x"')],
    ids=["ETag", "Last-Modified", "weak ETag"],
)
def test_a_file_that_did_not_change_is_not_downloaded_again(
    fake: FakeSource, settings_of_fake: Settings, validators: dict[str, str], etag: str
) -> None:
    serving(fake, validators)
    assert read_all(context_of(settings_of_fake, CSV)) == [(ROWS, told(etag=etag))]
    again = context_of(settings_of_fake, CSV, state=after(told(etag=etag)))
    assert read_all(again) == [([], told(etag=etag, unchanged=True))]
    full = context_of(settings_of_fake, CSV, state=after(told(etag=etag)), full=True)
    assert read_all(full) == [(ROWS, told(etag=etag))]
    assert "If-None-Match" not in fake.asked[-1].headers


def test_without_validators_the_content_tells(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(BODY))
    assert read_all(context_of(settings_of_fake, CSV, state=after(told()))) == [([], told(unchanged=True))]
    fake.says(Answer(BODY + b"3,4\n"))
    ((rows, got),) = read_all(context_of(settings_of_fake, CSV, state=after(told())))
    assert (len(rows), got.unchanged) == (2, False)


def test_a_secret_of_the_query_is_sent_and_told_by_its_name_alone(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(BODY))
    resource = CSV | {"params": {"token": "{secret:chave}", "ano": 2024}}
    asked = {"token": "{secret:chave}", "ano": "2024"}
    ((rows, got),) = read_all(context_of(settings_of_fake, resource), asked)
    assert rows == ROWS
    assert [request.query for request in fake.asked] == [{"token": "simulated-chave", "ano": "2024"}]
    assert "simulated-chave" not in str(got)


def test_a_touched_file_with_the_same_content_is_unchanged(fake: FakeSource, settings_of_fake: Settings) -> None:
    serving(fake, {"ETag": '"v2"'})
    state = after(told(etag=TAG))
    assert read_all(context_of(settings_of_fake, CSV, state=state)) == [([], told(etag='"v2"', unchanged=True))]
    assert fake.asked[-1].headers["If-None-Match"] == TAG


SNAPSHOT = CSV | {"write": {"mode": "snapshot", "key": ["a"]}}


def test_what_marks_vanished_rows_reads_all_its_files_again_though_they_did_not_change(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    """A run that left out the rows of an unchanged file would mark them all as deleted."""
    serving(fake, {"ETag": TAG})
    state = after(told(asked={"x": "1"}, etag=TAG))
    both = read_all(context_of(settings_of_fake, SNAPSHOT, state=state), {"x": "1"}, {"x": "2"})
    assert both == [(ROWS, told(asked={"x": "1"}, etag=TAG)), (ROWS, told(asked={"x": "2"}, etag=TAG))]


def test_a_snapshot_of_one_file_that_did_not_change_is_not_read_again(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    serving(fake, {"ETag": TAG})
    again = context_of(settings_of_fake, SNAPSHOT, state=after(told(etag=TAG)))
    assert read_all(again) == [([], told(etag=TAG, unchanged=True))]


@pytest.mark.parametrize("answer", [Answer(status=404), Answer(status=410), Answer("<!DOCTYPE html>")])
def test_a_file_that_is_not_published_is_absent_where_the_spec_allows_it(
    fake: FakeSource, settings_of_fake: Settings, answer: Answer
) -> None:
    fake.says(answer)
    absent = told(received=0, sha256=None, absent=True)
    assert read_all(context_of(settings_of_fake, CSV | {"completeness": {"absent": 0.1}})) == [([], absent)]
    with pytest.raises(PermanentSourceError, match=r"found an HTML page|the source answered 4"):
        read_all(context_of(settings_of_fake, CSV))


# --- one download for several members


def members(**more: Any) -> SourceSpec:
    spec = spec_of(FILE | CSV | {"path": "/{dia}", "params": {"dia": "1"}} | more).model_dump(
        mode="json", exclude_unset=True
    )
    spec["resources"]["outras"] = spec["resources"]["linhas"]
    return SourceSpec.model_validate(spec)


def test_resources_that_share_a_file_download_it_once(fake: FakeSource, settings_of_fake: Settings) -> None:
    serving(fake, {"ETag": TAG})
    spec = members()
    for name in ("linhas", "outras"):
        assert read_all(Context(spec, name, settings_of_fake), {"dia": "1"}) == [
            (ROWS, told(asked={"dia": "1"}, etag=TAG))
        ]
    state = after(told(asked={"dia": "1"}, etag=TAG))
    again = read_all(Context(spec, "linhas", settings_of_fake, state=state), {"dia": "1"})
    assert again == [([], told(asked={"dia": "1"}, etag=TAG, unchanged=True))]
    assert [request.headers.get("If-None-Match") for request in fake.asked] == [None, TAG, TAG]


def test_a_shared_file_that_cannot_be_read_is_not_kept(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(b"a\n1\n", headers={"ETag": TAG}))
    with pytest.raises(LagoaError, match="missing column b"):
        read_all(Context(members(), "linhas", settings_of_fake), {"dia": "1"})
    serving(fake, {"ETag": TAG})
    assert read_all(Context(members(), "linhas", settings_of_fake), {"dia": "1"})[0][0] == ROWS


def downloaded(content: bytes, calls: list[str | None]) -> Callable[[Path, str | None], Fetched | None]:
    tag = hashlib.sha256(content).hexdigest()

    def download(target: Path, known: str | None) -> Fetched | None:
        calls.append(known)
        if known == tag:
            return None
        target.write_bytes(content)
        return Fetched(target, tag, tag)

    return download


def test_the_cache_keeps_to_its_size_and_forgets_what_was_used_longest_ago(tmp_path: Path) -> None:
    cache, calls = Cache(tmp_path, max_bytes=250), list[str | None]()
    for number, key in enumerate(["x", "y", "z"]):
        with cache.fetched(key, None, downloaded(key.encode() * 100, calls)) as file:
            assert file is not None
            assert file.path.read_bytes() == key.encode() * 100
        for path in tmp_path.glob("*.file"):
            if path.read_bytes()[:1] == key.encode():
                os.utime(path, (os.stat(path).st_atime, os.stat(path).st_mtime - 100 + number))
    assert sorted(path.read_bytes()[:1] for path in tmp_path.glob("*.file")) == [b"y", b"z"]
    assert [path.name for path in tmp_path.glob("reading-*")] == []


def test_the_cache_is_for_its_owner_alone(tmp_path: Path) -> None:
    with Cache(tmp_path / "cache" / "files").fetched("x", None, downloaded(b"x", [])):
        assert (tmp_path / "cache" / "files").stat().st_mode & 0o777 == 0o700


def test_a_file_that_is_evicted_stays_with_who_reads_it(tmp_path: Path) -> None:
    cache, calls = Cache(tmp_path, max_bytes=1), list[str | None]()
    with cache.fetched("x", None, downloaded(b"xx", calls)) as file:
        with cache.fetched("y", None, downloaded(b"yy", calls)):
            pass
        assert [path.read_bytes() for path in tmp_path.glob("*.file")] == [b"yy"]
        assert file is not None
        assert file.path.read_bytes() == b"xx"


def test_those_who_want_the_same_file_at_once_wait_for_one_download(tmp_path: Path) -> None:
    calls: list[str | None] = []
    download = downloaded(b"x" * 1000, calls)
    contents = []

    def use() -> None:
        with Cache(tmp_path).fetched("x", None, download) as file:
            assert file is not None
            contents.append(file.path.read_bytes())

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents == [b"x" * 1000] * 8
    assert calls.count(None) == 1


def rows_of_a_member(settings: Settings) -> int:
    """What a process of its own reads."""
    ((rows, _),) = read_all(Context(members(), "linhas", settings), {"dia": "1"})
    return len(rows)


def test_processes_that_want_the_same_file_at_once_download_it_once(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    serving(fake, {"ETag": TAG}, seconds=0.2)
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        assert list(pool.map(rows_of_a_member, [settings_of_fake] * 4)) == [1] * 4
    conditions = [request.headers.get("If-None-Match") for request in fake.asked]
    assert sorted(conditions, key=str) == [TAG, TAG, TAG, None]


# --- folders of a web server

APACHE = """<html><body><h1>Index of /dados</h1><table>
<tr><th><a href="?C=N;O=D">Name</a></th></tr>
<tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td></tr>
<tr><td><a href="2024/">2024/</a></td><td align="right">2025-01-02 03:04  </td><td>-</td></tr>
<tr><td><a href="or%C3%A7amento%20%231.csv">orçamento #1.csv</a></td><td align="right">2025-02-03 04:05  </td></tr>
<tr><td><a href='https://example.org/x.csv'>elsewhere</a></td></tr>
</table></body></html>"""
NGINX = """<html><body><pre><a href="../">../</a>
<a href="a.csv">a.csv</a>                        20-Nov-2025 10:00     12
<a href="b.csv">b.csv</a>                        03-Feb-2024 10:00:01  12
</pre></body></html>"""


def test_the_index_pages_of_common_servers_are_understood() -> None:
    assert entries(APACHE) == [
        Entry("2024", is_folder=True, changed="2025-01-02 03:04"),
        Entry("orçamento #1.csv", changed="2025-02-03 04:05"),
    ]
    assert entries(NGINX) == [
        Entry("a.csv", changed="2025-11-20 10:00"),
        Entry("b.csv", changed="2024-02-03 10:00:01"),
    ]


@pytest.mark.parametrize(
    "link", ['href="d\'oeste%20a.csv"', 'href="d\'oeste a.csv"', "href='d&#39;oeste%20a.csv'", "href=d%27oeste%20a.csv"]
)
def test_a_name_with_an_apostrophe_or_a_space_is_listed_whole(link: str) -> None:
    assert entries(f"<a {link}>x</a> 20-Nov-2025 10:00 12") == [Entry("d'oeste a.csv", changed="2025-11-20 10:00")]


def folders(fake: FakeSource, pages: dict[str, str | bytes]) -> None:
    fake.says()
    fake.answers = lambda request: Answer(pages[request.path]) if request.path in pages else Answer(status=404)


def test_each_file_of_a_folder_is_a_slice(fake: FakeSource, settings_of_fake: Settings) -> None:
    pages = {"/fonte/api/": APACHE, "/fonte/api/or%C3%A7amento%20%231.csv": BODY}
    folders(fake, pages)
    context = context_of(settings_of_fake, CSV | {"path": "/or*.csv"})
    assert read_all(context) == [(ROWS, told(asked={"arquivo": "orçamento #1.csv"}))]


def test_patterns_go_through_folders(fake: FakeSource, settings_of_fake: Settings) -> None:
    page = '<a href="{0}">x</a>'
    pages: dict[str, str | bytes] = {
        "/fonte/api/": page.format("2024/") + page.format("2025/") + page.format("leia.csv"),
        "/fonte/api/2024/x/": page.format("a1.csv"),
        "/fonte/api/2025/x/": page.format("a2.csv") + page.format("a33.csv") + page.format("a4/"),
        "/fonte/api/2024/x/a1.csv": BODY,
        "/fonte/api/2025/x/a2.csv": BODY,
    }
    folders(fake, pages)
    with FileConnector(context_of(settings_of_fake, CSV | {"path": "/20??/x/a?.csv"})) as connector:
        assert connector.expand([{}]) == [{"arquivo": "2024/x/a1.csv"}, {"arquivo": "2025/x/a2.csv"}]
        assert [batch.table.to_pylist() for batch in connector.read({"arquivo": "2025/x/a2.csv"}).batches()] == [ROWS]


def test_the_newest_file_is_the_one_that_changed_last(fake: FakeSource, settings_of_fake: Settings) -> None:
    folders(fake, {"/fonte/api/": NGINX, "/fonte/api/a.csv": BODY})
    context = context_of(settings_of_fake, CSV | {"path": "/*.csv", "pick": "newest"})
    assert [got.asked for _, got in read_all(context)] == [{"arquivo": "a.csv"}]


def test_a_folder_without_the_file_is_refused_unless_it_may_be_absent(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    folders(fake, {"/fonte/api/": NGINX})
    missing = CSV | {"path": "/z*.csv"}
    with pytest.raises(PermanentSourceError, match=r"fonte.linhas: found no file of that name in the listing"):
        read_all(context_of(settings_of_fake, missing))
    assert read_all(context_of(settings_of_fake, missing | {"completeness": {"absent": 1}})) == []
    with pytest.raises(PermanentSourceError, match=r"fonte.linhas: found no file of that name in the listing"):
        read_all(context_of(settings_of_fake, missing | {"completeness": {"absent": 0.1}}))
    with pytest.raises(PermanentSourceError, match="the source answered 404 Not Found for the folder"):
        read_all(context_of(settings_of_fake, CSV | {"path": "/nenhuma/*.csv"}))


@pytest.mark.parametrize("absent", [0, 0.4, 0.5])
def test_folders_that_are_not_published_count_as_files_do(
    fake: FakeSource, settings_of_fake: Settings, absent: float
) -> None:
    """A folder a day: that of the Sunday will never be there, that of the Monday came empty."""
    saturday = {"/fonte/api/sabado/": NGINX, "/fonte/api/sabado/a.csv": BODY}
    folders(fake, {**saturday, "/fonte/api/segunda/": "", "/fonte/api/terca/": NGINX, "/fonte/api/terca/a.csv": BODY})
    context = context_of(
        settings_of_fake,
        CSV | {"path": "/{dia}/a*.csv", "for_each": {"dia": "dias"}, "completeness": {"absent": absent}},
    )
    days = [{"dia": day} for day in ("sabado", "domingo", "segunda", "terca")]
    if absent < 0.5:
        with pytest.raises(PermanentSourceError, match=r"\(dia=domingo\): the source answered 404 Not Found"):
            read_all(context, *days)
        return
    found = read_all(context, *days)
    assert [got.asked for _, got in found] == [{"dia": day, "arquivo": "a.csv"} for day in ("sabado", "terca")]


def test_public_files_are_read_over_http_where_no_credentials_are_sent(fake: FakeSource) -> None:
    folders(fake, {"/api/": NGINX, "/api/a.csv": BODY})
    context = context_of(Settings(sources="live"), CSV | {"path": "/a*.csv"}, base_url=f"{fake.url}/api")
    assert read_all(context) == [(ROWS, told(asked={"arquivo": "a.csv"}))]
    assert all(not {"Authorization", "Cookie"} & request.headers.keys() for request in fake.asked)


# --- a folder of this machine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, the older one with the later name."""
    home = tmp_path / "dados [1]"
    home.mkdir()
    for name, age in (("b.csv", 100), ("a.csv", 0), ("leia.txt", 0), ("~$a.csv", 0), (".a.csv", 0)):
        (home / name).write_bytes(BODY)
        os.utime(home / name, (1_700_000_000 - age, 1_700_000_000 - age))
    return home


LIVE = Settings(sources="live", secrets={"usuario": SecretStr("lagoa"), "senha": SecretStr("segredo")})
BASIC = {"type": "basic", "user": "usuario", "password": "senha"}  # pragma: allowlist secret


def local(folder: Path, path: str, state: ResourceState | None = None, **resource: Any) -> Context:
    """The context of a file below an agency's folder."""
    options = {"agency": {"pasta": [str(folder)]}, "state": state or ResourceState()}
    return context_of(LIVE, CSV | {"path": path} | resource, base_url="file://{pasta}", **options)


def test_hidden_files_and_locks_of_open_documents_are_passed_over(folder: Path) -> None:
    assert [got.asked["arquivo"] for _, got in read_all(local(folder, "/*a.csv"))] == ["a.csv"]


def test_a_folder_is_listed_oldest_change_first(folder: Path) -> None:
    first, second = read_all(local(folder, "/?.csv"))
    assert first == (ROWS, told(asked={"arquivo": "b.csv"}, etag=f"{1_699_999_900:010d}.000000-8"))
    assert second[1].asked == {"arquivo": "a.csv"}
    assert read_all(local(folder, "/?.csv", pick="newest")) == [second]


@pytest.mark.parametrize(
    "write", [{"mode": "snapshot", "key": ["a"]}, {"mode": "replace_partition", "partition": "tudo"}]
)
def test_a_file_that_becomes_the_newest_again_is_read_again(
    folder: Path, tmp_path: Path, write: dict[str, Any]
) -> None:
    """The rows of the one that was newer meanwhile have taken the place of its own."""
    more = {"path": "/?.csv", "pick": "newest", "params": {"tudo": "x"}, "keep": ["tudo"], "write": write}
    spec = spec_of(FILE | CSV | more, base_url="file://{pasta}")
    settings = LIVE.model_copy(update={"state_dir": tmp_path, "raw_url": str(tmp_path / "raw")})
    state = ResourceState()

    def run(number: int) -> list[tuple[str, bool]]:
        nonlocal state
        agency = {"pasta": [str(folder)]}
        manifest = extract(spec, "linhas", f"run-{number}", settings=settings, agency=agency, state=state)
        state = reached(state, manifest)
        return [(each.asked["arquivo"], each.unchanged) for each in manifest.slices]

    assert [run(1), run(2)] == [[("a.csv", False)], [("a.csv", True)]]
    (folder / "c.csv").write_bytes(b"a,b\n3,4\n")
    assert run(3) == [("c.csv", False)]
    (folder / "c.csv").unlink()
    assert run(4) == [("a.csv", False)]


def test_a_file_is_read_again_when_its_time_or_size_changed(folder: Path) -> None:
    ((_, first),) = read_all(local(folder, "/a.csv"))
    ((rows, again),) = read_all(local(folder, "/a.csv", state=after(first)))
    assert (rows, again.unchanged) == ([], True)
    (folder / "a.csv").write_bytes(BODY + b"3,4\n")
    ((rows, changed),) = read_all(local(folder, "/a.csv", state=after(first)))
    assert (len(rows), changed.unchanged) == (2, False)


IN_FILES = {"keep": ["arquivo"], "write": {"mode": "replace_partition", "partition": "arquivo"}}


@pytest.mark.parametrize(
    ("resource", "is_whole"),
    [
        ({}, True),
        ({"pick": "newest"}, False),
        ({"write": {"mode": "append"}}, False),
        ({"path": "/z*.csv", "completeness": {"absent": 1}}, False),
    ],
    ids=["every file", "the newest", "not by file", "none at all"],
)  # fmt: skip
def test_a_run_tells_whether_its_files_are_all_that_there_are(
    folder: Path, tmp_path: Path, resource: dict[str, Any], is_whole: bool
) -> None:
    spec = spec_of(FILE | CSV | IN_FILES | {"path": "/*.csv"} | resource, base_url="file://{pasta}")
    agency = {"pasta": [str(folder)]}
    settings = LIVE.model_copy(update={"state_dir": tmp_path})
    manifest = extract(spec, "linhas", "run-1", settings=settings, agency=agency, state=ResourceState())
    assert manifest.lists_partitions == is_whole


def test_a_file_that_is_missing_or_closed_to_us_is_told(folder: Path) -> None:
    with pytest.raises(PermanentSourceError, match=r"fonte.linhas: found no such file or folder, expected one\."):
        read_all(local(folder, "/z.csv"))
    with pytest.raises(PermanentSourceError, match="found no such file or folder"):
        read_all(local(folder, "/z/*.csv"))
    assert read_all(local(folder, "/z.csv", completeness={"absent": 1}))[0][1].absent


# --- S3


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A real S3 server with the bucket `dados`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        import s3fs

        bucket = s3fs.S3FileSystem(key="lagoa", secret="segredo", skip_instance_cache=True)
        bucket.mkdir("dados")
        for name in ("x/2024.csv", "x/2025.csv", "x/sub/2026.csv"):
            with bucket.open(f"dados/{name}", "wb") as file:
                file.write(BODY)
        yield "s3://dados/x"
        server.stop()


def test_a_bucket_is_listed_and_read_and_its_etag_kept(s3: str) -> None:
    resource = CSV | {"path": "/20??.csv"}
    etag = hashlib.md5(BODY).hexdigest()  # noqa: S324  (that is what S3 calls it)
    first, second = read_all(context_of(LIVE, resource, base_url=s3, auth=BASIC))
    assert first == (ROWS, told(asked={"arquivo": "2024.csv"}, etag=etag))
    assert second[1].asked == {"arquivo": "2025.csv"}
    again = read_all(context_of(LIVE, resource, base_url=s3, auth=BASIC, state=after(second[1])))
    assert [got.unchanged for _, got in again] == [False, True]


def test_a_bucket_without_the_file_or_without_the_server_is_told(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PermanentSourceError, match="found no such file or folder"):
        read_all(context_of(LIVE, CSV | {"path": "/z.csv"}, base_url=s3, auth=BASIC))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(TransientSourceError, match="the s3 server or folder could not be read"):
        read_all(context_of(LIVE, CSV | {"path": "/2024.csv"}, base_url=s3, auth=BASIC, attempts=1))


# --- Google Cloud Storage


def test_a_bucket_of_google_is_listed_and_read_and_its_etag_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with gcs_server("dados", {"x/2024.csv": BODY, "x/2025.csv": BODY, "x/sub/2026.csv": BODY}) as address:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        resource, base = CSV | {"path": "/20??.csv"}, "gs://dados/x"
        etag = hashlib.md5(BODY).hexdigest()  # noqa: S324  (the server's choice)
        first, second = read_all(context_of(LIVE, resource, base_url=base))
        assert first == (ROWS, told(asked={"arquivo": "2024.csv"}, etag=etag))
        again = read_all(context_of(LIVE, resource, base_url=base, state=after(second[1])))
        assert [got.unchanged for _, got in again] == [False, True]
        with pytest.raises(PermanentSourceError, match="found no such file or folder"):
            read_all(context_of(LIVE, CSV | {"path": "/z.csv"}, base_url=base))


# --- SFTP


@pytest.fixture
def sftp(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real SFTP server of the folder's parent, whose host key is known."""
    with sftp_server(folder.parent) as (port, known):
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh/known_hosts").write_text(known)
        monkeypatch.setenv("HOME", str(tmp_path))
        yield f"sftp://127.0.0.1:{port}/{folder.name}"


def sftp_context(sftp: str, resource: dict[str, Any], settings: Settings = LIVE, **options: Any) -> Context:
    options = {"timeout_seconds": 5, "attempts": 1, "agency": {"base": [sftp.removeprefix("sftp://")]}} | options
    return context_of(settings, CSV | resource, base_url="sftp://{base}", auth=BASIC, **options)


def test_an_sftp_folder_is_listed_and_read(sftp: str) -> None:
    first, second = read_all(sftp_context(sftp, {"path": "/?.csv"}))
    assert (first[0], first[1].asked, second[1].asked) == (ROWS, {"arquivo": "b.csv"}, {"arquivo": "a.csv"})
    again = read_all(sftp_context(sftp, {"path": "/?.csv"}, state=after(second[1])))
    assert [got.unchanged for _, got in again] == [False, True]


def test_threads_read_over_connections_of_their_own(sftp: str, folder: Path) -> None:
    for number in range(24):
        (folder / f"x{number:02d}.csv").write_text(f"a,b\n{number},2\n")
    with FileConnector(sftp_context(sftp, {"path": "/x*.csv"}, concurrency=8)) as connector:

        def first_value(asked: dict[str, str]) -> str:
            (batch,) = connector.read(asked).batches()
            return str(batch.table.column("a")[0])

        with ThreadPoolExecutor(8) as pool:
            values = list(pool.map(first_value, connector.expand([{}])))
    assert sorted(map(int, values)) == list(range(24))


def test_a_missing_file_and_a_wrong_password_are_told(sftp: str) -> None:
    with pytest.raises(PermanentSourceError, match="found no such file or folder"):
        read_all(sftp_context(sftp, {"path": "/z.csv"}))
    wrong = LIVE.model_copy(update={"secrets": LIVE.secrets | {"senha": SecretStr("outra")}})
    with pytest.raises(PermanentSourceError, match=r"the sftp server or folder refused us \(AuthenticationException\)"):
        read_all(sftp_context(sftp, {"path": "/a.csv"}, wrong))


def test_an_unknown_host_key_is_refused_before_the_password_is_sent(sftp: str, tmp_path: Path) -> None:
    (tmp_path / ".ssh/known_hosts").write_text("")
    with pytest.raises(PermanentSourceError, match=r"found a host key \(SHA256:.*\) that is not in ~/.ssh/known_hosts"):
        read_all(sftp_context(sftp, {"path": "/a.csv"}))


def test_a_server_that_is_not_there_may_come_back(sftp: str) -> None:
    away = "sftp://127.0.0.1:9/x"
    with pytest.raises(TransientSourceError, match="the sftp server or folder could not be read"):
        read_all(sftp_context(away, {"path": "/a.csv"}))
