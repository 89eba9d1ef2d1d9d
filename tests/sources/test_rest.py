"""JSON APIs: what is asked page by page, when a series ends, and everything that makes it fail instead."""

import re
from typing import Any

import pyarrow as pa
import pytest
from tests.sources.fake_source import Answer, FakeSource, spec_of

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.settings import Settings
from lagoa.sources.connector import Context
from lagoa.sources.connectors.rest import RestConnector
from lagoa.sources.connectors.rest import response as response_module
from lagoa.sources.connectors.rest.client import SourceClient
from lagoa.sources.spec import Agency

NUMBERED = {
    "records": "data",
    "paging": {
        "type": "page_number",
        "page": "pagina",
        "size": "tamanhoPagina",
        "page_size": 2,
        "total": "totalRegistros",
        "pages": "totalPaginas",
    },
    "empty_status": [204],
}
OFFSETS = {"paging": {"type": "limit_offset", "page_size": 2, "order": "id"}}
UNANNOUNCED: dict[str, Any] = {"paging": {"type": "page_number", "page": "pagina", "page_size": 2}}
SINGLE: dict[str, Any] = {}
HTML = "<html><head><title>Limite de Requisições Excedido</title></head></html>"


def records(*ids: int) -> list[dict[str, Any]]:
    return [{"id": number, "nome": f"n{number}"} for number in ids]


def numbered(*ids: int, total: int, pages: int) -> Answer:
    return Answer({"data": records(*ids), "totalRegistros": total, "totalPaginas": pages, "empty": not ids})


def offset(*ids: int, total: int, start: int = 0) -> Answer:
    shown = f"{start}-{start + len(ids) - 1}" if ids else "*"
    return Answer(records(*ids), 206 if len(ids) < total else 200, {"Content-Range": f"{shown}/{total}"})


def fetch(
    settings: Settings,
    resource: dict[str, Any],
    /,
    agency: Agency | None = None,
    patience: float = 10,
    **asked: str,
) -> tuple[list[dict[str, Any]], Slice]:
    """All rows of one series, and its slice; an answer is waited for so many seconds."""
    context = Context(spec_of(resource, timeout_seconds=patience), "linhas", settings, agency or {})
    with RestConnector(context) as connector:
        series = connector.read(asked)
        tables = [batch.table for batch in series.batches()]
    return [row for table in tables for row in table.to_pylist()], series.slice


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


# --- what is asked


def test_numbered_pages_are_asked_from_one_to_the_last_that_the_body_announces(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(
        numbered(1, 2, total=5, pages=3), numbered(3, 4, total=5, pages=3), numbered(5, total=5, pages=3), Answer("!")
    )
    rows, slice_ = fetch(settings_of_fake, NUMBERED, modalidade="6")
    assert [request.query for request in fake.asked] == [
        {"modalidade": "6", "pagina": "1", "tamanhoPagina": "2"},
        {"modalidade": "6", "pagina": "2", "tamanhoPagina": "2"},
        {"modalidade": "6", "pagina": "3", "tamanhoPagina": "2"},
    ]
    assert {request.path for request in fake.asked} == {"/fonte/api/linhas"}
    assert ids(rows) == ["1", "2", "3", "4", "5"]
    assert (slice_.announced, slice_.received) == (5, 5)


def test_offsets_advance_by_what_came_and_end_at_the_announced_total(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(offset(1, 2, total=4), offset(3, total=4, start=2), offset(4, total=4, start=3), Answer("!"))
    rows, slice_ = fetch(settings_of_fake, OFFSETS)
    assert [request.query for request in fake.asked] == [
        {"limit": "2", "offset": "0", "order": "id"},
        {"limit": "2", "offset": "2", "order": "id"},
        {"limit": "2", "offset": "3", "order": "id"},
    ]
    assert {request.headers["Prefer"] for request in fake.asked} == {"count=exact"}
    assert ids(rows) == ["1", "2", "3", "4"]
    assert (slice_.announced, slice_.received) == (4, 4)


def test_a_full_last_page_is_the_last(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(offset(1, 2, total=4), offset(3, 4, total=4, start=2), Answer("!"))
    assert len(fetch(settings_of_fake, OFFSETS)[0]) == 4
    fake.says(numbered(1, 2, total=2, pages=1), Answer("!"))
    assert len(fetch(settings_of_fake, NUMBERED)[0]) == 2


def test_a_single_page_is_asked_once_and_announces_nothing(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(records(1, 2)), Answer("!"))
    rows, slice_ = fetch(settings_of_fake, SINGLE, formato="json")
    assert [request.query for request in fake.asked] == [{"formato": "json"}]
    assert fake.asked[0].headers["Accept"] == "application/json"
    assert ids(rows) == ["1", "2"]
    assert (slice_.announced, slice_.received) == (None, 2)


def test_what_the_path_names_is_put_there_and_not_in_the_query(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(records(1)))
    fetch(settings_of_fake, {"path": "/anos/{ano}/linhas", "for_each": {"ano": "exercicios"}}, ano="2025", x="1")
    assert [(request.path, request.query) for request in fake.asked] == [("/fonte/api/anos/2025/linhas", {"x": "1"})]


def test_live_sources_are_asked_at_their_own_address(settings_of_fake: Settings) -> None:
    with SourceClient(spec_of({}), settings_of_fake.model_copy(update={"sources": "live"})) as client:
        assert client.base_url == "https://example.org/api"


# --- nothing there


@pytest.mark.parametrize(
    ("resource", "answer", "announced"),
    [
        (NUMBERED, Answer(status=204), 0),
        (NUMBERED, numbered(total=0, pages=0), 0),
        (OFFSETS, offset(total=0), 0),
        (SINGLE, Answer([]), None),
        ({"empty_status": [404]}, Answer("<html>not found</html>", 404), 0),
    ],
    ids=["204", "no pages", "no rows", "empty array", "404 that is declared"],
)
def test_a_source_without_rows_is_asked_once(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any], answer: Answer, announced: int | None
) -> None:
    fake.says(answer, Answer("!"))
    rows, slice_ = fetch(settings_of_fake, resource)
    assert (rows, slice_.announced, slice_.received, len(fake.asked)) == ([], announced, 0, 1)


# --- what may pass is tried again


@pytest.mark.parametrize(
    "bad",
    [
        Answer(HTML, 429, {"Content-Type": "text/html"}),
        Answer("Erro na comunicação com o banco de dados.", 500),
        Answer({"status": 500}, 500),
        Answer(status=408),
        Answer(status=502),
        Answer(status=503),
        Answer(status=504),
        Answer(HTML),
        Answer('[{"id": 1, "nome": "n1"}, {"id": 2, "no'),
        Answer(b"[\xff]"),
        Answer('[{"id": NaN, "nome": "x"}]'),
        Answer(""),
        Answer(records(1), seconds=1),
        Answer(b"[]", headers={"Content-Length": "10"}),
        Answer(b"not gzip", headers={"Content-Encoding": "gzip"}),
    ],
    ids=[
        "429 with HTML", "500 text", "500 JSON", "408", "502", "503", "504", "HTML with 200", "cut JSON", "not UTF-8",
        "NaN", "empty body", "time-out", "cut off", "broken gzip",
    ],
)  # fmt: skip
def test_a_failure_that_passes_is_tried_again_and_then_forgotten(
    fake: FakeSource, settings_of_fake: Settings, bad: Answer
) -> None:
    fake.says(bad, bad, Answer(records(1)))
    rows, slice_ = fetch(settings_of_fake, SINGLE, patience=0.4 if bad.seconds else 10)
    assert (ids(rows), slice_.received, len(fake.asked)) == (["1"], 1, 3)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            Answer(HTML, 429),
            "fonte.linhas (x=1): the source answered 429 Too Many Requests, expected 200. "
            "It is overloaded or limits us: try again later.",
        ),
        (Answer(HTML), "fonte.linhas (x=1): found an HTML page, expected JSON. Try again later."),
        (
            Answer('[{"id'),
            "fonte.linhas (x=1): found 5 bytes that are not whole JSON, expected JSON. Try again later.",
        ),
        (Answer([], seconds=1), "fonte.linhas (x=1): no answer within 0.4 s. Try again later."),
    ],
    ids=["429", "HTML", "cut", "time-out"],
)
def test_a_failure_that_stays_is_told_after_the_last_attempt(
    fake: FakeSource, settings_of_fake: Settings, bad: Answer, message: str
) -> None:
    fake.says(bad)
    with pytest.raises(TransientSourceError) as failed:
        fetch(settings_of_fake, SINGLE, patience=0.4 if bad.seconds else 10, x="1")
    assert str(failed.value) == message
    assert len(fake.asked) == 3
    assert "Limite" not in str(failed.value), "no body in messages"


def test_nobody_there_is_a_failure_that_may_pass(settings_of_fake: Settings) -> None:
    nowhere = settings_of_fake.model_copy(update={"simulator_url": "http://127.0.0.1:1"})
    with pytest.raises(TransientSourceError, match=r"127\.0\.0\.1:1 could not be read \(Failed to connect"):
        fetch(nowhere, SINGLE)


def test_retry_after_is_honoured(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(HTML, 429, {"Retry-After": "0"}), Answer(HTML, 503, {"Retry-After": "60"}), Answer(records(1)))
    with SourceClient(spec_of({}, backoff_seconds=0.4), settings_of_fake) as client:
        client.get("/x", read=lambda response: response.status)
    first, second, third = (request.at for request in fake.asked)
    assert second - first < 0.15, "0 seconds, not the back-off"
    assert 0.45 <= third - second < 2, "60 seconds, of which the simulator is spared all but half a second"


THROTTLED = {"status": [400, 403], "at": "error.code", "values": [17, "slow_down"]}


@pytest.mark.parametrize(("status", "code"), [(400, 17), (403, "17"), (400, "slow_down")])
def test_a_refusal_by_which_a_source_throttles_is_tried_again(
    fake: FakeSource, settings_of_fake: Settings, status: int, code: Any
) -> None:
    fake.says(Answer({"error": {"code": code}}, status, {"Retry-After": "0"}), Answer(records(1)))
    with SourceClient(spec_of({}, throttled=THROTTLED, backoff_seconds=10), settings_of_fake) as client:
        assert client.get("/x", read=lambda response: response.status) == 200
    first, second = (request.at for request in fake.asked)
    assert second - first < 0.3, "Retry-After holds"


def test_a_source_that_goes_on_throttling_is_told_as_overloaded(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer({"error": {"code": 17, "message": "secret detail"}}, 400))
    client = SourceClient(spec_of({}, throttled=THROTTLED), settings_of_fake)
    with client, pytest.raises(TransientSourceError) as failed:
        client.get("/x", read=lambda response: response.status, subject="x")
    assert str(failed.value) == (
        "x: the source answered 400 Bad Request, expected 200. It is overloaded or limits us: try again later."
    )
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"error": {"code": 100}}, 400),
        Answer({"code": 17}, 400),
        Answer({"error": {"code": 17}}, 404),
        Answer("<html>17</html>", 400),
        Answer(status=400),
        Answer("[", 400, {"Content-Length": "9"}),
    ],
    ids=["another code", "elsewhere", "another status", "HTML", "no body", "half a body"],
)
def test_any_other_refusal_is_final(fake: FakeSource, settings_of_fake: Settings, answer: Answer) -> None:
    fake.says(answer)
    client = SourceClient(spec_of({}, throttled=THROTTLED), settings_of_fake)
    with client, pytest.raises(PermanentSourceError, match=f"the source answered {answer.status} "):
        client.get("/x", read=lambda response: response.status)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refusal_is_not_tried_again(fake: FakeSource, settings_of_fake: Settings, status: int) -> None:
    fake.says(Answer("secret detail", status))
    with pytest.raises(PermanentSourceError) as failed:
        fetch(settings_of_fake, SINGLE)
    assert re.fullmatch(
        rf"fonte\.linhas: the source answered {status} [\w ]+, expected 200\. Check the path and the parameters "
        r"in the spec against the source's documentation\.",
        str(failed.value),
    )
    assert len(fake.asked) == 1


def test_an_answer_without_end_is_refused(
    fake: FakeSource, settings_of_fake: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_module, "LARGEST_BYTES", 2**20)
    fake.says(Answer(b"[" + b" " * 2**20 + b"]"))
    with pytest.raises(PermanentSourceError, match=r"found an answer of more than 1 MB, expected a page"):
        fetch(settings_of_fake, OFFSETS)
    assert len(fake.asked) == 1


def test_redirects_in_circles_are_refused(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(status=302, headers={"Location": "/again"}))
    with pytest.raises(PermanentSourceError, match="redirects in circles"):
        fetch(settings_of_fake, SINGLE)


# --- short reads


@pytest.mark.parametrize(
    ("resource", "answers", "message"),
    [
        (
            NUMBERED,
            [numbered(1, 2, total=5, pages=2), numbered(3, total=5, pages=2)],
            "fonte.linhas (m=6): received 3 records, expected the 5 announced. Nothing was loaded. Try again; if it "
            "stays, the source's paging changed.",
        ),
        (
            OFFSETS,
            [offset(1, 2, total=5), offset(total=5)],
            "fonte.linhas (m=6): received 2 records, expected the 5 announced. Nothing was loaded. Try again; if it "
            "stays, the source's paging changed.",
        ),
        (
            NUMBERED,
            [numbered(1, 2, total=4, pages=2), numbered(2, 3, total=4, pages=2)],
            "fonte.linhas (m=6): 1 of 4 records came twice, so as many of the 4 announced are missing: the pages "
            "overlapped. Nothing was loaded. Try again.",
        ),
        (
            NUMBERED,
            [numbered(1, 2, total=120, pages=60), Answer(status=204)],
            "fonte.linhas (m=6): the total announced fell from 120 to 0 between two pages, expected it to stay: the "
            "pages moved while they were read. Nothing was loaded. Try again.",
        ),
        (
            OFFSETS,
            [offset(1, 2, total=4), offset(4, total=3, start=2)],
            "fonte.linhas (m=6): the total announced fell from 4 to 3 between two pages, expected it to stay: the "
            "pages moved while they were read. Nothing was loaded. Try again.",
        ),
        (
            OFFSETS | {"write": {"mode": "append"}},
            [offset(1, 2, total=3), offset(2, 3, total=3, start=2)],
            "fonte.linhas (m=6): received 4 records, expected the 3 announced. Nothing was loaded. Try again; if it "
            "stays, the source's paging changed.",
        ),
        (
            OFFSETS | {"write": {"mode": "append"}},
            [offset(1, 2, total=3), offset(2, 3, total=4, start=2)],
            "fonte.linhas (m=6): the total announced grew from 3 to 4 between two pages, expected it to stay: without "
            "a key nothing tells whether the pages moved while they were read. Nothing was loaded. Try again.",
        ),
        (
            UNANNOUNCED,
            [Answer(records(1, 2)), Answer(records(2, 3)), Answer([])],
            "fonte.linhas (m=6): 1 of 4 records came twice, so others may be missing: the pages overlapped. Nothing "
            "was loaded. Try again.",
        ),
    ],
    ids=[
        "short pages", "empty page", "overlap", "204 in the middle", "a row deleted meanwhile", "overlap, no key",
        "a row in front meanwhile, no key", "overlap, no total",
    ],
)  # fmt: skip
def test_a_short_read_is_an_error(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any], answers: list[Answer], message: str
) -> None:
    fake.says(*answers)
    with pytest.raises(TransientSourceError) as failed:
        fetch(settings_of_fake, resource, m="6")
    assert str(failed.value) == message


@pytest.mark.parametrize(
    "resource",
    [UNANNOUNCED | {"completeness": {"tolerance": 0.25}}, UNANNOUNCED | {"write": {"mode": "append"}}],
    ids=["as many as are tolerated", "no key"],
)
def test_without_a_total_records_that_come_twice_may_be_welcome(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any]
) -> None:
    fake.says(Answer(records(1, 2)), Answer(records(2, 3)), Answer([]))
    rows, _ = fetch(settings_of_fake, resource)
    assert ids(rows) == ["1", "2", "2", "3"]


def test_rows_that_come_while_pages_are_read_are_welcome(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(numbered(1, 2, total=3, pages=2), numbered(3, 4, total=5, pages=3), numbered(5, total=5, pages=3))
    rows, slice_ = fetch(settings_of_fake, NUMBERED)
    assert ids(rows) == ["1", "2", "3", "4", "5"]
    assert slice_.announced == 5


# --- another shape


@pytest.mark.parametrize(
    ("resource", "answer", "message"),
    [
        (
            SINGLE,
            Answer([{"id": 1}, {"id": 2, "nome": "x"}]),
            "fonte.linhas: missing field nome (in 1 of 2 records), expected in every record. The source changed: "
            "compare its documentation, then mend `fields` or list it under `optional`.",
        ),
        (
            SINGLE,
            Answer([{"x": 1}]),
            "fonte.linhas: missing field id (in 1 of 1 records), nome (in 1 of 1 records), expected in every record. "
            "The source changed: compare its documentation, then mend `fields` or list it under `optional`.",
        ),
        (
            SINGLE,
            Answer([[1, 2]]),
            "fonte.linhas: found records that are not objects, expected objects. Check `records` in the spec.",
        ),
        (
            SINGLE,
            Answer({"data": []}),
            "fonte.linhas: missing field id (in 1 of 1 records), nome (in 1 of 1 records), expected in every record. "
            "The source changed: compare its documentation, then mend `fields` or list it under `optional`.",
        ),
        (
            SINGLE,
            Answer('"em manutenção"'),
            "fonte.linhas: found str, expected a list of records. Check `records` in the spec.",
        ),
        (
            NUMBERED,
            Answer([]),
            "fonte.linhas: found an answer without 'data'. The source's envelope changed: check the spec.",
        ),
        (
            NUMBERED,
            Answer({"data": [], "totalPaginas": 0}),
            "fonte.linhas: found an answer without 'totalRegistros'. The source's envelope changed: check the spec.",
        ),
        (
            NUMBERED,
            Answer({"data": [], "totalRegistros": None, "totalPaginas": 0}),
            "fonte.linhas: found NoneType under 'totalRegistros', expected a whole number. "
            "The source's envelope changed: check the spec.",
        ),
        (
            OFFSETS,
            Answer(records(1)),
            "fonte.linhas: found Content-Range '', expected a total like 0-999/6888. "
            "Without it nothing tells whether all rows came.",
        ),
        (
            OFFSETS,
            Answer(records(1), headers={"Content-Range": "0-0/*"}),
            "fonte.linhas: found Content-Range '0-0/*', expected a total like 0-999/6888. "
            "Without it nothing tells whether all rows came.",
        ),
    ],
    ids=[
        "a field in one record", "every field", "arrays", "an envelope", "a text", "no envelope", "no total",
        "total null", "no Content-Range", "no total in Content-Range",
    ],
)  # fmt: skip
def test_another_shape_than_declared_is_refused(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any], answer: Answer, message: str
) -> None:
    fake.says(answer)
    with pytest.raises(ContractError) as failed:
        fetch(settings_of_fake, resource)
    assert str(failed.value) == message
    assert len(fake.asked) == 1, "another try would not help"


def test_an_optional_field_may_be_absent_and_an_unknown_one_comes_along(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer([{"id": 1}, {"id": 2, "nome": None, "novo": {"b": 1, "a": [1.50]}}]))
    rows, _ = fetch(settings_of_fake, {"optional": ["nome"]})
    assert rows == [
        {"id": "1", "nome": None, "novo": None},
        {"id": "2", "nome": None, "novo": '{"a":[1.5],"b":1}'},
    ]


# --- values

WRITTEN = r"""[{"id": 1, "nome": 0.10}, {"id": 2, "nome": 1.0}, {"id": 3, "nome": 3e+05}, {"id": 4, "nome": 0},
 {"id": 5, "nome": 12345678901234567890123}, {"id": 6, "nome": 1234567890.12345678901}, {"id": 7, "nome": -0.00},
 {"id": 8, "nome": "0010"}, {"id": 9, "nome": true}, {"id": 10, "nome": false}, {"id": 11, "nome": null},
 {"id": 12, "nome": ""}, {"id": 13, "nome": "a\u0000b\u0000"}, {"id": 14, "nome": "\ud83d\ude00"},
 {"id": 15, "nome": "x\ud83d"}, {"id": 16, "nome": "S\u00e3o \"Jo\u00e3o\"\n"}, {"id": 17, "nome": 1E-7}]"""


def test_values_become_text_exactly_as_written(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(WRITTEN))
    rows, _ = fetch(settings_of_fake, SINGLE)
    assert [row["nome"] for row in rows] == [
        "0.10", "1.0", "3e+05", "0", "12345678901234567890123", "1234567890.12345678901", "-0.00", "0010", "true",
        "false", None, "", "ab", "😀", "x?", 'São "João"\n', "1E-7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('{"b": 0.10, "a": {"d": 3e+05, "c": [1.0, null]}}', '{"a":{"c":[1.0,null],"d":3e+05},"b":0.10}'),
        ('[true, "ç"]', '[true,"ç"]'),
        ('{"n": 12345678901234567890.123}', '{"n":12345678901234567890.123}'),
        ("[]", "[]"),
        ("null", None),
        ('"text"', '"text"'),
        ('""', '""'),
        ("1.50", "1.50"),
        ("false", "false"),
        (r'{"a\u0000": "x\u0000\ny\"\\"}', r'{"a":"x\ny\"\\"}'),
        ('{"x": "a\\u001fb"}', '{"x":"a\\u001fb"}'),
    ],
)  # fmt: skip
def test_nested_values_become_json_with_sorted_keys_and_numbers_as_written(
    fake: FakeSource, settings_of_fake: Settings, written: str, kept: str | None
) -> None:
    fake.says(Answer('[{"id": 1, "nome": "x", "detalhe": ' + written + "}]"))
    rows, _ = fetch(settings_of_fake, {"nested": ["detalhe"]})
    assert rows[0]["detalhe"] == kept


def test_tables_hold_text_and_nothing_else(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(WRITTEN))
    with RestConnector(Context(spec_of({}), "linhas", settings_of_fake)) as connector:
        (batch,) = connector.read({}).batches()
    assert batch.table.schema == pa.schema([("id", pa.string()), ("nome", pa.string())])
