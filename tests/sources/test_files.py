"""Files: a ZIP of CSV or a CSV, read as text, and everything that may come in its place."""

import io
import zipfile
from typing import Any

import pytest
from tests.sources.fake_source import Answer, FakeSource, spec_of
from tests.sources.reading import context_of, read, read_all

from lagoa.errors import ContractError, LagoaError, PermanentSourceError, TransientSourceError
from lagoa.lake.ledger import reached
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files import FileConnector
from lagoa.sources.extract import extract
from lagoa.sources.spec import SourceSpec

YEARLY = {
    "kind": "file",
    "archive": "zip",
    "format": "csv",
    "encoding": "latin-1",
    "delimiter": ";",
    "path": "/download/{ano}",
    "for_each": {"ano": "exercicios"},
    "write": {"mode": "replace_partition", "partition": "EXERCÍCIO"},
    "fields": ["EXERCÍCIO", "ÓRGÃO", "VALOR (R$)"],
}
PLAIN = {"kind": "file", "format": "csv", "write": {"mode": "append"}, "fields": ["a", "b"]}
HEADER = '"EXERCÍCIO";"ÓRGÃO";"VALOR (R$)"\r\n'
ROW = '"2025";"Justiça Militar";"21311,65"\r\n'
HTML = "<!DOCTYPE html>\n<html><body>Arquivo não disponível</body></html>"


def zipped(*members: str, names: tuple[str, ...] = ("2025.csv",), compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, text in zip(names, members, strict=True):
            archive.writestr(name, text.encode("latin-1"))
    return out.getvalue()


def row(year: str, organ: str, value: str) -> dict[str, str]:
    return {"EXERCÍCIO": year, "ÓRGÃO": organ, "VALOR (R$)": value}


# --- as it should be


def test_a_zip_of_latin_1_becomes_rows_of_text(fake: FakeSource, settings_of_fake: Settings) -> None:
    text = HEADER + ROW + '"2025";"São ""João"" – x; y";"0010"\r\n"2025";"linha\nquebrada";""\r\n'.replace("–", "-")
    fake.says(Answer(zipped(text)))
    assert read(settings_of_fake, YEARLY, ano="2025") == [
        row("2025", "Justiça Militar", "21311,65"),
        row("2025", 'São "João" - x; y', "0010"),
        row("2025", "linha\nquebrada", ""),
    ]
    assert [(request.path, request.query) for request in fake.asked] == [("/fonte/api/download/2025", {})]


def test_a_redirect_to_the_file_is_followed(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(status=302, headers={"Location": "/elsewhere.zip"}), Answer(zipped(HEADER + ROW)))
    assert len(read(settings_of_fake, YEARLY, ano="2025")) == 1


def test_other_members_than_the_one_csv_do_no_harm(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(zipped("read me", HEADER + ROW, names=("leia-me.txt", "2025.CSV"))))
    assert len(read(settings_of_fake, YEARLY, ano="2025")) == 1


@pytest.mark.parametrize("text", [HEADER, HEADER.rstrip()], ids=["with line end", "without"])
def test_a_header_alone_is_an_empty_file(fake: FakeSource, settings_of_fake: Settings, text: str) -> None:
    fake.says(Answer(zipped(text)))
    assert read(settings_of_fake, YEARLY, ano="2025") == []


@pytest.mark.parametrize(
    "body",
    [b"\xef\xbb\xbfa,b\n1,2\n", b"a,b\n1,2", b"a,b\r\n1,2\r\n", b'"a","b"\n"1","2"\n', b"a,b\n\n1,2\n\n"],
    ids=["BOM", "no last line end", "CRLF", "quoted", "blank lines"],
)
def test_a_csv_is_read_whatever_its_dress(fake: FakeSource, settings_of_fake: Settings, body: bytes) -> None:
    fake.says(Answer(body))
    assert read(settings_of_fake, PLAIN) == [{"a": "1", "b": "2"}]


def test_values_stay_as_written(fake: FakeSource, settings_of_fake: Settings) -> None:
    values = ["0.10", "1.0", "3e+05", "0010", "NULL", "NA", "nan", "true", "2025-01-01", " x ", "12345678901234567890"]
    fake.says(Answer("a,b\n" + "".join(f"{value},\n" for value in values)))
    assert read(settings_of_fake, PLAIN) == [{"a": value, "b": ""} for value in values]


def test_the_character_nul_is_left_out(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(b'a,b\nx\0y,2\n"\0","\0z"\nw,3\n'))
    assert read(settings_of_fake, PLAIN) == [{"a": "xy", "b": "2"}, {"a": "", "b": "z"}, {"a": "w", "b": "3"}]


def test_columns_that_nobody_declared_come_along(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("b,novo,a\n2,3,1\n"))
    assert read(settings_of_fake, PLAIN) == [{"b": "2", "novo": "3", "a": "1"}]


def test_an_optional_column_may_be_absent(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("a\n1\n"))
    assert read(settings_of_fake, PLAIN | {"optional": ["b"]}) == [{"a": "1"}]


def test_a_large_file_comes_in_pieces_and_whole(fake: FakeSource, settings_of_fake: Settings) -> None:
    lines = "".join(f'"2025";"órgão {number} com\r\nduas linhas";"{number},00"\r\n' for number in range(200_000))
    fake.says(Answer(zipped(HEADER + lines)))
    context = context_of(settings_of_fake, YEARLY, timeout_seconds=20)
    with FileConnector(context) as connector:
        tables = [batch.table for batch in connector.read({"ano": "2025"}).batches()]
    assert len(tables) > 1
    assert sum(table.num_rows for table in tables) == 200_000
    assert max(table.nbytes for table in tables) < 16 * 2**20
    assert tables[-1].to_pylist()[-1]["VALOR (R$)"] == "199999,00"


# --- as it should not be

BAD_CRC = bytearray(zipped(HEADER + ROW, compression=zipfile.ZIP_STORED))
BAD_CRC[80] ^= 0x20
BAD_DEFLATE = bytearray(zipped(HEADER + ROW * 500))
BAD_DEFLATE[60:64] = b"\xff\xff\xff\xff"
ENCRYPTED = bytearray(zipped(HEADER + ROW))
ENCRYPTED[6] |= 1
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (
            HTML,
            PermanentSourceError,
            "fonte.linhas (ano=2025): found an HTML page with status 200, expected a ZIP file (50 4b 03 04). "
            "The period is not published, or the portal blocks this client. Open the address in a browser.",
        ),
        (
            "error",
            PermanentSourceError,
            "fonte.linhas (ano=2025): found a file that starts with 65 72 72 6f, expected a ZIP file (50 4b 03 04). "
            "Compare `format` and `archive` in the spec with the file, or open the address in a browser.",
        ),
        (
            b"",
            PermanentSourceError,
            "fonte.linhas (ano=2025): found an empty file, expected a ZIP file (50 4b 03 04). "
            "Compare `format` and `archive` in the spec with the file, or open the address in a browser.",
        ),
        (
            zipped(HEADER + ROW)[:120],
            TransientSourceError,
            "fonte.linhas (ano=2025): the ZIP of 120 bytes is damaged or cut short (File is not a zip file), "
            "expected a whole one. Nothing was loaded. Try again later.",
        ),
        (bytes(BAD_CRC), TransientSourceError, "is damaged or cut short (Bad CRC-32 for file '2025.csv')"),
        (bytes(BAD_DEFLATE), TransientSourceError, "is damaged or cut short (Error -3 while decompressing data"),
        (
            bytes(ENCRYPTED),
            ContractError,
            "fonte.linhas (ano=2025): the ZIP is encrypted, expected a plain one. Nothing was loaded: "
            "check the source's page.",
        ),
        (
            zipped(HEADER, HEADER, names=("a.csv", "b.csv")),
            ContractError,
            "fonte.linhas (ano=2025): found 2 CSV files in the ZIP (a.csv, b.csv), expected one. "
            "The source changed its packing: check its page.",
        ),
        (
            zipped("x", names=("a.xlsx",)),
            ContractError,
            "fonte.linhas (ano=2025): found 0 CSV files in the ZIP (a.xlsx), expected one. "
            "The source changed its packing: check its page.",
        ),
        (
            zipped(HEADER + '"2025";"segredo"\r\n'),
            ContractError,
            "fonte.linhas (ano=2025): found a row of 2 values (row 1 of the data), expected 3 as in the header. "
            "The file is damaged: nothing was loaded.",
        ),
        (
            zipped(HEADER + ROW + '"2025";"segredo";"1";"2"\r\n' + ROW),
            ContractError,
            "fonte.linhas (ano=2025): found a row of 4 values (row 2 of the data), expected 3 as in the header. "
            "The file is damaged: nothing was loaded.",
        ),
        (
            zipped(HEADER + ROW + ROW.replace("2025", "2024")),
            ContractError,
            "fonte.linhas (ano=2025): found rows of EXERCÍCIO 2024, expected only what was asked for. "
            "The source served another period: nothing was loaded.",
        ),
        (
            zipped(HEADER.replace("ÓRGÃO", "ORGAO") + ROW),
            ContractError,
            "fonte.linhas (ano=2025): missing column ÓRGÃO; found 3 columns: EXERCÍCIO, ORGAO, VALOR (R$). "
            "The source changed its layout: compare, then mend `fields` in the spec.",
        ),
        (
            zipped(""),
            ContractError,
            "fonte.linhas (ano=2025): missing column EXERCÍCIO, ÓRGÃO, VALOR (R$); found 0 columns: . "
            "The source changed its layout: compare, then mend `fields` in the spec.",
        ),
        (
            zipped(HEADER.rstrip() + ';"ÓRGÃO"\r\n' + ROW.rstrip() + ';"x"\r\n'),
            ContractError,
            "fonte.linhas (ano=2025): found column ÓRGÃO more than once, expected each name once. "
            "Nothing tells which is which: name them by position with `columns` in the spec, or the source changed "
            "its layout.",
        ),
    ],
    ids=[
        "HTML", "another file", "empty", "cut short", "bad checksum", "damaged", "encrypted", "two members",
        "no member", "short row", "long row", "another year", "missing column", "empty member", "column twice",
    ],
)  # fmt: skip
def test_what_is_not_the_declared_file_is_refused_without_showing_it(
    fake: FakeSource, settings_of_fake: Settings, body: bytes | str, kind: type[LagoaError], message: str
) -> None:
    fake.says(Answer(body))
    with pytest.raises(kind) as refused:
        read(settings_of_fake, YEARLY, ano="2025")
    assert message in str(refused.value)
    assert message == str(refused.value) or not message.startswith("fonte")
    assert "segredo" not in str(refused.value)


def test_an_html_page_in_place_of_a_csv_is_refused(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("\n  " + HTML))
    with pytest.raises(PermanentSourceError, match="found an HTML page with status 200, expected a CSV file"):
        read(settings_of_fake, PLAIN)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"a,b\n1,\xe7\n", "text in another encoding"),
        (b"a,\xe7\n1,2\n", "text in another encoding"),
    ],
    ids=["in a row", "in the header"],
)
def test_another_encoding_than_declared_is_refused(
    fake: FakeSource, settings_of_fake: Settings, body: bytes, reason: str
) -> None:
    fake.says(Answer(body))
    with pytest.raises(ContractError) as refused:
        read(settings_of_fake, PLAIN)
    assert str(refused.value) == (
        f"fonte.linhas: found {reason} in the CSV, expected utf-8 with ',' between values. "
        "Nothing was loaded: compare the file with `encoding` and `delimiter` in the spec."
    )


def test_a_download_that_breaks_off_is_tried_again(fake: FakeSource, settings_of_fake: Settings) -> None:
    whole = zipped(HEADER + ROW)
    fake.says(Answer(whole[:50], headers={"Content-Length": str(len(whole))}), Answer(whole))
    assert len(read(settings_of_fake, YEARLY, ano="2025")) == 1
    assert len(fake.asked) == 2


def test_a_file_that_comes_damaged_is_fetched_once_more(fake: FakeSource, settings_of_fake: Settings) -> None:
    whole = zipped(HEADER + ROW)
    fake.says(Answer(whole[:50]), Answer(whole))
    assert len(read(settings_of_fake, YEARLY, ano="2025")) == 1
    fake.says(Answer(whole[:50]))
    with pytest.raises(TransientSourceError, match="the ZIP of 50 bytes is damaged or cut short"):
        read(settings_of_fake, YEARLY, ano="2025")
    assert len(fake.asked) == 2


def test_each_column_of_the_budget_is_required(
    fake: FakeSource, settings_of_fake: Settings, shipped: dict[str, SourceSpec]
) -> None:
    spec = shipped["portal_transparencia"]
    fields = spec.resources["orcamento_despesa"].fields
    for field in fields:
        others = [each for each in fields if each != field]
        fake.says(Answer(zipped(";".join(f'"{each}"' for each in others) + "\r\n")))
        with pytest.raises(ContractError, match="missing column") as refused:
            read_all(Context(spec, "orcamento_despesa", settings_of_fake), {"ano": "2025"})
        assert f"missing column {field}; found 25 columns" in str(refused.value)


# --- files that were loaded before


@pytest.mark.parametrize(
    ("mended", "is_unchanged"),
    [
        ({}, True),
        ({"title": "Outro título", "schedule": "0 6 * * *"}, True),
        ({"fields": ["a"]}, False),
        ({"skip_rows": 1, "columns": ["a", "c"], "fields": ["a", "c"]}, False),
        ({"personal": {"b": "drop"}}, False),
        ({"renamed": {"b": "velho"}}, False),
        ({"write": {"mode": "append", "distinct": True}}, False),
    ],
    ids=["the same spec", "said otherwise", "fields", "columns", "personal", "renamed", "write"],
)
def test_an_unchanged_file_is_read_again_when_its_declaration_was_mended(
    fake: FakeSource, settings_of_fake: Settings, mended: dict[str, Any], is_unchanged: bool
) -> None:
    fake.says(Answer(b"a,b\n1,2\n"))
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}}
    first = extract(spec_of(PLAIN), "linhas", "run-1", state=ResourceState(), **options)
    state = reached(ResourceState(), first)
    again = extract(spec_of(PLAIN | mended), "linhas", "run-2", state=state, **options)
    assert [(each.unchanged, each.received) for each in again.slices] == [(is_unchanged, 1)]
    assert len(again.parts) == (not is_unchanged)


def test_a_file_loaded_before_declarations_were_told_is_not_read_again(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer(b"a,b\n1,2\n"))
    options: dict[str, Any] = {"settings": settings_of_fake, "agency": {}}
    first = extract(spec_of(PLAIN), "linhas", "run-1", state=ResourceState(), **options)
    state = reached(ResourceState(), first.model_copy(update={"declared": None}))
    again = extract(spec_of(PLAIN), "linhas", "run-2", state=state, **options)
    assert [each.unchanged for each in again.slices] == [True]
    assert reached(state, again) == reached(ResourceState(), first).model_copy(update={"full_at": again.extracted_at})
