"""IBGE's workbook of municípios: a ZIP with several, six title rows, codes that are texts."""

from pathlib import Path

import pytest
from tests.specs.conftest import arm, extracted

from lagoa.errors import PermanentSourceError, TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated.places import NEW_MUNICIPALITY, places
from lagoa.simulator.recorded import DTB, read_dtb


def test_the_municipalities_come_whole(generated: Settings) -> None:
    _, rows = extracted(generated, "ibge_dtb", "municipios")
    expected = {
        str(place.code): place.name
        for place in places(generated.simulator_seed)
        if place.code != NEW_MUNICIPALITY[0]  # made after the workbook
    }
    assert {row["Código Município Completo"]: row["Nome_Município"] for row in rows} == expected


def test_codes_keep_their_zeros(generated: Settings) -> None:
    _, rows = extracted(generated, "ibge_dtb", "municipios")
    assert all(row["UF"] + row["Município"] == row["Código Município Completo"] for row in rows)
    assert any(row["Município"].startswith("0") for row in rows)


def test_the_recorded_workbook_comes_whole(recorded: Settings, real_data: Path) -> None:
    _, rows = extracted(recorded, "ibge_dtb", "municipios")
    assert [list(row.values()) for row in rows] == read_dtb(real_data / DTB)
    assert len(rows) == 5570


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        ("html_instead_of_zip", PermanentSourceError, "HTML page"),
        ("truncated_zip", TransientSourceError, "damaged or cut short"),
    ],
)
def test_a_spoiled_file_fails_and_says_why(generated: Settings, fault: str, error: type[Exception], told: str) -> None:
    arm(generated, {"source": "ibge_dtb", "fault": fault})
    with pytest.raises(error, match=told):
        extracted(generated, "ibge_dtb", "municipios")
