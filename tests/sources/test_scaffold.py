"""A new source's files, for every kind of address: they hold against all checks, or nothing is written."""

import shutil
from pathlib import Path

import pytest

from lagoa.errors import ConfigError
from lagoa.settings import PROJECT, Settings
from lagoa.sources.checking import check_sources, doubts
from lagoa.sources.scaffold import NewSource, create

ADDRESSES = [
    ("rest", None),
    ("rest", "https://api.example.org/v2/"),
    ("soap", "https://soap.example.org"),
    ("file", "https://dados.example.org/abertos"),
    ("file", "http://dados.example.org"),
    ("file", "s3://balde/pasta"),
    ("file", "gs://balde"),
    ("file", "sftp://arquivos.example.org:2222/saida"),
    ("file", "file:///srv/dados"),
    ("file", "file://{pasta_planilhas}"),
    ("file", "imaps://correio.example.org/INBOX"),
    ("file", "imaps://correio.example.org:993"),
    ("sql", "mysql+pymysql://banco.example.org/base"),
    ("sql", "postgresql+psycopg2://{secret:a}:{secret:b}@banco.example.org/base"),
    ("sql", "sqlite:////srv/base.db"),
    ("sql", "duckdb:///srv/base.duckdb"),
]
REFUSED = [
    ("file", "sftp://maria@arquivos.example.org", "found a user before the host"),
    ("file", "file://{pasta_nenhuma}", "pasta_nenhuma"),
    ("file", "file:///", "expected YAML"),
    ("file", "imaps://correio.example.org /INBOX", "without blanks"),
    ("file", "imaps://{caixa: x}", "found"),
    ("rest", "https://api.example.org/{secret:chave}", "found a secret in an address"),
    ("rest", "imaps://correio.example.org", "--url: found 'imaps://correio.example.org'"),
    ("rest", "http://api.example.org", "--url: found 'http://api.example.org'"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The specs, suites and agencies of the project, which a new source is added to."""
    for name in ("sources", "agencies", "quality"):
        shutil.copytree(PROJECT / "include" / name, tmp_path / "include" / name)
    (tmp_path / "dbt_project").mkdir()
    shutil.copy(PROJECT / "dbt_project" / "dbt_project.yml", tmp_path / "dbt_project")
    return tmp_path


def files(home: Path) -> set[Path]:
    return {path for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("kind", "url"), ADDRESSES)
def test_a_new_source_of_any_address_passes_the_checks(home: Path, kind: str, url: str | None) -> None:
    create(home, NewSource("nova", kind, "estrutura", url=url))
    specs = check_sources(Settings(home=home))
    assert [resource.kind for resource in specs["nova"].resources.values()] == [kind]
    assert not [doubt for doubt in doubts(specs) if doubt.startswith("nova.")]
    create(home, NewSource("outra", kind, "estrutura", url=url))
    assert "outra" in check_sources(Settings(home=home))


@pytest.mark.parametrize(("kind", "url", "told"), REFUSED)
def test_an_address_that_makes_no_valid_spec_leaves_nothing_behind(home: Path, kind: str, url: str, told: str) -> None:
    before = files(home)
    with pytest.raises(ConfigError) as error:
        create(home, NewSource("nova", kind, "estrutura", url=url))
    assert told in str(error.value)
    assert files(home) == before
    assert "nova" not in check_sources(Settings(home=home))


def test_nothing_is_written_beside_specs_that_are_wrong(home: Path) -> None:
    (home / "include" / "sources" / "errada.yml").write_text("source: errada\n", encoding="utf-8")
    before = files(home)
    with pytest.raises(ConfigError, match=r"errada\.yml:1"):
        create(home, NewSource("nova", "rest", "estrutura"))
    assert files(home) == before


def test_a_table_that_another_source_has_is_refused(home: Path) -> None:
    create(home, NewSource("nova", "rest", "estrutura", resource="a__b"))
    with pytest.raises(ConfigError, match="the table nova__a__b: found it in nova, too"):
        create(home, NewSource("nova__a", "rest", "estrutura", resource="b"))
