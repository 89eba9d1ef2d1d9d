"""`lagoa new-source` in a copy of the project: what it writes passes the project's own checks as it stands."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lagoa.settings import PROJECT
from lagoa.sources.scaffold import KINDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
COPIED = ("include", "dbt_project", "tests", "docs", "pyproject.toml", ".yamllint.yml")
LEFT_OUT = shutil.ignore_patterns("target", "logs", "__pycache__", "*.pyc")
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new source of each kind."""
    home = tmp_path_factory.mktemp("project")
    for name in COPIED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, home / name, ignore=LEFT_OUT)
        else:
            shutil.copy(PROJECT / name, home / name)
    mail = ["new-source", "nova_mail", "--kind", "file", "--url", "imaps://correio.example.org/INBOX"]
    for told in (*map(arguments, KINDS), mail):
        done = run(home, sys.executable, "-P", "-c", "from lagoa.cli import app; app()", *told)
        assert done.returncode == 0, done.stderr
    return home


def arguments(kind: str) -> list[str]:
    return ["new-source", f"nova_{kind}", "--kind", kind, "--domain", "estrutura"]


def run(home: Path, *command: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
    """A command in the copy, with the copy's own code and nothing of the session's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAGOA_")}
    environment |= {
        "PYTHONPATH": str(home / "include"),
        "LAGOA_HOME": str(home),
        "LAGOA_STATE_DIR": str(home / "state"),
    }
    return subprocess.run(
        command, cwd=home / folder, env=environment, capture_output=True, text=True, timeout=500, check=False
    )


def written(home: Path, *patterns: str) -> list[str]:
    found = sorted(str(path) for pattern in patterns for path in home.glob(pattern))
    assert len(found) >= len(KINDS)
    return found


def test_check_sources_takes_them(project: Path) -> None:
    done = run(project, sys.executable, "-P", "-c", "from lagoa.cli import app; app()", "check-sources")
    assert done.returncode == 0, done.stderr
    assert all(f"nova_{kind}" in done.stdout for kind in KINDS)


def test_the_linters_take_them(project: Path) -> None:
    yaml = written(project, "include/sources/nova_*.yml", "include/quality/*/nova_*.yml", "dbt_project/**/*nova_*.yml")
    python = written(project, "tests/specs/test_nova_*.py")
    for command in (
        [str(TOOLS / "yamllint"), "--strict", *yaml],
        [str(TOOLS / "ruff"), "check", *python],
        [str(TOOLS / "ruff"), "format", "--check", *python],
    ):
        done = run(project, *command)
        assert done.returncode == 0, done.stdout
    sql = written(project, "dbt_project/models/silver/estrutura/silver__nova_*.sql")
    done = run(project, str(TOOLS / "sqlfluff"), "lint", "--disable-progress-bar", *sql, folder="dbt_project")
    assert done.returncode == 0, done.stdout


def test_their_own_tests_and_those_on_every_table_pass(project: Path) -> None:
    chosen = [
        *written(project, "tests/specs/test_nova_*.py"),
        "tests/contracts/test_dbt_models.py",
        "tests/quality/test_suite.py",
        "tests/reference/test_reference.py::test_what_is_checked_in_is_what_is_generated",
        "tests/reference/test_reference.py::test_the_schema_takes_every_shipped_spec",
    ]
    done = run(project, sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen)
    assert done.returncode == 0, done.stdout[-5000:]


def test_a_second_time_nothing_is_overwritten(project: Path) -> None:
    done = run(project, sys.executable, "-P", "-c", "from lagoa.cli import app; app()", *arguments("rest"))
    assert done.returncode == 1
    assert "expected none of the files of 'nova_rest'" in done.stderr.replace("\n", " ")
