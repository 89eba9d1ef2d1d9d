"""Each format becomes rows of text, or is refused with the reason: first rows, several batches, empty, malformed."""

import datetime as dt
import gzip
import io
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.sources.fake_source import Answer, FakeSource
from tests.sources.reading import context_of, read

from lagoa.errors import ContractError, LagoaError, PermanentSourceError, TransientSourceError
from lagoa.settings import Settings
from lagoa.sources.connectors.files import FileConnector, delimited
from lagoa.sources.spec import FileResource, SourceSpec

CSV, LATIN = {"format": "csv"}, {"format": "csv", "encoding": "latin-1", "delimiter": ";"}
AB = [{"a": "1", "b": "2"}]
AFTER_NOTES = (
    "from the note '(*)' on, expected fewer than a row of data has. Nothing was loaded: choose a `footer` that only "
    "the end of the file has."
)
HEADED = {"columns": ["a", "b"], "header": ["Linha", "Valor"], "skip_rows": 1}
BLOCKS = {
    "columns": ["a", "b"],
    "header": ["Linha", "Valor"],
    "blocks": {"begins": "Ano:", "data_after": 2, "label": "ano"},
    "fields": ["a", "b", "ano"],
}
Cells = list[list[Any]]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def workbook(cells: Cells, title: str = "Dados") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in cells:
        sheet.append(row)
    book.create_sheet("Vazia")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(cells: Cells) -> bytes:
    """A spreadsheet as LibreOffice writes it, as far as values go."""

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, bool):
            kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        elif isinstance(value, int | float):
            kind = f'office:value-type="float" office:value="{value}"'
        elif isinstance(value, dt.date):
            kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        else:
            kind = 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in cells)
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{name}="{urn}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Dados">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<m:manifest xmlns:m="{urn}:manifest:1.0"/>'
    members = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return zipped(**{name: text.encode() for name, text in {**members, "META-INF/manifest.xml": manifest}.items()})


def parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def refused(fake: FakeSource, settings: Settings, resource: dict[str, Any], body: bytes) -> LagoaError:
    fake.says(Answer(body))
    with pytest.raises(LagoaError) as error:
        read(settings, resource)
    return error.value


# --- CSV


@pytest.mark.parametrize(
    ("resource", "body"),
    [
        ({}, b"a,b\r1,2\r"),
        ({"encoding": "latin-1"}, "\ufeffa,b\n1,2\n".encode("utf-16-le")),
        ({}, "\ufeffa,b\r\n1,2\r\n".encode("utf-16-be")),
        ({"encoding": "utf-16-le"}, "a,b\n1,2".encode("utf-16-le")),
        ({"encoding": "utf-8-sig"}, b"\xef\xbb\xbfa,b\n1,2\n"),
        ({"encoding": "cp1252", "delimiter": "\t"}, b"a\tb\n1\t2\n"),
        ({"skip_rows": 2}, b"T\xc3\xadtulo\n\"x\",,\na,b\n1,2\n"),
        ({"data_after": "a,b"}, b"Gerado em 20/11/2025\n\na,b\n1,2\n"),
        ({"columns": ["a", "b"]}, b"1,2\n"),
        ({"columns": ["a", "b"], "skip_rows": 1}, b"um,\n1,2\n"),
        ({"columns": ["a", "b"], "data_after": "Linha"}, b"Ano\nLinha,,,\n1,2\n"),
        ({}, b"a,b,\n1,2,\n"),
        ({"footer_begins": "(*)"}, b"a,b\n1,2\n(*) nota\nmais nota\n"),
        ({"footer_begins": "(*)"}, b'a,b\n1,2\n"(*) nota",\n(*) outra,\n"mais",\n,\nnota\n'),
        ({"footer": "Total"}, b'a,b\n1,2\n" total ",\nFiltro,\nTotal geral,\n'),
        ({"header": ["Linha", ""], "columns": ["a", "b"], "data_after": "Linha"}, b'Ano\n"  Linha",?\n1,2\n'),
        ({"header": ["Linha", "Valor (R$)"], "columns": ["a", "b"], "skip_rows": 2}, b"x\nlinha,Valor  (R$)\n1,2\n"),
    ],
    ids=[
        "CR alone", "UTF-16 LE wins over the spec", "UTF-16 BE", "UTF-16 without a mark", "utf-8-sig", "tab",
        "titles", "header found", "no header", "header by position", "data found",
        "a delimiter at the end", "ragged notes", "notes as rows",
        "a total", "names by position below a title", "names by position",
    ],
)  # fmt: skip
def test_a_csv_of_any_dialect_is_read(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any], body: bytes
) -> None:
    fake.says(Answer(body))
    assert read(settings_of_fake, CSV | resource) == AB


def test_quotes_hold_line_ends_delimiters_and_quotes_also_in_the_header(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer('"a";"b\r\nc"\r\n"x;""y""\r\nz";"1"\r\n'.encode("latin-1")))
    assert read(settings_of_fake, LATIN | {"fields": ["a", "b\nc"]}) == [{"a": 'x;"y"\r\nz', "b\nc": "1"}]


def test_quotes_mean_nothing_where_the_spec_says_so(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer('a,b\n5",2\n"x,y"\n'))
    assert read(settings_of_fake, CSV | {"quote": ""}) == [{"a": '5"', "b": "2"}, {"a": '"x', "b": 'y"'}]


def test_a_stray_quote_inside_a_value_is_part_of_it(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer('a,b\ncano de 5",2\n'))
    assert read(settings_of_fake, CSV) == [{"a": 'cano de 5"', "b": "2"}]


def test_a_text_of_several_lines_with_delimiters_is_one_value(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer('a,b\n1,"um,\ndois"\n2,"""x"",\ny,z"\n'))
    assert read(settings_of_fake, CSV) == [{"a": "1", "b": "um,\ndois"}, {"a": "2", "b": '"x",\ny,z'}]


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n\r\n", b"(*) nota\n"], ids=["nothing", "LF", "blank lines", "note"])
def test_only_a_header_is_an_empty_csv(fake: FakeSource, settings_of_fake: Settings, body: bytes) -> None:
    fake.says(Answer(b"a,b\n" + body))
    assert read(settings_of_fake, CSV | {"footer_begins": "(*)"}) == []


def test_columns_that_come_twice_are_told_apart_by_their_position(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("id,nome,id\n1,x,2\n"))
    resource = CSV | {"columns": ["id", "nome", "id_orgao"], "skip_rows": 1, "fields": ["id", "nome", "id_orgao"]}
    assert read(settings_of_fake, resource) == [{"id": "1", "nome": "x", "id_orgao": "2"}]


def test_a_former_name_of_a_column_will_do(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("a,velho\n1,2\n"))
    assert read(settings_of_fake, CSV | {"renamed": {"b": "velho"}}) == [{"a": "1", "velho": "2"}]


def test_a_parameter_that_is_kept_is_no_column_of_the_file(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer("a\n1\n"))
    assert read(settings_of_fake, CSV | {"params": {"b": "x"}, "keep": ["b"]}, b="x") == [{"a": "1"}]


@pytest.mark.parametrize(
    ("resource", "body", "message"),
    [
        ({}, b"a,b\n1,2\n3\n", "found a row of 1 values (row 2 of the data), expected 2 as in the header. "
         "The file is damaged: nothing was loaded."),
        ({"columns": ["a", "b"]}, b"1,2,3\n", "found a row of 3 values (row 1 of the data), expected 2 as in the "
         "header. The file is damaged: nothing was loaded."),
        ({"footer": "*"}, b"a,b\n1\n* nota\n", "found a row of 1 values (row 1 of the data), expected 2 as in the "
         "header. The file is damaged: nothing was loaded."),
        ({"data_after": "Ano"}, b"a,b\n1,2\n", "found no row with 'Ano' in it, expected the one that comes before the "
         "data. The source changed its layout: compare, then mend `data_after` in the spec."),
        ({}, b'a,b\n1,"2\n3,4\n', "found a quote that is never closed, expected pairs. The file is cut short, or "
         "`quote` in the spec is not the file's: nothing was loaded."),
        ({}, b'a,b\n1,"2', "found a quote that is never closed, expected pairs. The file is cut short, or "
         "`quote` in the spec is not the file's: nothing was loaded."),
        ({}, b'a,b\n1,2\n"x,3\n"y",4\n', "found 1 line end(s) and the delimiters of as many rows inside one value "
         "(row 2 of the data), expected each row by itself. A quote there has no partner, or `quote` in the spec is "
         "not the file's: nothing was loaded."),
        ({"fields": ["a", "b", "c", "d"]}, b'a,b,c,d\r\n1,"x,3,4\r\n5,6,7,8\r\n1,"y,3,4\r\n', "found 2 line end(s) and "
         "the delimiters of as many rows inside one value (row 1 of the data), expected each row by itself. A quote "
         "there has no partner, or `quote` in the spec is not the file's: nothing was loaded."),
        ({}, "\ufeffa,b\n1,2\n".encode("utf-16-le")[:-1], "found text in another encoding in the CSV, expected utf-8 "
         "with ',' between values. Nothing was loaded: compare the file with `encoding` and `delimiter` in the spec."),
        ({}, b"a,,b,\n1,x,2,\n", "found values in column 2, which has no name, expected them below one of: a, b. "
         "The source changed its layout."),
        ({"skip_rows": 9}, b"a,b\n1,2\n", "missing column a, b; found 0 columns: . The source changed its layout: "
         "compare, then mend `fields` in the spec."),
        ({}, b"12345678901,Maria\n", "missing column a, b; found 2 columns, none of them declared. The source changed "
         "its layout: compare, then mend `fields` in the spec."),
        ({"footer_begins": "(*)"}, b'a,b\n1,2\n"(*) nota",\n3,4\n', f"found a row of 2 values {AFTER_NOTES}"),
        ({"footer_begins": "(*)"}, b'a,b\n1,2\n"(*) nota"\n3,4\n', f"found a row of 2 values {AFTER_NOTES}"),
        ({"footer_begins": "(*)", "fields": ["a", "b", "c"]}, b"a,b,c\n1,,2\n(*),,\n3,,4\n", f"found a row of 2 values "
         f"{AFTER_NOTES}"),
        ({"footer_begins": "(*)"}, b"a,b\n1,2\n(*)\n3,4,5\n", f"found a row of 3 values {AFTER_NOTES}"),
        ({"footer_begins": "(*)"}, b"a,b\n1,2\n(*) Engenharia Ltda,10\n", f"found a row of 2 values {AFTER_NOTES}"),
        ({"footer": "(*)"}, b"a,b\n1,2\n(*),10\n", f"found a row of 2 values {AFTER_NOTES}"),
        (HEADED, b"Valor,Linha\n2,1\n", "found 'Valor' as column 1, expected 'Linha'; 'Linha' as column 2, expected "
         "'Valor'. The source changed its layout: compare, then mend `columns` and `header` in the spec."),
        (HEADED, b"Linha\n2,1\n", "found nothing as column 2, expected 'Valor'. The source changed its layout: "
         "compare, then mend `columns` and `header` in the spec."),
        (HEADED, b"Maria,***.456.789-**\n2,1\n", "found none of the expected names in the row of the header, expected "
         "'Linha' as column 1. The source changed its layout: compare, then mend `columns` and `header` in the spec."),
        (BLOCKS, b"Linha,Valor\n1,2\n", "found no row that begins with 'Ano:', expected one before each block of data. "
         "The source changed its layout: compare, then mend `blocks` in the spec."),
        (BLOCKS, b"Ano:\nLinha,Valor\n1,2\n", "found 'Ano:' with nothing after it, expected what the field 'ano' is "
         "filled with. The source changed its layout: compare, then mend `blocks` in the spec."),
        (BLOCKS, b"Ano: 2024\nLinha,Valor\n1,2\nAno: 2025\nValor,Linha\n2,1\n", "found 'Valor' as column 1, "
         "expected 'Linha'; 'Linha' as column 2, expected 'Valor'. The source changed its layout: compare, then mend "
         "`columns` and `header` in the spec."),
    ],
    ids=["short row", "long row by position", "short row before a note", "no such row", "open quote",
         "open quote, cut short", "a row swallowed", "rows swallowed between two quotes",
         "half a character", "values without a name", "shorter than its titles", "no header",
         "a row after notes", "a row after ragged notes",
         "a row with a gap after a subtotal", "a longer row after a note", "a client called like the total",
         "a total as full as a row", "columns that changed places", "a name less", "a person for a header",
         "no block", "a block without its label", "a block whose columns changed places"],
)  # fmt: skip
def test_a_csv_that_is_not_as_declared_is_refused(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any], body: bytes, message: str
) -> None:
    error = refused(fake, settings_of_fake, CSV | resource, body)
    assert (type(error), str(error)) == (ContractError, f"fonte.linhas: {message}")


BY_POSITION = {"siape": ["remuneracao"], "tesouro_gerencial": ["nc_enviadas", "nc_recebidas", "pf", "ne"]}


@pytest.mark.parametrize(
    ("source", "name"), [(source, name) for source, names in BY_POSITION.items() for name in names]
)
def test_columns_that_change_places_are_refused_where_they_count_by_position(
    shipped: dict[str, SourceSpec], source: str, name: str
) -> None:
    resource = shipped[source].resources[name]
    assert isinstance(resource, FileResource)
    moved = [*resource.header[:-2], resource.header[-1], resource.header[-2]]
    for header, is_as_declared in ((resource.header, True), (moved, False)):
        lines = [*[[""]] * (resource.skip_rows - 1), header, ["x"] * len(header)]
        text = "".join(resource.delimiter.join(line) + "\n" for line in lines).encode(resource.encoding)
        if is_as_declared:
            assert sum(table.num_rows for table in delimited.tables(io.BytesIO(text), resource, "x")) == 1
            continue
        with pytest.raises(ContractError) as error:
            list(delimited.tables(io.BytesIO(text), resource, "x"))
        last, before = header[-1], header[-2]
        assert f"found {before!r} as column {len(header) - 1}, expected {last!r}" in str(error.value)


@pytest.mark.parametrize(
    ("resource", "below"),
    [({"footer": "Total"}, b"Total Engenharia Ltda,10\n"), ({"footer": "Total"}, b"Totalidade S.A.,10\nTotal,\n")],
    ids=["the last row", "before the total"],
)
def test_a_client_whose_name_begins_like_the_total_stays(
    fake: FakeSource, settings_of_fake: Settings, resource: dict[str, Any], below: bytes
) -> None:
    fake.says(Answer(b"a,b\n1,2\n" + below))
    name, value = below.decode().splitlines()[0].split(",")
    assert read(settings_of_fake, CSV | resource) == [*AB, {"a": name, "b": value}]


REPORT = [
    ["Tesouro Gerencial", None],
    ["Ano: 2024", None],
    [None, None],
    ["Linha", "Valor"],
    ["1", "2"],
    ["Total", None],
    ["Filtro: nenhum", None],
    ["ano:  2025 ", None],
    ["Relatório", None],
    ["LINHA", "Valor"],
    ["3", "4"],
    ["5", "6"],
]
IN_BLOCKS = {
    "columns": ["a", "b"],
    "header": ["Linha", "Valor"],
    "blocks": {"begins": "Ano:", "data_after": 3, "label": "ano"},
    "footer": "Total",
    "fields": ["a", "b", "ano"],
}
OF_THE_BLOCKS = [("1", "2", "2024"), ("3", "4", "2025"), ("5", "6", "2025")]


@pytest.mark.parametrize("is_padded", [True, False], ids=["padded", "unpadded"])
def test_a_report_in_blocks_is_read_with_the_year_of_each(
    fake: FakeSource, settings_of_fake: Settings, is_padded: bool
) -> None:
    lines = ["\t".join(value or "" for value in row) for row in REPORT]
    text = "".join(f"{line if is_padded else line.rstrip()}\r\n" for line in lines)
    fake.says(Answer(text.encode("utf-16")))
    resource = CSV | IN_BLOCKS | {"encoding": "utf-16", "delimiter": "\t"}
    assert [tuple(row.values()) for row in read(settings_of_fake, resource)] == OF_THE_BLOCKS


def test_a_sheet_in_blocks_is_read_with_the_year_of_each(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(workbook(REPORT)))
    assert [tuple(row.values()) for row in read(settings_of_fake, {"format": "xlsx"} | IN_BLOCKS)] == OF_THE_BLOCKS


def test_blocks_without_a_label_and_with_names_of_their_own_are_read(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer(b"Ano: 2024\na,b\n1,2\nAno: 2025\nb,a\n4,3\n"))
    resource = CSV | {"blocks": {"begins": "Ano:", "data_after": 2}}
    assert read(settings_of_fake, resource) == [*AB, {"b": "4", "a": "3"}]


def test_a_row_far_below_the_notes_is_refused(fake: FakeSource, settings_of_fake: Settings) -> None:
    notes = b"".join(b'"nota %d bem longa, para que haja mais de um bloco"\n' % number for number in range(300_000))
    error = refused(fake, settings_of_fake, CSV | {"footer_begins": "(*)"}, b"a,b\n1,2\n(*),\n" + notes + b"3,4\n")
    assert str(error) == f"fonte.linhas: found a row of 2 values {AFTER_NOTES}"


def test_a_short_row_far_down_is_named(fake: FakeSource, settings_of_fake: Settings) -> None:
    rows = b"".join(b'%d,"texto bem longo, para que haja mais de um bloco"\n' % number for number in range(300_000))
    error = refused(fake, settings_of_fake, CSV, b"a,b\n" + rows + b"x\n")
    assert "(row 300001 of the data)" in str(error)


# --- spreadsheets

CELLS: Cells = [
    ["Orçamento", None, None, None, None, None],
    ["codigo", "valor", "dia", "momento", "ativo", "nome"],
    [5.0, 0.1, dt.date(2025, 1, 31), dt.datetime(2025, 1, 31, 10, 5), True, "São Paulo"],
    [None, None, None, None, None, None],
    [153165, -1234.5, None, None, False, " 0010 "],
    ["Fonte: planilha", None, None, None, None, None],
]
SHEET_ROWS = [
    {"codigo": "5", "valor": "0.1", "dia": "2025-01-31", "momento": "2025-01-31 10:05:00", "ativo": "true",
     "nome": "São Paulo"},
    {"codigo": "153165", "valor": "-1234.5", "dia": None, "momento": None, "ativo": "false", "nome": " 0010 "},
]  # fmt: skip
SHEET = {"format": "xlsx", "skip_rows": 1, "footer_begins": "Fonte", "fields": ["codigo", "valor"]}


def test_a_workbook_becomes_rows_of_text(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(workbook(CELLS)))
    assert read(settings_of_fake, SHEET) == SHEET_ROWS
    assert read(settings_of_fake, SHEET | {"sheet": "Dados"}) == SHEET_ROWS
    found = {key: value for key, value in SHEET.items() if key != "skip_rows"} | {"data_after": "codigo"}
    assert read(settings_of_fake, found) == SHEET_ROWS


def test_notes_of_several_lines_end_a_sheet_and_rows_after_them_are_refused(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer(workbook([*CELLS, ["Gerada ontem"], ["Fonte dois", "x", "y"], []])))
    assert read(settings_of_fake, SHEET) == SHEET_ROWS
    error = refused(fake, settings_of_fake, SHEET, workbook([*CELLS, [], CELLS[4]]))
    assert isinstance(error, ContractError)
    assert str(error).startswith("fonte.linhas: found a row of 4 values from the note 'Fonte' on, expected ")


def test_an_ods_becomes_the_same_rows(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(ods(CELLS)))
    assert read(settings_of_fake, SHEET | {"format": "ods"}) == SHEET_ROWS


def test_an_xls_becomes_rows_of_text(settings_of_fake: Settings, fake: FakeSource, real_data: Path) -> None:
    fake.says(Answer((real_data / "ibge/RELATORIO_DTB_BRASIL_MUNICIPIO.xls").read_bytes()))
    fields = ["UF", "Nome_UF", "Código Município Completo"]
    rows = read(settings_of_fake, {"format": "xls", "skip_rows": 6, "fields": fields})
    assert len(rows) == 5570
    assert {name: rows[0][name] for name in fields} == dict(zip(fields, ["11", "Rondônia", "1100015"], strict=True))


def test_a_sheet_is_read_by_position(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(workbook([[None, "x", None], [2024, "y", None]])))
    resource = {"format": "xlsx", "columns": ["a", "b", "c"], "fields": ["a", "b", "c"]}
    assert read(settings_of_fake, resource) == [{"a": None, "b": "x", "c": None}, {"a": "2024", "b": "y", "c": None}]


def test_a_sheet_that_begins_further_down_and_right_keeps_its_positions(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer(workbook([[], [], [None, None, "x", "y"]])))
    resource = {"format": "xlsx", "skip_rows": 2, "columns": ["a", "b", "c", "d"], "fields": ["c"]}
    assert read(settings_of_fake, resource) == [{"a": None, "b": None, "c": "x", "d": "y"}]


def test_large_numbers_errors_durations_and_times(fake: FakeSource, settings_of_fake: Settings) -> None:
    cells = [["a", "b"], [12345678901234, "#N/A"], [1e22, dt.timedelta(hours=30, seconds=5)], [0.3, dt.time(7, 30)]]
    fake.says(Answer(workbook(cells)))
    assert read(settings_of_fake, {"format": "xlsx"}) == [
        {"a": "12345678901234", "b": None},
        {"a": "1e+22", "b": "30:00:05"},
        {"a": "0.3", "b": "07:30:00"},
    ]


@pytest.mark.parametrize("cells", [[["a", "b"]], [["a", "b"], [None, None]]], ids=["header", "blank rows"])
def test_only_a_header_is_an_empty_sheet(fake: FakeSource, settings_of_fake: Settings, cells: Cells) -> None:
    fake.says(Answer(workbook(cells)))
    assert read(settings_of_fake, {"format": "xlsx"}) == []


def test_many_rows_of_a_sheet_come_in_batches(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(workbook([["a", "b"], *([number, "x"] for number in range(25_000))])))
    with FileConnector(context_of(settings_of_fake, {"format": "xlsx"}, timeout_seconds=20)) as connector:
        sizes = [batch.table.num_rows for batch in connector.read({}).batches()]
    assert sizes == [10_000, 10_000, 5_000]


@pytest.mark.parametrize(
    ("resource", "body", "kind", "message"),
    [
        ({}, workbook([["a", "c"], [1, 2]]), ContractError, "missing column b; found 2 columns: a, c. "),
        ({}, workbook([["a", "b", "b"], [1, 2, 3]]), ContractError, "found column b more than once"),
        ({}, workbook([["a", "b", None], [1, 2, 3]]), ContractError, "found values in column 3, which has no name, "
         "expected them below one of: a, b."),
        ({"sheet": "Outra"}, workbook([["a", "b"]]), ContractError, "found sheets Dados, Vazia, expected 'Outra'."),
        ({"sheet": 7}, workbook([["a", "b"]]), ContractError, "found sheets Dados, Vazia, expected 7."),
        ({"sheet": "Vazia"}, workbook([["a", "b"]]), ContractError, "missing column a, b; found 0 columns"),
        ({"data_after": "Ano"}, workbook([["a", "b"]]), ContractError, "found no row with 'Ano' in it"),
        (HEADED, workbook([["Valor", "Linha"], [2, 1]]), ContractError, "found 'Valor' as column 1, expected"),
        ({"footer_begins": "Total"}, workbook([["a", "b"], [1, 2], ["Total Ltda", 3]]), ContractError, "found a row of "
         "2 values from the note 'Total' on"),
        ({}, workbook([["a", "b"]])[:900], TransientSourceError, "the XLSX of 900 bytes is damaged or cut short"),
        ({}, zipped(a=b"x"), TransientSourceError, "is damaged or cut short"),
        ({}, b"a,b\n", PermanentSourceError, "found a file that starts with 61 2c 62 0a, expected an XLSX file"),
        ({"format": "xls"}, workbook([["a"]]), PermanentSourceError, "found a file that starts with 50 4b 03 04, "
         "expected an XLS file (d0 cf 11 e0)."),
        ({"format": "xls"}, b"\xd0\xcf\x11\xe0" + bytes(600), TransientSourceError, "the XLS of 604 bytes is damaged"),
        ({"format": "ods"}, b"<html>", PermanentSourceError, "found an HTML page with status 200, expected an ODS"),
    ],
    ids=["missing column", "column twice", "values without a name", "no such sheet", "no such number", "empty sheet",
         "no such row", "columns that changed places", "a client called like the total", "cut short",
         "another ZIP", "text", "XLSX as XLS", "damaged XLS", "HTML"],
)  # fmt: skip
def test_a_spreadsheet_that_is_not_as_declared_is_refused(
    fake: FakeSource,
    settings_of_fake: Settings,
    resource: dict[str, Any],
    body: bytes,
    kind: type[LagoaError],
    message: str,
) -> None:
    error = refused(fake, settings_of_fake, {"format": "xlsx"} | resource, body)
    assert isinstance(error, kind)
    assert message in str(error)


# --- JSON and NDJSON


def test_json_keeps_numbers_as_written_and_objects_as_json(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(b'\xef\xbb\xbf[{"a": 0.10, "b": {"z": 1.0, "y": [1e5]}}, {"a": null, "b": true, "c": 1}]'))
    assert read(settings_of_fake, {"format": "json"}) == [
        {"a": "0.10", "b": '{"y":[1e5],"z":1.0}', "c": None},
        {"a": None, "b": "true", "c": "1"},
    ]


def test_json_records_lie_where_the_spec_says(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer({"x": {"itens": [{"a": 1, "b": 2}]}, "um": {"a": 1, "b": 2}}))
    assert read(settings_of_fake, {"format": "json", "records": "x.itens"}) == AB
    assert read(settings_of_fake, {"format": "json", "records": "um"}) == AB
    assert read(settings_of_fake, {"format": "json", "fields": ["x"]}) == [
        {"x": '{"itens":[{"a":1,"b":2}]}', "um": '{"a":1,"b":2}'}
    ]


def test_ndjson_is_read_line_by_line(fake: FakeSource, settings_of_fake: Settings) -> None:
    lines = b"".join(b'{"a": %d, "b": "\xe7"}\r\n' % number for number in range(12_000)) + b"\r\n"
    fake.says(Answer(lines))
    with FileConnector(context_of(settings_of_fake, {"format": "ndjson", "encoding": "latin-1"})) as connector:
        tables = [batch.table for batch in connector.read({}).batches()]
    assert [table.num_rows for table in tables] == [5000, 5000, 2000]
    assert tables[-1].to_pylist()[-1] == {"a": "11999", "b": "ç"}


@pytest.mark.parametrize(("form", "body"), [("json", b"[]"), ("ndjson", b""), ("ndjson", b"\n\n")])
def test_no_records_are_no_rows(fake: FakeSource, settings_of_fake: Settings, form: str, body: bytes) -> None:
    fake.says(Answer(body))
    assert read(settings_of_fake, {"format": form}) == []


@pytest.mark.parametrize(
    ("resource", "body", "kind", "message"),
    [
        ({}, b'[{"a": 1', TransientSourceError, "found 8 bytes that are not whole JSON"),
        ({}, b"", TransientSourceError, "found 0 bytes that are not whole JSON"),
        ({}, b'[{"a": 1}]', ContractError, "missing field b (in 1 of 1 records)"),
        ({}, b"[1]", ContractError, "found records that are not objects"),
        ({}, b'"x"', ContractError, "found a str in place of records, expected a list of objects."),
        ({"records": "x.y"}, b'{"x": {}}', ContractError, "found no 'y' in the JSON, expected the records under 'x.y'"),
        ({}, b'[{"a": "\xe7", "b": 1}]', ContractError, "found text in another encoding, expected utf-8"),
        ({"format": "ndjson"}, b'{"a": 1, "b": 2}\n{"a"', ContractError, "line 2 is not JSON, expected one object a"),
        ({"format": "ndjson"}, b'{"a": "\xe7", "b": 1}', ContractError, "found text in another encoding"),
        ({"format": "ndjson", "encoding": "utf-16-le"}, b'{"a"x', ContractError, "found text in another encoding"),
        ({}, b"<html><body>", PermanentSourceError, "found an HTML page with status 200, expected a JSON file"),
    ],
    ids=["cut short", "empty", "missing field", "no objects", "a text", "no records", "encoding", "NDJSON cut short",
         "NDJSON encoding", "NDJSON half a character", "HTML"],
)  # fmt: skip
def test_json_that_is_not_as_declared_is_refused(
    fake: FakeSource,
    settings_of_fake: Settings,
    resource: dict[str, Any],
    body: bytes,
    kind: type[LagoaError],
    message: str,
) -> None:
    error = refused(fake, settings_of_fake, {"format": "json"} | resource, body)
    assert isinstance(error, kind)
    assert message in str(error)


# --- Parquet

TYPES = pa.table(
    {
        "texto": ["São\0 João", None],
        "categoria": pa.array(["x", "y"]).dictionary_encode(),
        "inteiro": pa.array([2**62, None], pa.int64()),
        "fração": [0.1, 1e22],
        "dinheiro": pa.array([Decimal("1234.50"), None], pa.decimal128(18, 2)),
        "verdade": [True, None],
        "dia": pa.array([dt.date(2025, 1, 31), None]),
        "momento": pa.array([dt.datetime(2025, 1, 31, 10, 5, 0, 5), None], pa.timestamp("us")),
        "instante": pa.array([dt.datetime(2025, 1, 31, 10, 5), None], pa.timestamp("ms", "UTC")),
        "bytes": pa.array(["ç".encode(), None], pa.binary()),
        "lista": [[1, 2], None],
        "objeto": [{"b": 1.5, "a": "x"}, None],
        "nada": pa.nulls(2),
    }
)


def test_parquet_of_any_type_becomes_text(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(parquet(TYPES)))
    first, second = read(settings_of_fake, {"format": "parquet", "fields": ["texto"]})
    assert first == {
        "texto": "São João",
        "categoria": "x",
        "inteiro": "4611686018427387904",
        "fração": "0.1",
        "dinheiro": "1234.50",
        "verdade": "true",
        "dia": "2025-01-31",
        "momento": "2025-01-31 10:05:00.000005",
        "instante": "2025-01-31 10:05:00.000Z",
        "bytes": "ç",
        "lista": "[1,2]",
        "objeto": '{"a":"x","b":1.5}',
        "nada": None,
    }
    assert {name for name, value in second.items() if value is not None} == {"categoria", "fração"}


INSIDE = {
    "dia": (dt.date(2025, 1, 2), pa.date32(), '"2025-01-02"'),
    "momento": (dt.datetime(2025, 1, 31, 10, 5, 0, 5), pa.timestamp("us"), '"2025-01-31T10:05:00.000005"'),
    "instante": (
        dt.datetime(2025, 1, 31, 10, 5, tzinfo=dt.UTC),
        pa.timestamp("ms", "UTC"),
        '"2025-01-31T10:05:00+00:00"',
    ),
    "hora": (dt.time(7, 30), pa.time64("us"), '"07:30:00"'),
    "dinheiro": (Decimal("12345678901234567890.10"), pa.decimal128(30, 2), "12345678901234567890.10"),
    "pouco": (Decimal("0E-10"), pa.decimal128(30, 10), "0.0000000000"),
    "bytes": (b"\xff\x00x", pa.binary(), '"ff0078"'),
    "fração": (0.1, pa.float64(), "0.1"),
    "nenhum número": (float("nan"), pa.float64(), "null"),
    "infinito": (float("-inf"), pa.float64(), "null"),
    "texto": ('"São"\n', pa.string(), '"\\"São\\"\\n"'),
    "mapa": ([("a", dt.date(2025, 1, 2))], pa.map_(pa.string(), pa.date32()), '[["a","2025-01-02"]]'),
    "nada": (None, pa.int8(), "null"),
}


def test_nested_values_of_any_type_become_json(fake: FakeSource, settings_of_fake: Settings) -> None:
    kind = pa.struct([(name, each[1]) for name, each in INSIDE.items()])
    value = {name: each[0] for name, each in INSIDE.items()}
    fake.says(Answer(parquet(pa.table({"a": pa.array([value], kind), "b": pa.array([[value]], pa.list_(kind))}))))
    (row,) = read(settings_of_fake, {"format": "parquet"})
    written = "{" + ",".join(f'"{name}":{INSIDE[name][2]}' for name in sorted(INSIDE)) + "}"
    assert row == {"a": written, "b": f"[{written}]"}
    assert json.loads(row["a"])["bytes"] == "ff0078"


def test_parquet_comes_in_batches(fake: FakeSource, settings_of_fake: Settings) -> None:
    table = pa.table({"a": pa.array(range(50_000)), "b": pa.array(range(50_000))})
    fake.says(Answer(parquet(table, row_group_size=15_000)))
    with FileConnector(context_of(settings_of_fake, {"format": "parquet"})) as connector:
        tables = [batch.table for batch in connector.read({}).batches()]
    assert max(each.num_rows for each in tables) <= 20_000
    assert pa.concat_tables(tables).column("a").to_pylist() == [str(number) for number in range(50_000)]


def test_an_empty_parquet_has_no_rows(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer(parquet(pa.table({"a": pa.array([], pa.int8()), "b": pa.array([], pa.string())}))))
    assert read(settings_of_fake, {"format": "parquet"}) == []


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (parquet(pa.table({"a": [1]})), ContractError, "missing column b; found 1 columns: a."),
        (parquet(pa.table([[1], [2], [3]], names=["a", "b", "b"])), ContractError, "found column b more than once"),
        (parquet(pa.table({"a": [b"\xff"], "b": [1]})), ContractError, "found binary in column a that is no text"),
        (parquet(TYPES)[:-20], TransientSourceError, "is damaged or cut short"),
        (b"a,b\n1,2\n", PermanentSourceError, "expected a Parquet file (50 41 52 31)"),
    ],
    ids=["missing column", "column twice", "bytes", "cut short", "CSV"],
)
def test_parquet_that_is_not_as_declared_is_refused(
    fake: FakeSource, settings_of_fake: Settings, body: bytes, kind: type[LagoaError], message: str
) -> None:
    error = refused(fake, settings_of_fake, {"format": "parquet"}, body)
    assert isinstance(error, kind)
    assert message in str(error)


# --- XML

XML = {"format": "xml", "records": "item", "fields": ["id", "nome"], "optional": []}


def test_xml_elements_become_records(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(
        Answer(
            """<?xml version="1.0" encoding="ISO-8859-1"?>
            <!DOCTYPE lista>
            <lista xmlns="urn:x" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><total>2</total><itens>
            <item id="1"><nome>São &amp; João</nome><!-- x --><tel>1</tel><tel>2</tel><tel>3</tel></item>
            <item id="2"><nome></nome><org><cod>5</cod></org><v moeda="BRL">9.10</v><n i:nil="true"/></item>
            </itens></lista>""".encode("latin-1")
        )
    )
    assert read(settings_of_fake, XML) == [
        {"id": "1", "nome": "São & João", "tel": '["1","2","3"]', "org": None, "v": None, "n": None},
        {"id": "2", "nome": None, "tel": None, "org": '{"cod":"5"}', "v": '{"moeda":"BRL","texto":"9.10"}', "n": None},
    ]


def test_xml_comes_in_batches_and_may_be_empty(fake: FakeSource, settings_of_fake: Settings) -> None:
    items = "".join(f'<item id="{number}"><nome>x</nome></item>' for number in range(12_000))
    fake.says(Answer(f"<l>{items}</l>"))
    with FileConnector(context_of(settings_of_fake, XML)) as connector:
        assert [batch.table.num_rows for batch in connector.read({}).batches()] == [5000, 5000, 2000]
    fake.says(Answer("<l/>"))
    assert read(settings_of_fake, XML) == []


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("<l><item id='1'><nome>x</nome></item>", TransientSourceError, "the XML is damaged or cut short (line 1)"),
        ("", TransientSourceError, "the XML is damaged or cut short"),
        ("<l><item id='1'/></l>", ContractError, "missing field nome (in 1 of 1 records)"),
        ("<l><n>2</n><registro/><registro/></l>", ContractError, "found no element 'item' in the XML, expected some or "
         "an empty document; its root holds: n, registro. The source changed its layout: mend `records` in the spec."),
        ('<!DOCTYPE l [<!ENTITY e SYSTEM "file:///etc/passwd">]><l><item id="1"><nome>&e;</nome></item></l>',
         ContractError, "found a document type that declares entities, expected plain XML."),
        ("<!DOCTYPE html><html><body/></html>", PermanentSourceError, "found an HTML page with status 200, expected an "
         "XML file"),
    ],
    ids=["cut short", "empty", "missing child", "another name", "entity", "HTML"],
)  # fmt: skip
def test_xml_that_is_not_as_declared_is_refused(
    fake: FakeSource, settings_of_fake: Settings, body: str, kind: type[LagoaError], message: str
) -> None:
    error = refused(fake, settings_of_fake, XML, body.encode())
    assert isinstance(error, kind)
    assert message in str(error)


# --- in a ZIP, in gzip

PACKED = {
    "csv": b"a,b\n1,2\n",
    "json": json.dumps([{"a": 1, "b": 2}]).encode(),
    "ndjson": b'{"a": 1, "b": 2}\n',
    "xml": b'<l><item a="1"><b>2</b></item></l>',
    "parquet": parquet(pa.table({"a": [1], "b": [2]})),
    "xlsx": workbook([["a", "b"], [1, 2]]),
    "ods": ods([["a", "b"], [1, 2]]),
}


@pytest.mark.parametrize("form", PACKED)
def test_every_format_is_read_out_of_a_zip_and_out_of_gzip(
    fake: FakeSource, settings_of_fake: Settings, form: str
) -> None:
    resource = {"format": form} | ({"records": "item"} if form == "xml" else {})
    fake.says(Answer(zipped(**{"pasta/LEIA__txt": b"x", f"pasta/dados__{form.upper()}": PACKED[form]})))
    assert read(settings_of_fake, resource | {"archive": "zip"}) == AB
    fake.says(Answer(gzip.compress(PACKED[form])))
    assert read(settings_of_fake, resource | {"archive": "gzip"}) == AB


def test_members_are_chosen_by_a_pattern_that_may_name_what_was_asked(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    fake.says(Answer(zipped(x1_Item__csv=b"a,b\n1,2\n", x1_ItemHistorico__csv=b"c\n1\n", x2_Item__csv=b"a,b\n3,4\n")))
    resource = CSV | {"archive": "zip", "path": "/{dia}", "params": {"dia": "x1"}}
    assert read(settings_of_fake, resource | {"member": "{dia}_Item.csv"}, dia="x1") == AB
    assert read(settings_of_fake, resource | {"member": "*_item.CSV"}, dia="x1") == [*AB, {"a": "3", "b": "4"}]


@pytest.mark.parametrize(
    ("resource", "body", "kind", "message"),
    [
        ({"archive": "zip", "member": "x_*.csv"}, zipped(a__csv=b"a,b\n"), ContractError, "found 0 members 'x_*.csv' "
         "in the ZIP (a.csv), expected at least one."),
        ({"archive": "zip"}, zipped(a__csv=b"<!DOCTYPE html>"), PermanentSourceError, "found an HTML page"),
        ({"archive": "gzip"}, gzip.compress(b"a,b\n1,2\n")[:-5], TransientSourceError, "the GZIP of 23 bytes is "
         "damaged or cut short"),
        ({"archive": "gzip"}, gzip.compress(b"a,b\n1,2\n")[:-8] + bytes(8), TransientSourceError, "the GZIP of 28 "
         "bytes is damaged or cut short (CRC check failed"),
        ({"archive": "gzip"}, b"a,b\n1,2\n", PermanentSourceError, "expected a gzip file (1f 8b)."),
        ({}, zipped(a__csv=b"a,b\n"), PermanentSourceError, "starts with 50 4b 03 04, expected a CSV file"),
    ],
    ids=["no member", "HTML inside", "gzip cut short", "gzip checksum", "no gzip", "ZIP as CSV"],
)  # fmt: skip
def test_an_archive_that_is_not_as_declared_is_refused(
    fake: FakeSource,
    settings_of_fake: Settings,
    resource: dict[str, Any],
    body: bytes,
    kind: type[LagoaError],
    message: str,
) -> None:
    error = refused(fake, settings_of_fake, CSV | resource, body)
    assert isinstance(error, kind)
    assert message in str(error)


@pytest.mark.parametrize("archive", ["zip", "gzip"])
def test_a_bomb_is_refused_before_it_fills_the_disk(
    fake: FakeSource, settings_of_fake: Settings, archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.files.unpacking.RATIO_FROM", 2**20)
    text = b"a,b\n" + b"0,0\n" * 2**20
    body = zipped(a__csv=text) if archive == "zip" else gzip.compress(text)
    error = refused(fake, settings_of_fake, CSV | {"archive": archive}, body)
    assert isinstance(error, ContractError)
    assert "expected at most 200 times as much. Nothing was loaded" in str(error)


@pytest.mark.parametrize("archive", ["none", "gzip"])
def test_a_workbook_that_would_fill_the_memory_is_refused(
    fake: FakeSource, settings_of_fake: Settings, archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.files.unpacking.MAX_SHEETS_BYTES", 1000)
    body = workbook([["a", "b"]])
    error = refused(
        fake,
        settings_of_fake,
        {"format": "xlsx", "archive": archive},
        gzip.compress(body) if archive == "gzip" else body,
    )
    assert isinstance(error, ContractError)
    assert "bytes unpacked, expected at most 1,000. Ask the source for CSV." in str(error)


@pytest.mark.slow
def test_a_csv_of_a_gigabyte_is_read_in_little_memory(tmp_path: Path) -> None:
    """A process of its own reads it, so that nothing else counts; sparse on disk it is not, so it is gzip."""
    megabyte = b"".join(b'%07d;"texto com acento \xe7";"1.234,56"\r\n' % number for number in range(27_000))
    path = tmp_path / "grande.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a;b;c\r\n")
        for _ in range(1024 * 2**20 // len(megabyte)):
            file.write(megabyte)
    program = textwrap.dedent(
        f"""
        import resource
        from tests.sources.reading import context_of
        from lagoa.settings import Settings
        from lagoa.sources.connectors.files import FileConnector
        declared = {{"format": "csv", "archive": "gzip", "encoding": "latin-1", "delimiter": ";"}}
        declared["path"] = "/grande.csv.gz"
        context = context_of(Settings(sources="live"), declared, base_url="file://{tmp_path}")
        with FileConnector(context) as connector:
            next(iter(connector.read({{}}).batches()))
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(sum(batch.table.num_rows for batch in connector.read({{}}).batches()))
            print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
        """
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(("include", "."))}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    rows, grown = map(int, done.stdout.split())
    assert rows == 27_000 * (1024 * 2**20 // len(megabyte))
    assert grown < 100
