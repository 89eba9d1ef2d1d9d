"""The quick ways of reading a page give what the exact way gives, value for value."""

import json
import random
from typing import Any

import pytest

from lagoa.errors import ContractError, TransientSourceError
from lagoa.sources.connectors.rest.columns import Canonical, Columns
from lagoa.sources.connectors.rest.decode import How, PageDecoder, flat
from lagoa.sources.records import parse_json, records_table

FIELDS, NESTED = ["id", "nome"], ["detalhe"]


def both(
    content: bytes, where: str | None = None, optional: tuple[str, ...] = ()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], How]:
    """The rows by the quick ways and by the exact one, and which way was taken."""
    decoder = PageDecoder(FIELDS, NESTED, optional, where, ["total", "meta.next"], "x")
    _, records, how = decoder.read(content)
    quick = Columns(FIELDS, NESTED, list(optional), decoder.order, "x").table(records, how)
    body = parse_json(content, "x")
    exact = records_table(body if where is None else body[where], [*FIELDS, *NESTED], optional, "x", NESTED)
    assert quick.column_names == exact.column_names
    return quick.to_pylist(), exact.to_pylist(), how


VALUES = [
    "0.10", "1.0", "3e+05", "-0.00", "-0", "12345678901234567890123", "1E-7", '"0010"', "true", "null", '""',
    '"São \\"João\\"\\n"', '{"b":1.50,"a":[null,true]}', "[]", "{}", '"\\u001f"', '"\\ud83d\\ude00"', '"a/b"',
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("field", ["nome", "detalhe"])
def test_each_value_is_the_same_by_the_shaped_way(field: str, value: str) -> None:
    record = {"id": "1", "nome": "null", "detalhe": "null"} | {field: value}
    text = "{" + ", ".join(f'"{name}": {written}' for name, written in record.items()) + "}"
    quick, exact, how = both(f"[{text}, {text}]".encode())
    assert how is How.SHAPED
    assert quick == exact


@pytest.mark.parametrize("value", VALUES)
def test_each_value_is_the_same_by_the_loose_way(value: str) -> None:
    content = f'[{{"id": 1, "nome": {value}, "detalhe": {value}, "novo": {value}}}]'.encode()
    quick, exact, how = both(content)
    assert how is How.LOOSE
    assert quick == exact


@pytest.mark.parametrize(
    "value", ['"a\\u0000b"', '"x\\ud83d"', '{"a\\u0000": "\\ud83d"}'], ids=["NUL", "half a pair", "both, nested"]
)
def test_what_bronze_cannot_hold_goes_the_exact_way(value: str) -> None:
    quick, exact, how = both(f'[{{"id": 1, "nome": {value}, "detalhe": {value}}}]'.encode())
    assert how is How.EXACT
    assert quick == exact


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_json_go_the_exact_way(encoding: str) -> None:
    quick, exact, how = both('[{"id": 1, "nome": "ç", "detalhe": null}]'.encode(encoding))
    assert (how, quick) == (How.EXACT, exact)


def test_columns_of_mixed_kinds_are_the_same() -> None:
    kinds: list[Any] = [None, 1, -3, 1.5, "x", True, False, 2**70, "", {"z": 1, "a": [2.25]}, [], "ç\t"]
    for seed in range(60):
        draw = random.Random(seed)  # noqa: S311
        few = draw.sample(kinds, draw.randint(1, 4))
        rows = [{"id": draw.choice(few), "nome": draw.choice(few), "detalhe": draw.choice(few)} for _ in range(40)]
        quick, exact, _ = both(json.dumps({"data": rows, "total": 40}).encode(), "data")
        assert quick == exact


def test_fields_that_may_be_missing_are_null() -> None:
    content = b'[{"id": 1, "nome": "a", "detalhe": {"x": 1}}, {"id": 2}]'
    quick, exact, how = both(content, optional=("nome", "detalhe"))
    assert (how, quick) == (How.SHAPED, exact)


@pytest.mark.parametrize(
    ("where", "content", "beside"),
    [
        ("data", b'{"total": 7, "data": [], "other": 1, "meta": {"next": "n", "x": 2}}',
         {"total": 7, "data": {}, "meta": {"next": "n", "x": 2}}),
        ("a.b", b'{"a": {"b": [], "total": 1}, "total": 2}', {"a": {"b": {}}, "total": 2}),
        (None, b"[]", {}),
    ],
)  # fmt: skip
def test_what_paging_looks_at_is_there_beside_the_records(where: str | None, content: bytes, beside: Any) -> None:
    decoder = PageDecoder(FIELDS, NESTED, [], where, ["total", "meta.next", None], "x")
    assert decoder.read(content) == (beside, [], How.SHAPED)


@pytest.mark.parametrize("content", [b"", b"<html>", b'[{"id": 1', b"[NaN]", b"\xff"])
def test_what_is_no_json_is_told(content: bytes) -> None:
    decoder = PageDecoder(FIELDS, NESTED, [], None, [], "x")
    with pytest.raises(TransientSourceError, match=r"^x: found .*, expected JSON"):
        decoder.read(content)


def test_a_missing_field_is_told_whichever_way() -> None:
    decoder = PageDecoder(FIELDS, NESTED, [], None, [], "x")
    _, records, how = decoder.read(b'[{"id": 1, "nome": "a", "detalhe": 1}, {"id": 2, "detalhe": 1}]')
    with pytest.raises(ContractError, match=r"missing field nome \(in 1 of 2 records\)"):
        Columns(FIELDS, NESTED, [], decoder.order, "x").table(records, how)


def test_objects_whose_fields_are_named_are_taken_apart() -> None:
    fields = ["campaign.id", "metrics.clicks", "conta"]
    decoder = PageDecoder(fields, ["other"], ["metrics.clicks", "conta", "other"], "*.results", [], "x", ["fieldMask"])
    content = b'[{"results": [{"campaign": {"id": "7", "name": "n"}, "other": {"x": 1.50}}]}, {"fieldMask": "m"}]'
    _, records, how = decoder.read(content)
    table = Columns(fields, ["other"], ["metrics.clicks", "conta", "other"], decoder.order, "x").table(records, how)
    assert table.to_pylist() == [
        {"campaign.id": "7", "metrics.clicks": None, "conta": None, "other": '{"x":1.50}', "campaign.name": "n"}
    ]


def test_taking_apart_goes_as_deep_as_the_objects() -> None:
    assert flat({"a": {"b": {"c": 1}, "d": [{"e": 2}]}, "f": {"g": 3}}, {"a"}) == {
        "a.b.c": 1,
        "a.d": [{"e": 2}],
        "f": {"g": 3},
    }


def test_the_memory_of_nested_values_is_bounded() -> None:
    known = Canonical()
    known.MOST = 10  # type: ignore[misc]
    for number in range(100):
        assert known[b'{"b": %d, "a": 1}' % number] == f'{{"a":1,"b":{number}}}'
    assert len(known) <= 10
    assert known[b'"' + b"x" * 1000 + b'"'] == '"' + "x" * 1000 + '"'
    assert all(len(each) <= known.LARGEST for each in known)
