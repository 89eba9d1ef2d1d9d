"""The commands on specs, run as a person would run them: check-sources, probe, new-source, reference."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from tests.sources.fake_source import Answer, Asked, FakeSource
from tests.sources.valid_specs import BANCO, FONTE
from typer.testing import CliRunner

from lagoa.cli import sources
from lagoa.errors import ConfigError, LagoaError, PermanentSourceError
from lagoa.settings import PROJECT, Settings
from lagoa.sources.checking import domains_of
from lagoa.sources.scaffold import KINDS

Invoke = Callable[..., str]
AGENCY = "sources: [fonte]\nexercicios: [2024, 2025]\n"
SUITE = """\
table: fonte__{resource}
source: fonte
resource: {resource}
description: Registros de teste.
rows: _deleted_at is null
expectations:
  - type: expect_column_values_to_not_be_null
    column: {column}
    severity: critical
    meaning: Todo registro tem código.
"""


@pytest.fixture
def fake() -> Iterator[FakeSource]:
    """A source that answers what a test tells it to."""
    source = FakeSource()
    yield source
    source.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project with one source, one agency and the suites of its tables."""
    add(tmp_path / "include" / "sources" / "fonte.yml", FONTE.replace("domain: teste", "domain: loja"))
    add(tmp_path / "include" / "agencies" / "cidade.yml", AGENCY)
    for resource, column in (("linhas", "id"), ("itens", "linha"), ("anos", "ano")):
        path = tmp_path / "include" / "quality" / "bronze" / f"fonte__{resource}.yml"
        add(path, SUITE.format(resource=resource, column=column))
    shutil.copytree(PROJECT / "include" / "quality" / "gold", tmp_path / "include" / "quality" / "gold")
    project = tmp_path / "dbt_project" / "dbt_project.yml"
    project.parent.mkdir()
    shutil.copy(PROJECT / "dbt_project" / "dbt_project.yml", project)
    return tmp_path


@pytest.fixture
def lagoa(home: Path, fake: FakeSource, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Runs `lagoa <arguments>` in that project and gives what it wrote; a failure is raised."""
    settings = Settings(home=home, state_dir=home / "state", agency="cidade", simulator_url=fake.url, postgres_port=1)
    app = typer.Typer()
    sources.register(app)
    monkeypatch.setattr(Settings, "load", classmethod(lambda _: settings))
    monkeypatch.setattr(sources.console, "width", 200)

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=True)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return invoke


def add(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def rows(output: str) -> list[list[str]]:
    """The cells of a table's lines, without the header."""
    lines = [line.strip("\n") for line in output.splitlines() if line[:1] == "│"]
    return [[cell.strip() for cell in line[1:-1].split("│")] for line in lines]


# --- check-sources


def test_check_sources_lists_every_source_with_what_it_needs(lagoa: Invoke, home: Path) -> None:
    change(home / "include/sources/fonte.yml", "  attempts: 3\n", "  auth: { type: bearer, secret: chave }\n")
    assert rows(lagoa("check-sources")) == [["fonte", "3", "https", "bearer", "chave", "exercicios"]]


@pytest.mark.parametrize(("full_every", "is_told"), [("", True), (", full_every_days: 7", False)])
def test_check_sources_tells_what_an_incremental_table_of_a_database_never_sees(
    lagoa: Invoke, home: Path, full_every: str, is_told: bool
) -> None:
    spec = BANCO.replace("watermark: mudou", f"watermark: mudou{full_every}").replace("domain: teste", "domain: loja")
    suite = SUITE.format(resource="vendas", column="id").replace("fonte", "banco")
    add(home / "include/sources/banco.yml", spec)
    add(home / "include/quality/bronze/banco__vendas.yml", suite)
    told = " ".join(lagoa("check-sources").split())
    assert ("banco.vendas: found the watermark 'mudou' without `full_every_days`." in told) == is_told


def problems(lagoa: Invoke) -> str:
    with pytest.raises(ConfigError) as wrong:
        lagoa("check-sources")
    return str(wrong.value)


def test_check_sources_tells_of_specs_agencies_and_suites_at_once(lagoa: Invoke, home: Path) -> None:
    change(home / "include/sources/fonte.yml", "title: Fonte\n", "")
    change(home / "include/quality/bronze/fonte__anos.yml", "severity: critical", "severity: high")
    add(home / "include/agencies/vila.yml", "- a\n")
    message = problems(lagoa)
    assert "fonte.yml:1: title: found nothing" in message
    assert "bronze/fonte__anos.yml: expectations.0" in message
    assert "vila.yml:1: file: found a list" in message


def test_what_an_agency_lacks_is_told(lagoa: Invoke, home: Path) -> None:
    add(home / "include/agencies/cidade.yml", "exercicio: [2024]\n")
    add(home / "include/agencies/vila.yml", "exercicios: []\n")
    assert problems(lagoa).splitlines() == [
        "agencies:",
        "  cidade.yml: exercicios: found nothing, expected a list, which may be empty: fonte.anos asks for each. "
        "Did you mean 'exercicio'?",
        "  vila.yml: exercicios: found an empty list, expected values: they are part of what fonte.anos asks for. "
        "Add some.",
    ]


def test_an_agencys_source_that_does_not_exist_is_told(lagoa: Invoke, home: Path) -> None:
    change(home / "include/agencies/cidade.yml", "[fonte]", "[fonte, fontes, siafi]")
    assert problems(lagoa).splitlines() == [
        "agencies:",
        "  cidade.yml: sources: found 'fontes', expected one of: fonte. Did you mean 'fonte'?",
        "  cidade.yml: sources: found 'siafi', expected one of: fonte. Correct it.",
    ]


@pytest.mark.parametrize(
    ("domain", "remedy"),
    [
        ("lojas", "Did you mean 'loja'?"),
        ("xyz", "Choose one, or add it to dbt_project/dbt_project.yml first."),
    ],
)
def test_a_domain_that_nobody_builds_is_told(lagoa: Invoke, home: Path, domain: str, remedy: str) -> None:
    change(home / "include/sources/fonte.yml", "domain: loja", f"domain: {domain}")
    domains = ", ".join(domains_of(home))
    assert problems(lagoa).splitlines() == [
        "domains:",
        f"  fonte.yml: domain: found '{domain}', expected one of: {domains}. {remedy}",
    ]


def test_a_placeholder_that_the_agency_does_not_fill_is_told(lagoa: Invoke, home: Path) -> None:
    change(home / "include/sources/fonte.yml", "{ formato: json }", "{ orgao: '{siorg}', uf: '{exercicios}' }")
    change(home / "include/sources/fonte.yml", "example.org/api", "{empresa}.example.org/api")
    assert problems(lagoa).splitlines() == [
        "agencies:",
        "  cidade.yml: empresa: found nothing, expected one value: fonte: connection.base_url holds {empresa}. Add it.",
        "  cidade.yml: siorg: found nothing, expected one value: fonte: resources.linhas.params.orgao holds {siorg}. "
        "Add it.",
        "  cidade.yml: exercicios: found 2 values, expected one: fonte: resources.linhas.params.uf holds {exercicios}. "
        "Keep one.",
    ]


@pytest.mark.parametrize(
    ("agency", "problem"),
    [
        (
            "",
            "desde: found nothing, expected a date such as 2025-01-31: fonte.linhas's window has it as `first`.",
        ),
        (
            "desde: ontem\nate: []\n",
            "desde: found ontem, expected a date such as 2025-01-31 for fonte.linhas's window.",
        ),
        ("desde: []\nate: []\n", "desde: found nothing, expected a date such as 2025-01-31 for fonte.linhas's window."),
        (
            "desde: 2025-02-01\nate: 2025-01-31\n",
            "ate: found 2025-01-31, expected a day from 2025-02-01 on, where fonte.linhas's window begins.",
        ),
    ],
    ids=["missing", "no date", "empty", "out of order"],
)
def test_an_agencys_dates_are_checked(lagoa: Invoke, home: Path, agency: str, problem: str) -> None:
    window = "    window: { start: de, format: '%Y-%m-%d', first: desde, last: ate }\n    nested: [partes]\n"
    change(home / "include/sources/fonte.yml", "    nested: [partes]\n", window)
    add(home / "include/agencies/cidade.yml", AGENCY + agency)
    assert f"\n  cidade.yml: {problem}" in problems(lagoa)


def test_suites_that_do_not_fit_their_table_are_told(lagoa: Invoke, home: Path) -> None:
    folder = home / "include" / "quality" / "bronze"
    (folder / "fonte__itens.yml").unlink()
    change(folder / "fonte__linhas.yml", "column: id", "columns: [ids, nome]")
    change(folder / "fonte__anos.yml", "resource: anos", "resource: meses")
    add(folder / "fonte__dias.yml", SUITE.format(resource="dias", column="dia"))
    assert problems(lagoa).splitlines() == [
        "bronze suites:",
        "  include/quality/bronze/fonte__linhas.yml: found the column 'ids', expected one that a field of fonte.linhas "
        "becomes. Did you mean 'id'?",
        "  include/quality/bronze/fonte__itens.yml: found no file, expected a suite for fonte.itens. Write it.",
        "  include/quality/bronze/fonte__anos.yml: found source 'fonte' and resource 'meses', expected 'fonte' and "
        "'anos'. Correct them.",
        "  include/quality/bronze/fonte__dias.yml: found no resource of that name, expected one. Remove the suite.",
    ]


# --- probe


def test_probe_shows_what_came_beside_what_is_declared_in_one_request(
    lagoa: Invoke, home: Path, fake: FakeSource
) -> None:
    paging = "    records: dados\n    paging: { type: page_number, page: p, page_size: 2, total: total }\n    nested:"
    change(home / "include/sources/fonte.yml", "    nested:", paging)
    records = [
        {"id": 1, "nome": {"social": "Ana"}, "partes": "três", "cor": "verde"},
        {"id": 20, "nome": None, "partes": None},
    ]
    fake.says(Answer({"dados": records, "total": 7}))
    output = lagoa("probe", "fonte", "linhas")
    assert "fonte.linhas (formato=json): 2 records came, 7 announced" in output
    assert rows(output) == [
        ["id", "plain", "2 of 2", "whole number", "1–2", ""],
        ["nome", "plain", "1 of 2", "object", "16", "is nested"],
        ["mudou", "plain", "0 of 2", "", "", "missing"],
        ["partes", "nested", "1 of 2", "text", "6", "is not nested"],
        ["cor", "", "1 of 2", "text", "5", "new"],
    ]
    assert "4 of 5 fields are not as declared:" in output
    assert [asked.path for asked in fake.asked] == ["/fonte/api/linhas"]
    assert not (home / "state").exists()


def test_probe_shows_no_value_unless_asked_and_never_one_of_personal_data(
    lagoa: Invoke, home: Path, fake: FakeSource
) -> None:
    change(home / "include/sources/fonte.yml", "fields: [id, nome, mudou]", "fields: [id, nome, mudou, obs, situacao]")
    change(home / "include/sources/fonte.yml", "    nested:", "    personal: { nome: mask, partes: drop }\n    nested:")
    record = {
        "id": "x1",
        "nome": "Maria das Dores",
        "mudou": "2025-01-01",
        "obs": "escreva a maria@example.org",
        "situacao": "CPF 123.456.789-09",
        "partes": [{"dono": "José"}],
        "mae": "Ana",
    }
    fake.says(Answer([record]))
    without = lagoa("probe", "fonte", "linhas")
    assert not any(str(value) in without for value in record.values() if isinstance(value, str))
    fields = {line[0]: line for line in rows(lagoa("probe", "fonte", "linhas", "--values"))}
    assert {name: line[5] for name, line in fields.items()} == {
        "id": "x1",
        "nome": "",
        "mudou": "2025-01-01",
        "obs": "",
        "situacao": "",
        "partes": "",
        "mae": "",
    }
    assert fields["nome"][1:5] == ["plain, personal", "1 of 1", "text", "15"]


def test_probe_reads_a_file_of_the_first_of_the_agencys_list(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer("ano,valor,obs\n2024,1.5,\n2024,2,sim\n"))
    output = lagoa("probe", "fonte", "anos")
    assert "fonte.anos (ano=2024): 2 records came, no total announced" in output
    assert rows(output)[:2] == [
        ["ano", "plain", "2 of 2", "whole number", "4", ""],
        ["valor", "plain", "2 of 2", "number", "1–3", ""],
    ]
    assert {asked.path for asked in fake.asked} == {"/fonte/api/anos/2024"}


def test_probe_takes_parameters_by_hand(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer("ano,valor\n2030,1\n"))
    assert "(ano=2030)" in lagoa("probe", "fonte", "anos", "--param", "ano=2030")


def test_probe_asks_for_a_child_by_a_parent_that_is_given(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer([{"numero": 1, "valor": 2.50}]))
    output = lagoa("probe", "fonte", "itens", "--param", "linha=8")
    assert [asked.path for asked in fake.asked] == ["/fonte/api/linhas/8/itens"]
    assert [line[1] for line in rows(output)] == ["plain", "plain", "added"]
    assert "Every field is as declared." in output


def test_probe_of_a_source_asks_each_resource_and_tells_at_the_end_what_failed(lagoa: Invoke, fake: FakeSource) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer([{"id": 1}]) if asked.path.endswith("/linhas") else Answer(status=404)

    fake.answers_by(answer)
    with pytest.raises(LagoaError) as wrong:
        lagoa("probe", "fonte")
    told = [line.partition(":")[0] for line in str(wrong.value).splitlines()]
    assert told == ["probe", "  fonte.anos (ano=2024)", "  fonte.itens"]
    assert [asked.path for asked in fake.asked] == ["/fonte/api/linhas", "/fonte/api/anos/2024"]


def test_probe_tells_once_what_every_resource_lacks(lagoa: Invoke, home: Path) -> None:
    add(home / "include/agencies/cidade.yml", "- a\n")
    with pytest.raises(ConfigError) as wrong:
        lagoa("probe", "fonte")
    assert str(wrong.value) == "cidade.yml:1: file: found a list, expected lists by name. Write `name: [a, b]`."


def test_probe_says_who_is_asked(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer([]))
    told = "The simulator is asked; for the source itself set LAGOA_SOURCES=live."
    assert told in " ".join(lagoa("probe", "fonte", "linhas").split())


def test_probe_of_nothing_says_so(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer([]))
    assert "No record came: choose other parameters with --param." in lagoa("probe", "fonte", "linhas")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fontes",), "source: found 'fontes', expected one of: fonte. Did you mean 'fonte'?"),
        (
            ("fonte", "linha"),
            "fonte: found resource 'linha', expected one of: linhas, itens, anos. Did you mean 'linhas'?",
        ),
        (
            ("fonte", "--param", "ano=1"),
            "fonte: found --param for every resource, expected it for one. Name the resource.",
        ),
        (("fonte", "anos", "--param", "ano"), "--param: found 'ano', expected name=value. Correct it."),
        (
            ("fonte", "anos", "--param", "anos=1"),
            "fonte.anos: found the parameter 'anos', expected one of: ano. Did you mean 'ano'?",
        ),
        (
            ("fonte", "itens"),
            "fonte.itens: found no row of 'linhas' in bronze, expected one to ask for. Ingest it first, or give "
            "--param linha=….",
        ),
    ],
    ids=["source", "resource", "parameters for all", "no value", "unknown parameter", "no parent"],
)
def test_what_cannot_be_probed_is_told(lagoa: Invoke, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        lagoa("probe", *arguments)
    assert str(wrong.value) == message


def test_probe_fails_as_the_source_does(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer({"erro": "x"}, status=404))
    with pytest.raises(PermanentSourceError, match="the source answered 404"):
        lagoa("probe", "fonte", "linhas")


# --- new-source


def test_probe_does_not_let_somebody_wait_for_a_source_that_is_down(lagoa: Invoke, fake: FakeSource) -> None:
    fake.says(Answer(status=503))
    with pytest.raises(LagoaError, match="answered 503"):
        lagoa("probe", "fonte", "linhas")
    assert len(fake.asked) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_new_source_writes_what_check_sources_takes(lagoa: Invoke, home: Path, kind: str) -> None:
    output = lagoa("new-source", "nova", "--kind", kind, "--domain", "loja", "--resource", "vendas")
    written = {line.removeprefix("written ") for line in output.splitlines() if line.startswith("written ")}
    assert {path for path in written if not path.startswith("tests/specs/recorded")} >= {
        "include/sources/nova.yml",
        "tests/specs/test_nova.py",
        "include/quality/bronze/nova__vendas.yml",
        "dbt_project/models/silver/loja/_source_nova.yml",
        "dbt_project/models/silver/loja/silver__nova_vendas.sql",
        "dbt_project/models/silver/loja/silver__nova_vendas.yml",
        "include/quality/silver/nova_vendas.yml",
        "docs/reference/sources.md",
    }
    assert "\nNext: " in output
    assert [line[0] for line in rows(lagoa("check-sources")) if line[0]] == ["fonte", "nova"]
    lagoa("reference", "--check")


def test_new_source_takes_its_address(lagoa: Invoke, home: Path) -> None:
    lagoa("new-source", "nova", "--kind", "rest", "--url", "https://api.cidade.example.org/v2/")
    assert "  base_url: https://api.cidade.example.org/v2\n" in (home / "include/sources/nova.yml").read_text("utf-8")
    lagoa("new-source", "banco", "--kind", "sql", "--url", "mysql+pymysql://banco.example.org/loja")
    address = "mysql+pymysql://{secret:banco_user}:{secret:banco_password}@banco.example.org/loja"
    assert f"  base_url: {address}\n" in (home / "include/sources/banco.yml").read_text("utf-8")


def test_new_source_overwrites_nothing(lagoa: Invoke, home: Path) -> None:
    before = (home / "include/sources/fonte.yml").read_text("utf-8")
    with pytest.raises(ConfigError, match=r"found include/sources/fonte\.yml, expected none of the files of 'fonte'"):
        lagoa("new-source", "fonte", "--kind", "rest")
    assert (home / "include/sources/fonte.yml").read_text("utf-8") == before
    assert not (home / "tests").exists()


def test_what_a_new_source_cannot_be_is_told_at_once(lagoa: Invoke) -> None:
    with pytest.raises(ConfigError) as wrong:
        lagoa("new-source", "Nova", "--kind", "files", "--domain", "lojas")
    domains = re.search(r"found 'lojas', expected one of: (.*)\. Did you mean 'loja'\?", str(wrong.value))
    assert domains
    assert str(wrong.value).splitlines() == [
        "new-source:",
        "  the name: found 'Nova', expected a name of small letters, digits and _ that begins with a letter.",
        "  --kind: found 'files', expected one of: rest, file, soap, sql. Did you mean 'file'?",
        f"  --domain: found 'lojas', expected one of: {domains[1]}. Did you mean 'loja'?",
    ]


def test_an_address_that_a_kind_cannot_read_is_told(lagoa: Invoke) -> None:
    with pytest.raises(ConfigError) as wrong:
        lagoa("new-source", "nova", "--kind", "rest", "--url", "s3://balde")
    assert str(wrong.value) == (
        "new-source:\n  --url: found 's3://balde', expected an address of one of: https. Correct it."
    )


# --- reference


def test_reference_writes_and_checks(lagoa: Invoke, home: Path) -> None:
    with pytest.raises(ConfigError, match=r"reference:\n  docs/reference/source\.schema\.json: found another text"):
        lagoa("reference", "--check")
    assert lagoa("reference").splitlines() == [
        "written docs/reference/source.schema.json",
        "written docs/reference/sources.md",
        "written include/sources/fonte.yml",
    ]
    assert lagoa("reference", "--check") == ""
    assert (home / "docs/reference/sources.md").is_file()
