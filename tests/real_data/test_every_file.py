"""Every recorded file is ingested by a spec into a real bronze table: as many rows, the same values, none besides."""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.real_data.conftest import RESOURCES, SPECS, Ingested, file_resource
from tests.real_data.independent import Row, checksum, checksum_statement, documented_rows, flat, read

from lagoa.lake.naming import bronze_name
from lagoa.sources.connectors.files.listing import is_pattern, pattern, split

DOCUMENTS = ("README.md",)


def base(source: str) -> str:
    """The folder of a spec, below that of the data."""
    return SPECS[source].connection.base_url.removeprefix("file://{dados}/")


def files_of(folder: Path, source: str, name: str) -> dict[str, str]:
    """The files that a resource reads: what it calls each one (nothing, where it reads only one) -> its path."""
    path = file_resource(SPECS[source], name).path
    whole = base(source) + path
    if not is_pattern(path):
        return {"": whole}
    where, rest = split(whole)
    found = sorted(each.relative_to(folder / where).as_posix() for each in (folder / where).rglob("*"))
    return {each: f"{where}/{each}" for each in found if pattern(rest).fullmatch(each)}


def test_every_file_is_read_by_some_spec(real_data: Path) -> None:
    read_by_specs = {path for source, name in RESOURCES for path in files_of(real_data, source, name).values()}
    present = {each.relative_to(real_data).as_posix() for each in real_data.rglob("*") if each.is_file()}
    assert present - read_by_specs == set(DOCUMENTS)
    assert read_by_specs - present == set()


def test_every_member_of_the_daily_package_is_read_by_some_resource(real_data: Path) -> None:

    package = "portal_transparencia/20250101_Despesas.zip"
    names = [name for source, name in RESOURCES if package in files_of(real_data, source, name).values()]
    wanted = [str(file_resource(SPECS["real_portal"], name).member) for name in names]
    with zipfile.ZipFile(real_data / package) as archive:
        readers = {
            member: [each for each in wanted if pattern(each).fullmatch(member)] for member in archive.namelist()
        }
    assert len(readers) == 11
    assert [member for member, found in readers.items() if len(found) != 1] == []


@pytest.mark.parametrize(("source", "name"), RESOURCES, ids=[".".join(each) for each in RESOURCES])
def test_bronze_holds_what_the_files_hold(ingested: Ingested, source: str, name: str) -> None:
    resource = file_resource(SPECS[source], name)
    member = str(resource.member).lstrip("*") if resource.member else None
    manifest = ingested.manifest(source, name)
    expected, columns = {}, []
    for label, path in files_of(ingested.folder, source, name).items():
        header, rows = read(ingested.folder, path, member)
        columns = [f'"{bronze_name(each)}"' for each in resource.columns or header]
        expected[label] = checksum(rows)
    label = "arquivo" if resource.lists else "''"
    if resource.format in ("json", "ndjson"):
        stored = ingested.query(f"select {label}, {', '.join(columns)} from {table(source, name)}")
        told = {each: checksum(normal(row[1:] for row in stored if row[0] == each)) for each in expected}
        assert {row[0] for row in stored} == set(expected)
    else:
        summed = f"select {label}, count(*), {checksum_statement(columns)} from {table(source, name)} group by 1"
        told = {each: (count, int(total)) for each, count, total in ingested.query(summed)}
        told |= {each: (0, 0) for each in expected if each not in told}
    assert told == expected
    received = {each.asked.get("arquivo", ""): each.received for each in manifest.slices}
    assert received == {each: count for each, (count, _) in expected.items()}


def table(source: str, name: str) -> str:
    return f'bronze."{SPECS[source].table(name)}"'


def normal(rows: Iterable[tuple[str | None, ...]]) -> list[Row]:
    """Rows of JSON records with what is nested spelled as the independent reading spells it."""
    return [[_normal(cell) for cell in row] for row in rows]


def _normal(cell: str | None) -> str | None:
    if cell is None or cell[:1] not in ("{", "["):
        return cell
    return flat(json.loads(cell, parse_float=str, parse_int=str))


def test_the_number_of_rows_is_the_documented_one(ingested: Ingested) -> None:
    """The README was counted by somebody else, with other tools."""
    documented = dict(documented_rows((ingested.folder / "README.md").read_text(encoding="utf-8")))
    received = {}
    for source, name in RESOURCES:
        if file_resource(SPECS[source], name).member is None:
            files = files_of(ingested.folder, source, name)
            for each in ingested.manifest(source, name).slices:
                received[files[each.asked.get("arquivo", "")]] = each.received
    compared = {path: rows for path, rows in documented.items() if path in received and received[path] != 1}
    assert len(compared) > 60
    assert {path: received[path] for path in compared} == compared
