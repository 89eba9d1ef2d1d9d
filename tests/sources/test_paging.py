"""Each way of paging: its first, its next and its last request, nothing, too little, the same again, another shape."""

import itertools
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pytest
from tests.sources.fake_source import Answer, Asked, FakeSource, spec_of

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.settings import Settings
from lagoa.sources.connector import Batch, Context, Resume
from lagoa.sources.connectors.rest import RestConnector, series
from lagoa.sources.connectors.rest.address import Address
from lagoa.sources.connectors.rest.keys import DistinctKeys
from lagoa.sources.records import records_table
from lagoa.sources.spec import Agency, RestResource, SourceSpec


@pytest.fixture(autouse=True)
def a_batch_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is handed on by itself, so that the tests see each."""
    monkeypatch.setattr(series, "BATCH_ROWS", 1)


def records(*ids: int) -> list[dict[str, Any]]:
    return [{"id": number, "nome": f"n{number}"} for number in ids]


def read(
    settings: Settings,
    resource: dict[str, Any],
    /,
    agency: Agency | None = None,
    resume: Resume | None = None,
    connection: dict[str, Any] | None = None,
    **asked: str,
) -> tuple[list[Batch], Slice]:
    """One series: its batches and its slice."""
    with RestConnector(Context(spec_of(resource, **(connection or {})), "linhas", settings, agency or {})) as connector:
        reading = connector.read(asked, resume)
        return list(reading.batches()), reading.slice


def ids(batches: list[Batch]) -> list[list[str]]:
    return [batch.table.column("id").to_pylist() for batch in batches]


@dataclass(frozen=True)
class Kind:
    """One way of paging over five records, two a page, and what is asked in turn (by default the query)."""

    resource: dict[str, Any]
    pages: list[Answer]
    asked: list[Any]
    nothing: Answer
    told: Callable[[Asked], Any] = field(default=lambda request: request.query)
    announced: int | None = 5
    announced_nothing: int | None = 0
    batches: list[list[str]] = field(default_factory=lambda: [["1", "2"], ["3", "4"], ["5"]])


def paging(**values: Any) -> dict[str, Any]:
    return {"paging": values}


def answers(*bodies: Any, **headers: str) -> list[Answer]:
    return [Answer(body, headers=headers) for body in bodies]


def enveloped(key: str, rows: list[dict[str, Any]], **beside: Any) -> dict[str, Any]:
    return {key: rows, **beside}


PAGES = [records(1, 2), records(3, 4), records(5)]
NUMBERED = {"type": "page_number", "page": "p", "size": "s", "page_size": 2}
NUMBERS = [{"p": "1", "s": "2"}, {"p": "2", "s": "2"}, {"p": "3", "s": "2"}]
OFFSETS = {"type": "limit_offset", "page_size": 2}
STEPS = [{"limit": "2", "offset": "0"}, {"limit": "2", "offset": "2"}, {"limit": "2", "offset": "4"}]
ORDERED = [{**step, "order": "id"} for step in STEPS]
SKIPS = [{"$top": "2", "$skip": str(skip), "$orderby": "id"} for skip in (0, 2, 4)]
KINDS: dict[str, Kind] = {
    "single": Kind({}, answers(records(1, 2)), [{}], Answer([]), announced=None, announced_nothing=None,
                   batches=[["1", "2"]]),
    "page number with total and pages": Kind(
        {"records": "d", **paging(**NUMBERED, total="t", pages="n")},
        answers(*(enveloped("d", page, t=5, n=3) for page in PAGES)), NUMBERS, Answer(enveloped("d", [], t=0, n=0)),
    ),
    "page number with total": Kind(
        {"records": "d", **paging(**NUMBERED, total="meta.t")},
        answers(*(enveloped("d", page, meta={"t": 5}) for page in PAGES)), NUMBERS,
        Answer(enveloped("d", [], meta={"t": 0})),
    ),
    "page number with pages": Kind(
        {"records": "d", **paging(**NUMBERED, pages="n")},
        answers(*(enveloped("d", page, n=3) for page in PAGES)), NUMBERS, Answer(enveloped("d", [], n=0)),
        announced=None, announced_nothing=None,
    ),
    "page number from 0, size fixed by the source, ended by a short page": Kind(
        paging(type="page_number", page="p", page_size=2, first=0, end="short_page"), answers(*PAGES),
        [{"p": "0"}, {"p": "1"}, {"p": "2"}], Answer([]), announced=None, announced_nothing=None,
    ),
    "page number ended by an empty page": Kind(
        paging(**NUMBERED), answers(records(1, 2), records(3, 4), []), NUMBERS, Answer([]), announced=None,
        announced_nothing=None, batches=[["1", "2"], ["3", "4"]],
    ),
    "page number asked for until the empty page": Kind(
        paging(**NUMBERED), answers(*PAGES, []), [*NUMBERS, {"p": "4", "s": "2"}], Answer([]),
        announced=None, announced_nothing=None,
    ),
    "offset with Content-Range": Kind(
        paging(**OFFSETS, order="id"), answers(*PAGES, **{"Content-Range": "0-1/5"}), ORDERED,
        Answer([], headers={"Content-Range": "*/0"}),
    ),
    "offset with the total in the body": Kind(
        {"records": "d", **paging(**OFFSETS, announced_in="body", total="t")},
        answers(*(enveloped("d", page, t=5) for page in PAGES)), STEPS, Answer(enveloped("d", [], t=0)),
    ),
    "offset with the body saying whether more follows": Kind(
        {"records": "items", **paging(**OFFSETS, announced_in="nowhere", more="hasMore")},
        answers(*(enveloped("items", page, hasMore=number < 2) for number, page in enumerate(PAGES))), STEPS,
        Answer(enveloped("items", [], hasMore=False)), announced=None, announced_nothing=None,
    ),
    "offset with nothing told": Kind(
        paging(**OFFSETS, announced_in="nowhere"), answers(*PAGES, []), [*STEPS, {"limit": "2", "offset": "5"}],
        Answer([]), announced=None, announced_nothing=None,
    ),
    "OData 4 by $skip": Kind(
        paging(type="odata", page_size=2, order="id"),
        answers(*(enveloped("value", page, **{"@odata.count": 5}) for page in PAGES)),
        [{**skip, "$count": "true"} for skip in SKIPS], Answer({"value": [], "@odata.count": 0}),
    ),
    "OData 4 with the declared fields alone": Kind(
        {"nested": ["partes", "socios"], "params": {"$expand": "socios($expand=pessoa)"},
         **paging(type="odata", page_size=2, order="id", select=True)},
        answers(*(enveloped("value", [{**row, "partes": [], "socios": []} for row in page], **{"@odata.count": 5})
                  for page in PAGES)),
        [{**skip, "$count": "true", "$select": "id,nome,partes"} for skip in SKIPS],
        Answer({"value": [], "@odata.count": 0}),
    ),
    "OData 3 by $skip, the count as text": Kind(
        paging(type="odata", version=3, page_size=2, order="id"),
        answers(*(enveloped("value", page, **{"odata.count": "5"}) for page in PAGES)),
        [{**skip, "$inlinecount": "allpages"} for skip in SKIPS], Answer({"value": [], "odata.count": "0"}),
    ),
    "OData 2 by $skip": Kind(
        paging(type="odata", version=2, page_size=2, order="id"),
        answers(*({"d": {"results": page, "__count": "5"}} for page in PAGES)),
        [{**skip, "$inlinecount": "allpages"} for skip in SKIPS], Answer({"d": {"results": [], "__count": "0"}}),
    ),
    "OData without a count, a page cut by the server": Kind(
        paging(type="odata", page_size=3, count=False, order="id"),
        answers({"value": records(1, 2), "@odata.nextLink": "x"}, {"value": records(3, 4, 5)}, {"value": []}),
        [{"$top": "3", "$skip": str(skip), "$orderby": "id"} for skip in (0, 2, 5)], Answer({"value": []}),
        announced=None, announced_nothing=None, batches=[["1", "2"], ["3", "4", "5"]],
    ),
    "OData 4 by a next link relative to the entity": Kind(
        paging(type="odata", page_size=2, by="next_link"),
        answers(
            {"value": PAGES[0], "@odata.count": 5, "@odata.nextLink": "linhas?$skip=2"},
            {"value": PAGES[1], "@odata.nextLink": "linhas?$skip=4"},
            {"value": PAGES[2]},
        ),
        [("/fonte/api/linhas", {"$count": "true"}), ("/fonte/api/linhas", {"$skip": "2"}),
         ("/fonte/api/linhas", {"$skip": "4"})],
        Answer({"value": [], "@odata.count": 0}),
        told=lambda request: (request.path, request.query),
    ),
    "OData 3 by a next link from the host's root": Kind(
        paging(type="odata", version=3, page_size=2, by="next_link"),
        answers(
            {"value": PAGES[0], "odata.count": "5", "odata.nextLink": "/api/linhas?$skip=2"},
            {"value": PAGES[1], "odata.count": "5", "odata.nextLink": "/api/linhas?$skip=4"},
            {"value": PAGES[2], "odata.count": "5"},
        ),
        [("/fonte/api/linhas", "odata.maxpagesize=2")] * 3,
        Answer({"value": [], "odata.count": "0"}),
        told=lambda request: (request.path, request.headers["Prefer"]),
    ),
    "OData 2 by an absolute next link of the real host, no count": Kind(
        paging(type="odata", version=2, page_size=2, by="next_link", count=False),
        answers(
            {"d": {"results": PAGES[0], "__next": "https://example.org/api/linhas?$skiptoken=a%27b"}},
            {"d": {"results": PAGES[1], "__next": "http://example.org/api/linhas?$skiptoken=b"}},
            {"d": {"results": PAGES[2]}},
        ),
        [("/fonte/api/linhas", {}), ("/fonte/api/linhas", {"$skiptoken": "a'b"}),
         ("/fonte/api/linhas", {"$skiptoken": "b"})],
        Answer({"d": {"results": []}}),
        told=lambda request: (request.path, request.query), announced=None, announced_nothing=None,
    ),
    "cursor in the query": Kind(
        {"records": "d", **paging(type="cursor", cursor="next.token", parameter="after", size="limit", page_size=2)},
        answers(
            {"d": PAGES[0], "next": {"token": "A=="}}, {"d": PAGES[1], "next": {"token": 7}},
            {"d": PAGES[2], "next": None},
        ),
        [{"limit": "2"}, {"limit": "2", "after": "A=="}, {"limit": "2", "after": "7"}],
        Answer({"d": []}), announced=None, announced_nothing=None,
    ),
    "cursor that the last page has, too": Kind(
        {"records": "data",
         **paging(type="cursor", cursor="paging.cursors.after", parameter="after", more="paging.next", total="total")},
        answers(
            {"data": PAGES[0], "paging": {"cursors": {"after": "a"}, "next": "https://x"}, "total": 5},
            {"data": PAGES[1], "paging": {"cursors": {"after": "b"}, "next": "https://x"}},
            {"data": PAGES[2], "paging": {"cursors": {"after": "c"}}},
        ),
        [{}, {"after": "a"}, {"after": "b"}], Answer({"data": [], "total": 0}),
    ),
    "cursor in the body": Kind(
        {"records": "results", "method": "POST", "body": {"query": "select {x}"},
         **paging(type="cursor", cursor="nextPageToken", parameter="page.token", size="page.size", page_size=2,
                  sent_in="body")},
        answers({"results": PAGES[0], "nextPageToken": "t"}, {"results": PAGES[1], "nextPageToken": "u"},
                {"results": PAGES[2]}),
        [b'{"query":"select 1","page":{"size":2}}', b'{"query":"select 1","page":{"size":2,"token":"t"}}',
         b'{"query":"select 1","page":{"size":2,"token":"u"}}'],
        Answer({"results": []}), told=lambda request: request.body, announced=None, announced_nothing=None,
    ),
    "an empty page in the middle of a cursor's walk": Kind(
        {"records": "d", **paging(type="cursor", cursor="c", parameter="c")},
        answers({"d": PAGES[0], "c": "1"}, {"d": [], "c": "2"}, {"d": PAGES[2]}), [{}, {"c": "1"}, {"c": "2"}],
        Answer({"d": []}), announced=None, announced_nothing=None, batches=[["1", "2"], ["5"]],
    ),
    "next link in the body": Kind(
        {"records": "d", **paging(type="next_link", next="links.next", size="n", page_size=2, total="t")},
        answers(
            {"d": PAGES[0], "t": 5, "links": {"next": "?n=2&c=1"}},
            {"d": PAGES[1], "t": 5, "links": {"next": "/fonte/api/linhas?n=2&c=2"}},
            {"d": PAGES[2], "t": 5, "links": {}},
        ),
        [{"n": "2"}, {"n": "2", "c": "1"}, {"n": "2", "c": "2"}], Answer({"d": [], "t": 0}),
    ),
    "next link in the header": Kind(
        paging(type="next_link", found_in="header"),
        [Answer(PAGES[0], headers={"Link": '<linhas?c=0>; rel="prev", <linhas?c=1>; title="a"; rel="next last"'}),
         Answer(PAGES[1], headers={"Link": "<linhas?c=2>;rel=next"}),
         Answer(PAGES[2], headers={"Link": '<linhas?c=1>; rel="prev"'})],
        [{}, {"c": "1"}, {"c": "2"}], Answer([]), announced=None, announced_nothing=None,
    ),
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@every_kind
def test_pages_are_asked_one_after_another_up_to_the_last(
    fake: FakeSource, settings_of_fake: Settings, kind: Kind
) -> None:
    fake.says(*kind.pages, Answer("one page too many"))
    batches, got = read(settings_of_fake, kind.resource, {"x": ["1"]})
    assert [kind.told(request) for request in fake.asked] == kind.asked
    assert ids(batches) == kind.batches
    assert (got.announced, got.received) == (kind.announced, sum(map(len, kind.batches)))


@every_kind
def test_a_source_without_records_is_asked_once(fake: FakeSource, settings_of_fake: Settings, kind: Kind) -> None:
    fake.says(kind.nothing, Answer("one page too many"))
    batches, got = read(settings_of_fake, kind.resource, {"x": ["1"]})
    assert (ids(batches), got.announced, got.received, len(fake.asked)) == ([], kind.announced_nothing, 0, 1)


@every_kind
def test_a_status_that_means_nothing_ends_the_walk(fake: FakeSource, settings_of_fake: Settings, kind: Kind) -> None:
    fake.says(Answer("nothing here", 404), Answer("one page too many"))
    batches, got = read(settings_of_fake, {**kind.resource, "empty_status": [404]}, {"x": ["1"]})
    assert (ids(batches), got.announced, got.received, len(fake.asked)) == ([], 0, 0, 1)


@every_kind
@pytest.mark.parametrize("number", [0, -1], ids=["first page", "last page"])
@pytest.mark.parametrize("bad", [b"<html>", b'{"d": [', b""], ids=["HTML", "cut", "nothing"])
def test_a_page_that_is_not_json_is_asked_for_again(
    fake: FakeSource, settings_of_fake: Settings, kind: Kind, number: int, bad: bytes
) -> None:
    pages = list(kind.pages)
    pages.insert(number if number == 0 else len(pages) - 1, Answer(bad))
    fake.says(*pages, Answer("one page too many"))
    batches, _ = read(settings_of_fake, kind.resource, {"x": ["1"]})
    assert ids(batches) == kind.batches


@every_kind
def test_a_missing_field_on_the_last_page_is_told(fake: FakeSource, settings_of_fake: Settings, kind: Kind) -> None:
    last = max(number for number, page in enumerate(kind.pages) if b'"n' in page.content)
    broken = Answer(kind.pages[last].content.replace(b'"nome"', b'"name"'), headers=kind.pages[last].headers)
    fake.says(*kind.pages[:last], broken, *kind.pages[last + 1 :])
    with pytest.raises(ContractError, match=r"^fonte\.linhas: missing field nome \(in \d of \d records\)"):
        read(settings_of_fake, kind.resource, {"x": ["1"]})


@every_kind
def test_a_broken_series_goes_on_from_any_of_its_pages(
    fake: FakeSource, settings_of_fake: Settings, kind: Kind
) -> None:
    fake.says(*kind.pages)
    batches, whole = read(settings_of_fake, kind.resource, {"x": ["1"]})
    for done in range(1, len(batches)):
        before = pa.concat_tables(batch.table for batch in batches[:done])
        position = batches[done - 1].position
        assert position is not None
        fake.says(*kind.pages[done:])
        resume = Resume(position, before.num_rows, before.select(["id"]))
        rest, got = read(settings_of_fake, kind.resource, {"x": ["1"]}, resume)
        assert ids(rest) == ids(batches[done:])
        assert got == whole
        assert [kind.told(request) for request in fake.asked] == kind.asked[done:]


# --- what is asked, beside paging


@pytest.mark.parametrize(
    ("resource", "asked", "expected"),
    [
        ({"path": "/a/{ano}/b"}, {"ano": "20/25 ?x"}, ("GET", "/fonte/api/a/20%2F25%20%3Fx/b", {}, b"")),
        ({"params": {"chave": "{uf}-{secret:chave}"}}, {"chave": "{uf}-{secret:chave}"},
         ("GET", "/fonte/api/linhas", {"chave": "RJ-simulated-chave"}, b"")),
        ({"params": {"chave": "{pai}-{secret:chave}"}}, {"chave": "{secret:outra} {uf}-{secret:chave}"},
         ("GET", "/fonte/api/linhas", {"chave": "{secret:outra} {uf}-simulated-chave"}, b"")),
        ({"parent": {"resource": "linhas2", "fields": {"pai": "id"}}}, {"pai": "{secret:chave} {uf}"},
         ("GET", "/fonte/api/linhas", {"pai": "{secret:chave} {uf}"}, b"")),
        ({"method": "POST"}, {"ano": "2025"}, ("POST", "/fonte/api/linhas", {"ano": "2025"}, b"{}")),
        ({"method": "POST", "body": {"q": ["{ano} {uf}", 1, None], "n": {"ç": "{x}"}}}, {"ano": "2025", "mes": "01"},
         ("POST", "/fonte/api/linhas", {"mes": "01"}, '{"q":["2025 RJ",1,null],"n":{"ç":"{x}"}}'.encode())),
        ({"params": {"vazio": ""}}, {"vazio": ""}, ("GET", "/fonte/api/linhas", {"vazio": ""}, b"")),
    ],
    ids=[
        "path", "agency and secret", "a parent's value inside a parameter is never filled in",
        "a parent's value is never filled in", "POST", "body", "empty value",
    ],
)  # fmt: skip
def test_parameters_stand_where_the_spec_names_them(
    fake: FakeSource,
    settings_of_fake: Settings,
    resource: dict[str, Any],
    asked: dict[str, str],
    expected: tuple[str, str, dict[str, str], bytes],
) -> None:
    fake.says(Answer(records(1)))
    spec = spec_of(resource if "parent" not in resource and "path" not in resource else {})
    declared = spec.resources["linhas"].model_copy(update={"path": resource.get("path", "/linhas")})
    spec = spec.model_copy(update={"resources": {"linhas": declared}})
    with RestConnector(Context(spec, "linhas", settings_of_fake, {"uf": ["RJ"]})) as connector:
        list(connector.read(asked).batches())
    (request,) = fake.asked
    assert (request.method, request.path, request.query, request.body) == expected


def test_headers_of_the_spec_are_filled_in(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(records(1)))
    headers = {"developer-token": "{secret:token}", "login-customer-id": "{conta}"}
    read(settings_of_fake, {}, {"conta": ["123"]}, connection={"headers": headers})
    sent = fake.asked[0].headers
    assert (sent["developer-token"], sent["login-customer-id"]) == ("simulated-token", "123")


# --- where the records are


@pytest.mark.parametrize(
    ("where", "body", "found"),
    [
        (None, [{"id": 1}], ["1"]),
        (None, {"id": 1}, ["1"]),
        ("a.b", {"a": {"b": [{"id": 1}]}}, ["1"]),
        ("a.b", {"a.b": [{"id": 1}]}, ["1"]),
        ("a", {"a": {"id": 1}}, ["1"]),
        ("a", {"a": None}, []),
        ("*.results", [{"results": [{"id": 1}, {"id": 2}]}, {"results": [{"id": 3}]}], ["1", "2", "3"]),
        ("*.results", [{"results": [{"id": 1}]}, {"fieldMask": "x"}], ["1"]),
        ("*.results", {"fieldMask": "x"}, []),
        ("results", {"fieldMask": "x"}, []),
        ("*.results", {}, []),
        ("*.results", [], []),
        ("a.*.b.*.c", {"a": [{"b": [{"c": {"id": 1}}, {"c": [{"id": 2}]}]}]}, ["1", "2"]),
        ("a.*", {"a": [{"id": 1}]}, ["1"]),
    ],
)
def test_records_are_found_where_the_spec_says(
    fake: FakeSource, settings_of_fake: Settings, where: str | None, body: Any, found: list[str]
) -> None:
    fake.says(Answer(body))
    metadata = ["fieldMask"] if where else []
    batches, _ = read(settings_of_fake, {"records": where, "metadata": metadata, "fields": ["id"]})
    assert [each for page in ids(batches) for each in page] == found


@pytest.mark.parametrize(
    ("where", "body", "message"),
    [
        ("a.b", {"a": {"c": []}}, "found an answer without 'a.b'. The source's envelope changed: check the spec."),
        ("a.b", [], "found an answer without 'a.b'. The source's envelope changed: check the spec."),
        (
            "*.results",
            [{"rows": []}],
            "found an answer without '*.results'. The source's envelope changed: check the spec.",
        ),
        (
            "*.results",
            [{"results": [{"id": 1}]}, {"fieldMask": "x", "rows": 0}],
            "found an answer without '*.results'. The source's envelope changed: check the spec.",
        ),
        (
            "*.results",
            [{"results": [{"id": 1}]}, "the end"],
            "found an answer without '*.results'. The source's envelope changed: check the spec.",
        ),
        ("a", {"a": "x"}, "found str, expected a list of records. Check `records` in the spec."),
        (None, None, "found NoneType, expected a list of records. Check `records` in the spec."),
        (None, 7, "found int, expected a list of records. Check `records` in the spec."),
    ],
)
def test_records_elsewhere_are_an_error(
    fake: FakeSource, settings_of_fake: Settings, where: str | None, body: Any, message: str
) -> None:
    fake.says(Answer(body))
    with pytest.raises(ContractError) as failed:
        read(settings_of_fake, {"records": where, "metadata": ["fieldMask"] if where else []})
    assert str(failed.value) == f"fonte.linhas: {message}"


def test_without_metadata_every_answer_has_its_records(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([{"results": [{"id": 1, "nome": "a"}]}, {}]))
    with pytest.raises(ContractError, match=r"found an answer without '\*\.results'"):
        read(settings_of_fake, {"records": "*.results"})


@pytest.mark.parametrize("where", ["*.results", "results"])
@pytest.mark.parametrize(
    "broken",
    [{"error": {"code": 503}}, {"error": "Service Unavailable", "status": 503}, {"errors": [{"code": 429}]}],
    ids=["Google's", "Spring's", "a list"],
)
def test_an_error_in_place_of_records_is_no_end(
    fake: FakeSource, settings_of_fake: Settings, where: str, broken: dict[str, Any]
) -> None:
    whole = [{"results": records(1)}, {"results": records(2)}]
    many, one = [whole[0], broken], {"results": None, **broken}
    fake.says(*answers(*([many, many, whole] if where == "*.results" else [broken, one, whole[0]])))
    batches, _ = read(settings_of_fake, {"records": where, "metadata": ["fieldMask"]})
    assert [each for page in ids(batches) for each in page] == (["1", "2"] if where == "*.results" else ["1"])
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([{"results": [{"id": 1}]}, {"error": {"code": 400, "message": "secret detail"}}], " with the code 400"),
        ({"error": {"code": 403, "status": "PERMISSION_DENIED"}}, " with the code 403"),
        ({"errors": ["secret detail"]}, ""),
        ({"fieldMask": "x", "error": "secret detail"}, ""),
    ],
)
def test_an_error_that_stays_is_told_at_once(
    fake: FakeSource, settings_of_fake: Settings, body: Any, told: str
) -> None:
    fake.says(Answer(body))
    with pytest.raises(PermanentSourceError) as failed:
        read(settings_of_fake, {"records": "*.results", "metadata": ["fieldMask"]})
    assert str(failed.value) == (
        f"fonte.linhas: found an error{told}, expected records. Check the path and the parameters in the spec against "
        "the source's documentation."
    )
    assert len(fake.asked) == 1


@pytest.mark.parametrize(("found", "message"), [({}, "an answer without 'hasMore'."), ({"hasMore": "no"}, "str under")])
def test_whether_more_follows_must_be_said(
    fake: FakeSource, settings_of_fake: Settings, found: dict[str, Any], message: str
) -> None:
    fake.says(Answer(enveloped("items", records(1, 2), **found)))
    resource = {"records": "items", **paging(**OFFSETS, announced_in="nowhere", more="hasMore")}
    with pytest.raises(ContractError, match=f"found {message}"):
        read(settings_of_fake, resource)


# --- another envelope


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("page number with total", {"d": [], "meta": {}}, "found an answer without 'meta.t'."),
        ("page number with pages", {"d": [], "n": "many"}, "found str under 'n', expected a whole number."),
        ("page number with pages", {"d": [], "n": -1}, "found int under 'n', expected a whole number."),
        ("offset with the total in the body", {"d": []}, "found an answer without 't'."),
        ("OData 4 by $skip", {"value": []}, "found an answer without '@odata.count'."),
        ("OData 4 by a next link relative to the entity", {"value": []}, "found an answer without '@odata.count'."),
        ("cursor in the query", {"d": records(1), "next": {"token": {}}},
         "found dict under 'next.token', expected a text."),
        ("next link in the body", {"d": records(1), "t": 1, "links": {"next": [1]}},
         "found list under 'links.next', expected a text."),
    ],
)  # fmt: skip
def test_another_envelope_is_an_error(
    fake: FakeSource, settings_of_fake: Settings, name: str, change: Any, message: str
) -> None:
    fake.says(Answer(change))
    with pytest.raises(ContractError) as failed:
        read(settings_of_fake, KINDS[name].resource, {"x": ["1"]})
    assert str(failed.value) == f"fonte.linhas: {message} The source's envelope changed: check the spec."


# --- walks that would not end


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if len(kind.pages) == 3 and "link" not in name])
def test_the_same_page_again_is_an_error(fake: FakeSource, settings_of_fake: Settings, name: str) -> None:
    kind = KINDS[name]
    fake.says(kind.pages[0])
    with pytest.raises((PermanentSourceError, TransientSourceError)) as failed:
        read(settings_of_fake, {**kind.resource, "write": {"mode": "append"}}, {"x": ["1"]})
    assert "found the same 2 records on two pages in a row" in str(failed.value) or "go in a circle" in str(
        failed.value
    )


def test_links_in_a_circle_are_an_error(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers_by(
        lambda request: Answer({"d": records(int(request.query.get("c", 0))),
                                "next": f"?c={(int(request.query.get('c', 0)) + 1) % 3}"})
    )  # fmt: skip
    with pytest.raises(PermanentSourceError, match="The pages go in a circle"):
        read(settings_of_fake, {"records": "d", **paging(type="next_link", next="next")})
    assert len(fake.asked) == 4


# --- never to another host


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/linhas?c=1",
        "//evil.example/api",
        "http://169.254.169.254/latest/meta-data",
        "https://example.org:8443/api",
        "https://user@evil.example/api",
        "https://example.org.evil.example/",
        "http://127.0.0.1:1/api",
        "file:///etc/passwd",
        "http://[half",
    ],
)
@pytest.mark.parametrize("sources", ["simulator", "live"])
def test_a_next_link_to_another_host_is_refused(
    fake: FakeSource, settings_of_fake: Settings, link: str, sources: str
) -> None:
    if sources == "live":
        settings_of_fake = settings_of_fake.model_copy(update={"sources": "live", "secrets": {}})
    address = Address.of("fonte", "https://example.org/api", settings_of_fake)
    with pytest.raises(PermanentSourceError) as failed:
        address.link(link, "fonte.linhas")
    assert re.match(
        r"fonte\.linhas: found a link (to \S+|that is no address), expected one to https?://", str(failed.value)
    )
    assert "user@" not in str(failed.value)


def test_what_leads_to_another_host_is_not_followed(fake: FakeSource, settings_of_fake: Settings) -> None:
    other = FakeSource()
    try:
        fake.says(Answer({"d": records(1), "next": f"{other.url}/fonte/api/linhas"}))
        with pytest.raises(PermanentSourceError, match="It was not followed"):
            read(settings_of_fake, {"records": "d", **paging(type="next_link", next="next")})
        assert other.asked == []
    finally:
        other.close()


AUTH = {"auth": {"type": "header", "name": "X-Key", "secret": "key"}, "headers": {"X-Other": "{secret:other}"}}


def test_a_redirect_to_another_host_carries_no_credentials(fake: FakeSource, settings_of_fake: Settings) -> None:
    other = FakeSource()
    try:
        other.says(Answer(records(1)))
        fake.says(Answer(status=302, headers={"Location": f"{other.url}/download", "Set-Cookie": "s=1"}))
        batches, _ = read(settings_of_fake, {}, connection=AUTH)
        assert ids(batches) == [["1"]]
        assert fake.asked[0].headers["X-Key"] == "simulated-key"
        seen = {name.lower() for name in other.asked[0].headers}
        assert seen & {"x-key", "x-other", "cookie", "authorization"} == set()
    finally:
        other.close()


def test_a_redirect_within_the_host_keeps_them(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(status=307, headers={"Location": "/fonte/api/linhas/"}), Answer(records(1)))
    read(settings_of_fake, {}, connection=AUTH)
    assert [(request.path, request.headers["X-Key"]) for request in fake.asked] == [
        ("/fonte/api/linhas", "simulated-key"),
        ("/fonte/api/linhas/", "simulated-key"),
    ]


def test_what_is_posted_is_never_sent_on_to_another_host(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(status=307, headers={"Location": "http://127.0.0.1:1/"}))
    with pytest.raises(PermanentSourceError, match=r"redirects a POST to 127\.0\.0\.1"):
        read(settings_of_fake, {"method": "POST", "body": {"password": "{secret:x}"}})


# --- documents with numbers

SEQUENCE = {"path": "/linhas/{numero}", **paging(type="sequence", parameter="numero", first=1, width=4, misses=3)}


def documents(*exist: int) -> Callable[[Asked], Answer]:
    def answer(request: Asked) -> Answer:
        number = int(request.path.rpartition("/")[2])
        return Answer(records(number)[0]) if number in exist else Answer("none", 404)

    return answer


@pytest.mark.parametrize(
    ("exist", "asked", "missing"),
    [
        ([1, 2, 3], 6, 0),
        ([1, 3, 6], 9, 3),
        ([3], 6, 2),
        ([], 3, 0),
        ([1, 2, 6], 5, 0),
    ],
    ids=["no gaps", "gaps", "begins late", "nothing", "a gap as wide as misses is the end"],
)
def test_numbers_are_asked_until_so_many_in_a_row_do_not_exist(
    fake: FakeSource, settings_of_fake: Settings, exist: list[int], asked: int, missing: int
) -> None:
    fake.answers_by(documents(*exist))
    batches, got = read(settings_of_fake, SEQUENCE)
    assert [request.path for request in fake.asked] == [f"/fonte/api/linhas/{n:04d}" for n in range(1, asked + 1)]
    found = [str(number) for number in exist if number < asked]
    assert ids(batches) == [[number] for number in found]
    assert (got.announced, got.received, got.missing) == (None, len(found), missing)


def test_a_number_is_kept_as_a_field_and_a_broken_sequence_goes_on(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.answers_by(documents(1, 2, 5, 7))
    kept = SEQUENCE | {"keep": ["numero"], "write": {"mode": "merge", "key": ["numero"]}}
    batches, whole = read(settings_of_fake, kept)
    assert [row for batch in batches for row in batch.table.to_pylist()] == [
        {"id": f"{n}", "nome": f"n{n}", "numero": f"{n:04d}"} for n in (1, 2, 5, 7)
    ]
    position = batches[2].position
    assert position is not None
    fake.answers_by(documents(1, 2, 5, 7))
    rest, got = read(settings_of_fake, kept, None, Resume(position, 3, None))
    assert (ids(rest), got, fake.asked[0].path) == ([["7"]], whole, "/fonte/api/linhas/0006")


def test_a_sequence_may_hold_what_is_no_gap_but_an_error(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(status=403))
    with pytest.raises(PermanentSourceError, match="answered 403"):
        read(settings_of_fake, SEQUENCE)


# --- whole or not

TOTAL = {"records": "d", **paging(**NUMBERED, total="t")}


@pytest.mark.parametrize(
    ("tolerance", "pages", "error"),
    [
        (0.0, [records(1, 2), records(3)], "received 3 records, expected the 4 announced"),
        (0.25, [records(1, 2), records(3)], None),
        (0.24, [records(1, 2), records(3)], "received 3 records, expected the 4 announced"),
        (0.0, [records(1, 2), records(2, 3)], "1 of 4 records came twice"),
        (0.25, [records(1, 2), records(2, 3)], None),
    ],
)
def test_as_much_may_be_missing_as_the_spec_tolerates(
    fake: FakeSource, settings_of_fake: Settings, tolerance: float, pages: list[Any], error: str | None
) -> None:
    fake.says(*(Answer({"d": page, "t": 4}) for page in pages))
    resource = {**TOTAL, "completeness": {"tolerance": tolerance}}
    if error is None:
        assert read(settings_of_fake, resource)[1].announced == 4
        return
    with pytest.raises(TransientSourceError, match=error):
        read(settings_of_fake, resource)


def test_a_resumed_series_still_sees_pages_that_overlap(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer({"d": records(2, 3), "t": 4}))
    before = pa.table({"id": ["1", "2"]})
    with pytest.raises(TransientSourceError, match="1 of 4 records came twice"):
        read(settings_of_fake, TOTAL, None, Resume({"page": 2, "announced": 4, "missing": 0}, 2, before))


# --- several pages at once


def test_pages_are_read_at_once_where_the_total_is_known_and_come_in_order(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    open_now, most, lock = 0, 0, threading.Lock()

    def answer(request: Asked) -> Answer:
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        time.sleep(0.02 * (int(request.query["p"]) % 3 + 1))
        with lock:
            open_now -= 1
        number = int(request.query["p"])
        return Answer({"d": records(2 * number - 1, 2 * number), "t": 40})

    fake.answers_by(answer)
    batches, got = read(settings_of_fake, TOTAL, connection={"concurrency": 4})
    assert [each for page in ids(batches) for each in page] == [str(number) for number in range(1, 41)]
    assert (got.received, most, len(fake.asked)) == (40, 4, 20)


def test_several_series_share_the_concurrency_of_the_connection(fake: FakeSource, settings_of_fake: Settings) -> None:
    open_now, most, lock = 0, 0, threading.Lock()

    def answer(request: Asked) -> Answer:
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        time.sleep(0.01)
        with lock:
            open_now -= 1
        number = int(request.query["p"])
        return Answer({"d": records(2 * number - 1, 2 * number), "t": 20})

    fake.answers_by(answer)
    context = Context(spec_of(TOTAL, concurrency=2), "linhas", settings_of_fake)
    with RestConnector(context) as connector, ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda m: sum(b.table.num_rows for b in connector.read({"m": m}).batches()), "ab"))
    assert (counts, most) == ([20, 20], 2)


def test_series_that_all_need_another_place_or_another_login_do_not_wait_for_each_other_for_ever(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    """Each page fails once, of each series, while pages are on their way in all places; sessions end, too."""
    tried: Counter[tuple[str, str]] = Counter()
    lock = threading.Lock()
    logins = itertools.count(1)

    def answer(request: Asked) -> Answer:
        if request.path.endswith("/Login"):
            return Answer({}, headers={"Set-Cookie": f"S=s{next(logins)}"})
        number = int(request.query["p"])
        with lock:
            tried[request.query["m"], request.query["p"]] += 1
            if tried[request.query["m"], request.query["p"]] == 1 and number > 1:
                return Answer(status=401 if number % 3 == 0 else 503)
        return Answer({"d": records(2 * number - 1, 2 * number), "t": 40})

    fake.answers_by(answer)
    auth = {"type": "session", "login": "/Login", "body": {}}
    spec = spec_of(TOTAL, concurrency=4, auth=auth, attempts=50, backoff_seconds=0.001)
    with RestConnector(Context(spec, "linhas", settings_of_fake)) as connector, ThreadPoolExecutor(3) as pool:
        runs = [
            pool.submit(lambda m: sum(b.table.num_rows for b in connector.read({"m": m}).batches()), m) for m in "abc"
        ]
        assert [run.result(timeout=60) for run in runs] == [40, 40, 40]


def test_what_was_asked_for_ahead_is_given_up_before_a_pause_and_asked_again_after_it(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page 2 fails once, while 3 and 4 are on their way: others may have their places until it is tried again."""
    failed = threading.Event()

    def answer(request: Asked) -> Answer:
        number = int(request.query["p"])
        if number == 2 and not failed.is_set():
            failed.set()
            return Answer(status=503)
        return Answer({"d": records(2 * number - 1, 2 * number), "t": 20})

    fake.answers_by(answer)
    spec = spec_of(TOTAL, concurrency=3, attempts=2)
    free: list[bool] = []
    with RestConnector(Context(spec, "linhas", settings_of_fake)) as connector:
        places = connector._client._places

        def sleep(_: float) -> None:
            free.append(all(places.take_if_free() for _ in range(3)))
            for _ in range(3):
                places.give()

        connector._client._retry = replace(connector._client._retry, sleep=sleep)
        assert sum(batch.table.num_rows for batch in connector.read({}).batches()) == 20
    assert free == [True]
    asked = Counter(request.query["p"] for request in fake.asked)
    assert asked.pop("2") == 2
    assert sum(asked.values()) - len(asked) <= 2, "only 3 and 4 were on their way"


def test_pages_that_are_redirected_are_asked_for_once(fake: FakeSource, settings_of_fake: Settings) -> None:
    def answer(request: Asked) -> Answer:
        number = int(request.query["p"])
        if not request.path.endswith("/new"):
            query = "&".join(f"{name}={value}" for name, value in request.query.items())
            return Answer(status=302, headers={"Location": f"/new?{query}"})
        return Answer({"d": records(2 * number - 1, 2 * number), "t": 40})

    fake.answers_by(answer)
    batches, _ = read(settings_of_fake, TOTAL, connection={"concurrency": 4})
    assert (len(batches), len(fake.asked)) == (20, 40)


def test_pages_of_a_paced_source_are_on_their_way_together(fake: FakeSource, settings_of_fake: Settings) -> None:
    """A page is answered when the next one was asked for: by turns, and without the answer of the one before."""
    asked = [threading.Event() for _ in range(22)]

    def answer(request: Asked) -> Answer:
        number = int(request.query["p"])
        asked[number].set()
        if 1 < number < 20 and not asked[number + 1].wait(10):
            return Answer(status=403)
        return Answer({"d": records(2 * number - 1, 2 * number), "t": 40})

    fake.answers_by(answer)
    spec = spec_of(TOTAL, concurrency=4, requests_per_minute=3000)
    live = Context(spec, "linhas", settings_of_fake.model_copy(update={"sources": "live"}))
    with RestConnector(live) as connector:
        connector._client.address = Address(fake.url, fake.url)
        assert sum(batch.table.num_rows for batch in connector.read({}).batches()) == 40
    times = [request.at for request in fake.asked]
    assert times[-1] - times[0] >= 18 * 60 / 3000


def test_a_page_shorter_than_its_step_makes_the_walk_go_on_from_there(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    def answer(request: Asked) -> Answer:
        offset = int(request.query["offset"])
        count = 1 if offset == 4 else 2
        return Answer(records(*range(offset + 1, min(offset + count, 9) + 1)), headers={"Content-Range": "*/9"})

    fake.answers_by(answer)
    batches, _ = read(settings_of_fake, paging(**OFFSETS, order="id"), connection={"concurrency": 3})
    assert [each for page in ids(batches) for each in page] == [str(number) for number in range(1, 10)]


def test_a_failing_page_ends_the_series_and_leaves_nothing_running(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    def answer(request: Asked) -> Answer:
        number = int(request.query["p"])
        return Answer(status=403) if number == 3 else Answer({"d": records(2 * number, 2 * number + 1), "t": 400})

    fake.answers_by(answer)
    before = threading.active_count()
    with pytest.raises(PermanentSourceError, match="answered 403"):
        read(settings_of_fake, TOTAL, connection={"concurrency": 3})
    assert len(fake.asked) < 20
    assert threading.active_count() <= before + 3, "only the fake's own threads"


# --- keys


def test_distinct_keys_are_counted_over_all_the_tables() -> None:
    keys = DistinctKeys(["a", "b"])
    for start in range(0, 30_000, 10):
        table = pa.table({"a": [str(n) for n in range(start, start + 10)], "b": [None] * 10})
        keys.add(table)
        keys.add(table.slice(0, 1))
    assert keys.count() == 30_000


# --- every spec that Lagoa ships


def test_each_field_of_each_shipped_spec_is_required(
    fake: FakeSource, settings_of_fake: Settings, shipped: dict[str, SourceSpec]
) -> None:
    tried = 0
    for spec in shipped.values():
        for name, resource in spec.resources.items():
            if not isinstance(resource, RestResource):
                continue
            context = Context(spec, name, settings_of_fake)
            declared = [*resource.fields, *resource.nested]
            for field_ in set(declared) - set(resource.optional):
                record = {each: "x" for each in declared if each != field_}
                with pytest.raises(ContractError, match=rf"missing field {re.escape(field_)} \(in 1 of 1 records\)"):
                    records_table([record], declared, resource.optional, context.subject({}), resource.nested)
                tried += 1
    assert tried > 100


def test_a_short_page_is_the_last_but_the_empty_one(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(*answers(records(1, 2), records(3), records(4, 5), []))
    told = "page 2 held 1 records and was not the last, expected 2: records are missing"
    with pytest.raises(TransientSourceError, match=re.escape(told)):
        read(settings_of_fake, paging(**NUMBERED))
