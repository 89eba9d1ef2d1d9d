"""The installation that tests/compose/test_compose.py looks at, and how long its steps took."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compose.engine import Stack, engine, timed

from lagoa.settings import Settings

DURATIONS: dict[str, float] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test-compose` asks for it; `make test` does without an engine."""
    parser.addoption("--run-compose", action="store_true", help="build the images and start docker-compose.yml")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the durations."""
    for step, seconds in DURATIONS.items():
        terminalreporter.write_line(f"{seconds:7.1f} s  {step}")


@pytest.fixture(scope="session")
def durations() -> dict[str, float]:
    """How long each step took, in seconds."""
    return DURATIONS


@pytest.fixture(scope="session")
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, durations: dict[str, float]
) -> Iterator[Stack]:
    """The platform in containers, built from this checkout, up and fed by its demonstration."""
    if not request.config.getoption("--run-compose", default=False):
        pytest.skip("Compose: needs a Docker engine; run `make test-compose`")
    folder: Path = tmp_path_factory.mktemp("compose") / "checkout"
    with engine(Settings.load().docker_engine.resolve(), durations) as environment:
        stack = Stack(folder, environment)
        try:
            with timed(durations, "docker compose build"):
                stack.compose("build", "--quiet", timeout=1500)
            with timed(durations, "docker compose up --wait"):
                up(stack)
            with timed(durations, "docker compose run --rm lagoa demo"):
                (folder / "summary").write_text(stack.compose("run", "--rm", "-T", "lagoa", "demo", timeout=1500))
            yield stack
        finally:
            stack.compose("--profile", "tools", "down", "--volumes", "--timeout", "10")


def up(stack: Stack) -> None:
    """Start everything; where something is not healthy in time, show what it said."""
    try:
        stack.compose("up", "--wait", "--wait-timeout", "400", timeout=450)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{stack.compose('logs', '--tail', '30')}") from None
