"""The grammar of sources: what is valid, and what each mistake is told as."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from lagoa.errors import ConfigError
from lagoa.sources.spec import SourceSpec, load_agency, load_specs

VALID: dict[str, Any] = {
    "source": "fonte",
    "title": "Fonte",
    "url": "https://example.org",
    "domain": "teste",
    "owner": "Alguém",
    "licence": "Nenhuma",
    "schedule": "0 5 * * *",
    "connection": {"base_url": "https://example.org/api"},
    "resources": {
        "linhas": {
            "title": "Linhas",
            "kind": "rest",
            "path": "/linhas",
            "fields": ["id", "nome", "mudou"],
            "write": {"mode": "merge", "key": ["id"], "watermark": "mudou"},
        },
        "anos": {
            "title": "Anos",
            "kind": "file",
            "format": "zip_csv",
            "path": "/anos/{ano}",
            "for_each": {"ano": "exercicios"},
            "fields": ["ano"],
            "write": {"mode": "replace_partition", "partition": "ano"},
        },
    },
}
LEAVE_OUT = object()
ROWS = "resources.linhas"
YEARS = "resources.anos"
NUMBERED = {"type": "page_number", "page": "p", "size": "s", "page_size": 50, "total": "t", "pages": "n"}
WINDOW = {"start": "de", "end": "ate", "format": "%Y", "max_days": 30, "first": "2020-01-01"}

CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no title": ({"title": LEAVE_OUT}, ["title: Field required"]),
    "a key that does not exist": ({"titel": "x"}, ["titel: Extra inputs are not permitted"]),
    "a source in capitals": ({"source": "Fonte"}, ["source: String should match pattern '^[a-z][a-z0-9_]*$'"]),
    "another name than the file": (
        {"source": "outra"},
        ["source: found 'outra', expected the file's name 'fonte'"],
    ),
    "no resources": (
        {"resources": {}},
        ["resources: Dictionary should have at least 1 item after validation, not 0"],
    ),
    "a schedule of four fields": (
        {"schedule": "0 5 * *"},
        [r"schedule: String should match pattern '^(@\w+|\S+( \S+){4})$'"],
    ),
    "http": (
        {"connection.base_url": "http://example.org"},
        [r"connection.base_url: String should match pattern '^https://[^\s]+[^/\s]$'"],
    ),
    "a slash at the end": (
        {"connection.base_url": "https://example.org/"},
        [r"connection.base_url: String should match pattern '^https://[^\s]+[^/\s]$'"],
    ),
    "no attempts": ({"connection.attempts": 0}, ["connection.attempts: Input should be greater than or equal to 1"]),
    "no time": ({"connection.timeout_seconds": 0}, ["connection.timeout_seconds: Input should be greater than 0"]),
    "too many at once": (
        {"connection.concurrency": 99},
        ["connection.concurrency: Input should be less than or equal to 32"],
    ),
    "a resource name with a blank": (
        {"resources.as linhas": VALID["resources"]["linhas"]},
        ["resources.as linhas.[key]: String should match pattern '^[a-z][a-z0-9_]*$'"],
    ),
    "a table name that is too long": (
        {f"resources.{'x' * 60}": VALID["resources"]["linhas"]},
        [
            f"file: Value error, ['{'x' * 60}']: <source>__<resource> is longer than 63 characters. Shorten it",
        ],
    ),
    "an unknown kind": (
        {f"{ROWS}.kind": "soap"},
        [f"{ROWS}: Input tag 'soap' found using 'kind' does not match any of the expected tags: 'rest', 'file'"],
    ),
    "no kind": ({f"{ROWS}.kind": LEAVE_OUT}, [f"{ROWS}: Unable to extract tag using discriminator 'kind'"]),
    "an unknown mode": (
        {f"{ROWS}.write.mode": "upsert"},
        [
            f"{ROWS}.write: Input tag 'upsert' found using 'mode' does not match any of the expected tags: 'merge', "
            "'snapshot', 'replace_partition', 'append'"
        ],
    ),
    "an unknown paging": (
        {f"{ROWS}.paging": {"type": "cursor"}},
        [
            f"{ROWS}.paging: Input tag 'cursor' found using 'type' does not match any of the expected tags: "
            "'page_number', 'limit_offset', 'single'"
        ],
    ),
    "a path without a slash": ({f"{ROWS}.path": "linhas"}, [f"{ROWS}.path: String should match pattern '^/'"]),
    "no fields": (
        {f"{ROWS}.fields": []},
        [f"{ROWS}.fields: List should have at least 1 item after validation, not 0"],
    ),
    "no key": (
        {f"{ROWS}.write.key": []},
        [f"{ROWS}.write.key: List should have at least 1 item after validation, not 0"],
    ),
    "a key that is no field": (
        {f"{ROWS}.write.key": ["codigo"]},
        [f"{ROWS}: Value error, ['codigo'] named under `write` or `optional`, expected among `fields` or `nested`"],
    ),
    "a watermark that is no field": (
        {f"{ROWS}.write.watermark": "data"},
        [f"{ROWS}: Value error, ['data'] named under `write` or `optional`, expected among `fields` or `nested`"],
    ),
    "a partition that is no field": (
        {f"{YEARS}.write.partition": "exercicio"},
        [f"{YEARS}: Value error, ['exercicio'] named under `write` or `optional`, expected among `fields` or `nested`"],
    ),
    "an optional field that is none": (
        {f"{ROWS}.optional": ["x"]},
        [f"{ROWS}: Value error, ['x'] named under `write` or `optional`, expected among `fields` or `nested`"],
    ),
    "an optional key": (
        {f"{ROWS}.optional": ["id"]},
        [
            f"{ROWS}: Value error, ['id'] named under `write`, so expected in every record, not under `optional`",
        ],
    ),
    "two fields of one column": (
        {f"{ROWS}.fields": ["id", "nome", "NOME", "mudou"]},
        [f"{ROWS}: Value error, fields 'nome' and 'NOME' both become column 'nome'"],
    ),
    "a field that is nested, too": (
        {f"{ROWS}.nested": ["nome"]},
        [f"{ROWS}: Value error, fields 'nome' and 'nome' both become column 'nome'"],
    ),
    "a path that nothing fills": (
        {f"{YEARS}.path": "/anos/{ano}/{mes}"},
        [f"{YEARS}: Value error, path: nothing fills ['mes'], expected under `params` or `for_each`"],
    ),
    "a parameter given twice": (
        {f"{ROWS}.params": {"de": 1}, f"{ROWS}.window": WINDOW},
        [
            f"{ROWS}: Value error, parameter ['de'] is given twice, expected once in `params`, `for_each` and `window`",
        ],
    ),
    "a partition that several requests bring": (
        {f"{YEARS}.for_each": {"ano": "exercicios", "uf": "ufs"}},
        [
            f"{YEARS}: Value error, `replace_partition` needs `for_each` with the partition's parameter alone and no "
            "`window`, so that one request brings a whole partition"
        ],
    ),
    "numbered pages without records": (
        {f"{ROWS}.paging": NUMBERED},
        [
            f"{ROWS}: Value error, paging by page_number needs `records`: the body holds the totals beside the records",
        ],
    ),
    "an order without the key": (
        {f"{ROWS}.paging": {"type": "limit_offset", "page_size": 10, "order": "nome.desc"}},
        [
            f"{ROWS}: Value error, paging.order lacks ['id'] of the key, expected a total order: pages would overlap",
        ],
    ),
    "a page of no rows": (
        {f"{ROWS}.paging": {"type": "limit_offset", "page_size": 0, "order": "id"}},
        [f"{ROWS}.paging.page_size: Input should be greater than 0"],
    ),
    "a shrink beyond everything": (
        {f"{YEARS}.write.max_shrink": 1.5},
        [f"{YEARS}.write.max_shrink: Input should be less than or equal to 1"],
    ),
    "a full extraction every no days": (
        {f"{ROWS}.write.full_every_days": 0},
        [f"{ROWS}.write.full_every_days: Input should be greater than 0"],
    ),
    "a window that begins nowhere": (
        {f"{ROWS}.window": WINDOW | {"first": "yesterday"}},
        [f"{ROWS}.window.first: Input should be a valid date or datetime, input is too short"],
    ),
    "a file of an unknown format": (
        {f"{YEARS}.format": "xlsx"},
        [f"{YEARS}.format: Input should be 'zip_csv' or 'csv'"],
    ),
    "a file with paging": (
        {f"{YEARS}.paging": {"type": "single"}},
        [f"{YEARS}.paging: Extra inputs are not permitted"],
    ),
    "several mistakes at once": (
        {"title": LEAVE_OUT, "connection.attempts": 0, f"{ROWS}.path": "x", f"{YEARS}.format": "xlsx"},
        [
            "title: Field required",
            "connection.attempts: Input should be greater than or equal to 1",
            f"{ROWS}.path: String should match pattern '^/'",
            f"{YEARS}.format: Input should be 'zip_csv' or 'csv'",
        ],
    ),
}  # fmt: skip


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The valid spec with some places set or left out."""
    spec = copy.deepcopy(VALID)
    for place, value in changes.items():
        *folders, last = place.split(".")
        target = spec
        for folder in folders:
            target = target[folder]
        if value is LEAVE_OUT:
            del target[last]
        else:
            target[last] = value
    return spec


def write(folder: Path, name: str, spec: object) -> None:
    text = spec if isinstance(spec, str) else yaml.safe_dump(spec, allow_unicode=True, sort_keys=False)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def told(folder: Path) -> str:
    with pytest.raises(ConfigError) as wrong:
        load_specs(folder)
    return str(wrong.value)


def test_the_valid_spec_is_valid(tmp_path: Path) -> None:
    write(tmp_path, "fonte", VALID)
    assert load_specs(tmp_path) == {"fonte": SourceSpec.model_validate(VALID)}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_by_file_and_place(tmp_path: Path, case: str) -> None:
    changes, problems = CASES[case]
    write(tmp_path, "fonte", changed(changes))
    listed = "".join(f"\n  fonte.yml: {problem}" for problem in problems)
    assert told(tmp_path) == f"source specs:{listed}\nMend the files named, then `lagoa check-sources`."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "file: Input should be a valid dictionary or instance of SourceSpec"),
        ("- a\n- b\n", "file: Input should be a valid dictionary or instance of SourceSpec"),
        ("a: [1\n", "not YAML: while parsing a flow sequence"),
        ("source: a\nsource: b\n", 'not YAML: key source comes twice in "<unicode string>", line 1'),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", 'not YAML: key b comes twice in "<unicode string>", line 2'),
    ],
    ids=["empty", "a list", "not YAML", "a key twice", "a key twice further in"],
)
def test_a_file_that_is_no_spec_is_told(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, "fonte", text)
    assert f"\n  fonte.yml: {problem}" in told(tmp_path)


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, "fonte", changed({"title": LEAVE_OUT}))
    write(tmp_path, "outra", changed({"source": "outra", "owner": LEAVE_OUT}))
    write(tmp_path, "boa", changed({"source": "boa"}))
    write(tmp_path, "torta", "a: [")
    message = told(tmp_path)
    assert [line.split(":")[0] for line in message.splitlines()[1:-1]] == ["  fonte.yml", "  outra.yml", "  torta.yml"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == f"source specs: found none in {tmp_path}, expected <source>.yml files. Restore the folder."


def test_specs_cannot_be_changed(tmp_path: Path) -> None:
    write(tmp_path, "fonte", VALID)
    with pytest.raises(ValueError, match="frozen"):
        load_specs(tmp_path)["fonte"].title = "x"  # type: ignore[misc]


def test_the_shipped_specs_name_their_tables_and_keys_as_bronze_does(shipped: dict[str, SourceSpec]) -> None:
    resources = [(spec.table(name), each) for spec in shipped.values() for name, each in spec.resources.items()]
    assert {(table, *resource.key) for table, resource in resources} == {
        ("bcb__ipca", "data"),
        ("ibge__estados", "id"),
        ("ibge__municipios", "id"),
        ("pncp__contratacoes", "numero_controle_pncp"),
        ("portal_transparencia__orcamento_despesa",),
        ("transferegov__programa_especial", "id_programa"),
        ("transferegov__ordem_pagamento_ordem_bancaria_especial", "id_op_ob"),
        ("transferegov__historico_pagamento_especial", "id_historico_op_ob"),
        (
            "transferegov__finalidade_especial",
            "id_executor",
            "cd_area_politica_publica_tipo_pt",
            "cd_area_politica_publica_pt",
        ),
        ("transferegov__relatorio_gestao_novo_especial", "id_relatorio_gestao_novo"),
    }  # fmt: skip
    assert shipped["pncp"].resources["contratacoes"].watermark == "data_atualizacao_global"


# --- agencies


def test_an_agencys_lists_are_texts(tmp_path: Path) -> None:
    write(tmp_path, "cidade", "exercicios: [2024, 2025]\nmunicipios: []\n")
    assert load_agency(tmp_path, "cidade") == {"exercicios": ["2024", "2025"], "municipios": []}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "vila",
            "a: [1]",
            "LAGOA_AGENCY: found 'vila', expected one of: cidade. Or add vila.yml to include/agencies.",
        ),
        ("cidade", "a: 1\nb: [1]\nc: x", "cidade.yml: a, c: expected lists. Write `a: [a, b]`."),
        ("cidade", "- a", "cidade.yml: found list, expected lists by name. Write `name: [a, b]`."),
    ],
    ids=["nobody", "no lists", "a list of nothing"],
)
def test_a_wrong_agency_is_told(tmp_path: Path, name: str, text: str, message: str) -> None:
    write(tmp_path, "cidade", text)
    with pytest.raises(ConfigError) as wrong:
        load_agency(tmp_path, name)
    assert str(wrong.value) == message
