"""The command line: what it shows, and that a mistake is one red line rather than a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lagoa.platform.credentials import generated_file
from lagoa.platform.locks import differences
from lagoa.platform.removal import remove
from lagoa.settings import PROJECT, Settings


def lagoa(state_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a state folder."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("LAGOA_")}
    return subprocess.run(
        [sys.executable, "-c", "from lagoa.cli import app; app()", *arguments],
        env=inherited | {"LAGOA_STATE_DIR": str(state_dir), "COLUMNS": "200"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_help_names_the_commands(tmp_path: Path) -> None:
    done = lagoa(tmp_path, "--help")
    assert done.returncode == 0
    assert [
        name for name in ("up", "down", "status", "logs", "env", "doctor", "clean") if name not in done.stdout
    ] == []


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (("env",), {"LAGOA_COLOUR": "red"}, "ConfigError settings: LAGOA_COLOUR"),
        (("logs",), {}, "ConfigError logs: found no logs, expected one of: nothing"),
        (("up", "--without", "coffee"), {}, "ConfigError --without: found coffee, expected one of: airflow"),
    ],
    ids=["unknown setting", "no logs", "unknown part"],
)
def test_a_mistake_is_told_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    done = lagoa(tmp_path, *arguments, **environment)
    assert done.returncode == 1
    assert done.stderr.startswith(message)
    assert "Traceback" not in done.stderr


def test_clean_asks_before_it_deletes(tmp_path: Path) -> None:
    (tmp_path / "generated.env").touch()
    done = lagoa(tmp_path, "clean")
    assert (done.returncode, generated_file(Settings(state_dir=tmp_path)).exists()) == (1, True)
    assert "--yes" in done.stderr


def test_clean_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    assert lagoa(tmp_path, "clean", "--yes").returncode == 1
    assert (tmp_path / "thesis.tex").exists()


def test_remove_leaves_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "generated.env").touch()
    remove(Settings(state_dir=state))
    assert not state.exists()


def test_status_of_nothing_says_how_to_start(tmp_path: Path) -> None:
    done = lagoa(tmp_path, "status")
    assert (done.returncode, done.stdout) == (1, "Nothing runs. Start it with `make up`.\n")


def test_doctor_says_what_to_do_in_an_empty_installation(tmp_path: Path) -> None:
    done = lagoa(tmp_path, "doctor")
    assert done.returncode == 1
    assert "Run `make up`." in done.stdout
    assert "Traceback" not in done.stderr


def test_the_installed_packages_are_the_locked_ones() -> None:
    found = differences(PROJECT)
    assert found[".venv"] == []


def test_a_package_of_another_version_is_found(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "pip_tools==1.0 \\\n    --hash=sha256:00\nnothing==2 ; python_version < '3'\n"
    )
    assert differences(tmp_path) == {".venv": ["pip-tools missing instead of 1.0"]}
