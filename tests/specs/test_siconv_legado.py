"""Old SICONV data: a header that names `id` twice, columns that came and went, money as a spreadsheet shows it."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from tests.specs.conftest import at_edition, extracted, loaded, query

from lagoa.settings import Settings
from lagoa.simulator.generated import old_agreements

FILES = {
    "programas": ("programas_siconv_2013-01-24.csv.gz", ","),
    "orgaos": ("siconv_orgaos.csv.gz", ","),
    "concedentes": ("siconv_concedentes.csv.gz", ","),
    "mapa_convenios_painel": ("mapa_convenios_painel.csv.gz", ";"),
}


def recorded_rows(folder: Path, name: str, delimiter: str) -> list[list[str]]:
    text = gzip.decompress((folder / "siconv" / name).read_bytes()).decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("resource", FILES)
def test_a_recorded_file_comes_whole(recorded: Settings, real_data: Path, resource: str) -> None:
    header, *expected = recorded_rows(real_data, *FILES[resource])
    _, rows = extracted(recorded, "siconv_legado", resource)
    names = ["id", "uri", "cod_siasg", "id_repetido", "nome", "orgao_superior"] if resource == "orgaos" else header
    assert [[row[name] for name in names] for row in rows] == expected


def test_the_drift_between_two_recorded_snapshots_is_noted(recorded: Settings, real_data: Path) -> None:
    for edition in (1, "last"):
        at_edition(recorded, "siconv_legado", edition)
        loaded(recorded, "siconv_legado", "programas")
    before, after = (
        {row[names.index("cod_programa_siconv")] for row in rows}
        for names, *rows in (
            recorded_rows(real_data, f"programas_siconv_{day}.csv.gz", ",") for day in ("2012-11-07", "2013-01-24")
        )
    )
    statement = (
        "select count(*) filter (where _deleted_at is null) as present,"
        " count(*) filter (where _deleted_at is not null) as gone from bronze.siconv_legado__programas"
    )
    assert query(recorded, statement) == [{"present": len(after), "gone": len(before - after)}]
    vanished = (
        "select column_name from ops.schema_changes where source = 'siconv_legado' and change = 'vanished'"
        " and column_name in ('id', 'data_publicacao_dou')"
    )
    assert query(recorded, vanished) == [{"column_name": "id"}]  # the other never had a value


def test_columns_are_taken_by_position_where_the_header_repeats_a_name(generated: Settings) -> None:
    _, rows = extracted(generated, "siconv_legado", "orgaos")
    expected = list(old_agreements.orgaos())
    assert [tuple(row.values()) for row in rows] == expected
    assert rows[0]["orgao_superior"] == "<objeto: http://api.convenios.gov.br/siconv/id/orgao/-9>"


def test_the_panel_keeps_its_padded_money_as_it_is_written(generated: Settings) -> None:
    _, rows = extracted(generated, "siconv_legado", "mapa_convenios_painel")
    expected = list(old_agreements.painel(generated.simulator_seed, generated.simulator_scale))
    assert [tuple(row.values()) for row in rows] == expected
    assert " -   " in {row[" VL_CONTRAPARTIDA_CONV"] for row in rows}
