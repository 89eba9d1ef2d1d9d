"""The command that asks for chosen days again: what it refuses before anything is triggered."""

import pytest
import typer
from typer.testing import CliRunner

from lagoa.cli import backfill
from lagoa.errors import ConfigError


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ibge"], "ibge: found resource (every one), expected some that ask by date: none of its resources does."),
        (
            ["bcb", "--resource", "nada"],
            "bcb: found resource nada, expected some that ask by date: ipca, selic, cambio.",
        ),
    ],
    ids=["a source without windows", "a resource that does not exist"],
)
def test_a_backfill_of_nothing_is_refused(arguments: list[str], told: str) -> None:
    app = typer.Typer()
    backfill.register(app)
    wrong = CliRunner().invoke(app, [*arguments, "--since", "2026-01-01"]).exception
    assert isinstance(wrong, ConfigError)
    assert str(wrong) == told
