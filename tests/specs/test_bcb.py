"""Series of the Banco Central: monthly and daily, empty windows, windows that are too wide."""

import json
from pathlib import Path

import pytest
from tests.specs.conftest import answer, extracted

from lagoa.settings import Settings
from lagoa.simulator.generated import prices

LAST = "2026-11-01"


def test_the_daily_series_come_whole(generated: Settings) -> None:
    expected = {"selic": prices.selic(LAST), "cambio": prices.dollar(generated.simulator_seed, LAST)}
    for resource, values in expected.items():
        _, rows = extracted(generated, "bcb", resource)
        assert rows == values


def test_a_daily_series_has_business_days_alone(generated: Settings) -> None:
    days = prices.business_days(LAST)
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert not [day for day in days if (day.month, day.day) in {(1, 1), (9, 7), (12, 25)}]


@pytest.mark.parametrize(
    ("window", "status"),
    [
        ({"dataInicial": "01/01/2010", "dataFinal": "31/12/2019"}, 404),
        ({"dataInicial": "01/01/2010", "dataFinal": "31/12/2026"}, 406),
        ({"dataInicial": "2026-01-01"}, 400),
    ],
    ids=["empty", "wider than ten years", "another format"],
)
def test_a_window_that_cannot_be_answered_says_so(generated: Settings, window: dict[str, str], status: int) -> None:
    assert answer(generated, "/bcb/dados/serie/bcdata.sgs.11/dados", **window).status_code == status


def test_the_recorded_rates_come_whole_and_what_was_not_recorded_is_empty(recorded: Settings, real_data: Path) -> None:
    _, rows = extracted(recorded, "bcb", "selic")
    assert rows == json.loads((real_data / "bcb" / "sgs_11_selic_diaria_2020_excerpt.json").read_bytes())
    assert extracted(recorded, "bcb", "cambio")[1] == []
