"""The grammar of sources: what is valid, and what each mistake is told as."""

from pathlib import Path

import pytest
from tests.sources.invalid_specs import CASES
from tests.sources.valid_specs import BANCO, CAIXA, FONTE, NOTAS, PADRAO

from lagoa.errors import ConfigError
from lagoa.lake.naming import bronze_name
from lagoa.sources.spec import SourceSpec, load_agency, load_specs, single

ROWS = "    nested: [partes]\n"
YEARS = "    format: csv\n"
TRIES = "  attempts: 3\n"
COLUMNS = "    columns: [ug, nota, valor]\n"
ENDING = "\nMend the files named, then `lagoa check-sources`."

FEATURES: dict[str, tuple[str, str, str]] = {
    "one call": (FONTE, ROWS, "    paging: { type: single }\n"),
    "page numbers with totals": (
        FONTE,
        ROWS,
        "    records: dados\n    paging: { type: page_number, page: p, size: s, page_size: 50, total: t, pages: n }\n",
    ),
    "page numbers from 0 that end with a short page": (
        FONTE,
        ROWS,
        "    paging: { type: page_number, page: p, page_size: 50, first: 0, end: short_page }\n",
    ),
    "offsets with Content-Range": (FONTE, ROWS, "    paging: { type: limit_offset, page_size: 9, order: 'id.asc' }\n"),
    "offsets with the total in the body": (
        FONTE,
        ROWS,
        "    records: dados\n    paging: { type: limit_offset, page_size: 9, announced_in: body, total: total }\n",
    ),
    "offsets that tell whether more follows": (
        FONTE,
        ROWS,
        "    records: items\n    paging: { type: limit_offset, page_size: 9, announced_in: nowhere, more: hasMore }\n",
    ),
    "OData": (FONTE, ROWS, "    paging: { type: odata, version: 4, page_size: 20, order: id }\n"),
    "OData by its own next link": (
        FONTE,
        ROWS,
        "    paging: { type: odata, version: 3, page_size: 20, by: next_link }\n",
    ),
    "a cursor": (
        FONTE,
        ROWS,
        "    records: data\n    paging: { type: cursor, cursor: paging.next, parameter: after }\n",
    ),
    "a cursor in the body": (
        FONTE,
        ROWS,
        "    method: POST\n    records: '*.results'\n    body: { query: tudo }\n"
        "    paging: { type: cursor, cursor: nextPageToken, parameter: pageToken, sent_in: body }\n",
    ),
    "a next link in the body": (FONTE, ROWS, "    records: d\n    paging: { type: next_link, next: paging.next }\n"),
    "a next link in a header": (FONTE, ROWS, "    paging: { type: next_link, found_in: header }\n"),
    "a sequence": (
        FONTE,
        "    path: /linhas\n",
        "    path: /linhas/{numero}\n    paging: { type: sequence, parameter: numero, width: 6, misses: 5 }\n",
    ),
    "a body of the agency's": (
        FONTE,
        ROWS,
        "    method: POST\n    body: { filtro: { orgao: '{siorg}', ativos: true } }\n",
    ),
    "an agency's value in a parameter": (FONTE, "{ formato: json }", "{ orgao: '{siorg}' }"),
    "JSON in a parameter": (FONTE, "{ formato: json }", "{ filtro: '{\"ativo\": true}' }"),
    "several values of nothing": (FONTE, ROWS, "    empty_status: [204, 404]\n"),
    "windows of days": (
        FONTE,
        ROWS,
        "    window: { start: de, end: ate, format: '%d/%m/%Y', max_days: 30, first: 2020-01-01, lag_days: 2 }\n",
    ),
    "windows of months from the agency's first day": (
        FONTE,
        ROWS,
        "    window: { start: mes, format: '%Y%m', every: month, first: primeiro_mes, last: ultimo_mes }\n",
    ),
    "windows of years in a filter": (
        FONTE,
        ROWS,
        "    window: { start: filtro, format: 'ano eq %Y', every: year, first: 2020-01-01 }\n",
    ),
    "windows of one slice with the time of day": (
        FONTE,
        ROWS,
        "    window: { start: desde, format: '%Y-%m-%dT%H:%M:%SZ', first: 2020-01-01 }\n",
    ),
    "optional, renamed and personal fields": (
        FONTE,
        ROWS,
        "    optional: [nome]\n    renamed: { nome: apelido }\n    personal: { nome: mask, id: pseudonym }\n",
    ),
    "what is promised": (
        FONTE,
        ROWS,
        "    completeness: { tolerance: 0.01, gaps: 0.5 }\n    sla: { freshness_hours: 30, availability: 1 }\n"
        "    schedule: '@weekly'\n    owner: Outro\n    licence: Outra\n",
    ),
    "a parent that is asked in part": (
        FONTE,
        "fields: { linha: id }",
        "fields: { linha: id }, only_changed: true, where: { nome: [a, b] }",
    ),
    "events": (FONTE, "write: { mode: merge, key: [id], watermark: mudou }", "write: { mode: append, distinct: true }"),
    "a key in a header": (FONTE, TRIES, "  auth: { type: header, name: chave-api, secret: portal_key }\n"),
    "a bearer": (FONTE, TRIES, "  auth: { type: bearer, secret: meta_token }\n"),
    "user and password": (FONTE, TRIES, "  auth: { type: basic, user: user, password: password }\n"),
    "OAuth2": (
        FONTE,
        TRIES,
        "  auth: { type: oauth2, token_url: https://example.org/token, client_id: a, client_secret: b, style: body }\n",
    ),
    "a session": (
        FONTE,
        TRIES,
        "  auth: { type: session, login: /Login, logout: /Logout, expired_status: [401, 403],"
        " body: { CompanyDB: '{empresa}', Password: '{secret:sap_password}' } }\n",
    ),
    "a client certificate": (
        FONTE,
        TRIES,
        "  certificate: { certificate: cert, key: chave }\n  authority: /etc/ssl/serpro.pem\n",
    ),
    "limits by the hour": (
        FONTE,
        TRIES,
        "  requests_per_minute: [{ limit: 400, hours: 22-5 }, { limit: 90, hours: 6-21 }]\n",
    ),
    "headers with a secret": (FONTE, TRIES, "  headers: { developer-token: '{secret:token}', X-Orgao: '{siorg}' }\n"),
    "an agency's host": (FONTE, "https://example.org/api", "https://{empresa}.example.org/api"),
    "a ZIP with members": (FONTE, YEARS, "    format: csv\n    archive: zip\n    member: '*_Empenho.csv'\n"),
    "CSV of any dialect": (
        FONTE,
        YEARS,
        "    format: csv\n    encoding: latin-1\n    delimiter: ';'\n    quote: ''\n"
        "    skip_rows: 2\n    footer: Total\n",
    ),
    "a spreadsheet whose header is found": (FONTE, YEARS, "    format: xls\n    sheet: DTB\n    data_after: Código\n"),
    "a report in blocks, whose header is checked": (
        FONTE,
        YEARS,
        "    format: csv\n    columns: [orgao, valor]\n    header: [Órgão, '']\n    footer_begins: Total\n"
        "    blocks: { begins: 'Exercício:', data_after: 6, label: ano }\n",
    ),
    "XML": (FONTE, YEARS, "    format: xml\n    records: linha\n"),
    "Parquet": (FONTE, YEARS, "    format: parquet\n"),
    "gzipped JSON lines": (FONTE, YEARS, "    format: ndjson\n    archive: gzip\n"),
    "the newest file of a folder": (
        FONTE,
        "    path: /anos/{ano}\n",
        "    path: /anos/{ano}/*.csv\n    pick: newest\n",
    ),
    "positional columns with a sheet": (CAIXA, COLUMNS, COLUMNS + "    skip_rows: 5\n"),
    "a query": (BANCO, "    table: loja.vendas\n", "    query: with v as (select * from vendas) select * from v\n"),
    "a SOAP call of its own address": (
        NOTAS,
        "    operation: consultar\n",
        "    operation: consultar\n    endpoint: /servico\n    records: nota.itens\n    empty_fault: [não encontrado]\n"
        "    soap_headers: { token: '{secret:token}' }\n",
    ),
    "a SOAP call of what another one lists": (
        NOTAS,
        "    paging: { type: sequence, parameter: numero, width: 6 }\n",
        "    lookup: { operation: listar, arguments: { ug: '{ug}' }, records: nota, fields: { numero: numero } }\n",
    ),
    "a default that a resource changes": (
        PADRAO,
        "uns: { title: Uns,",
        "uns: { title: Uns, records: outros_dados, paging: { page_size: 10 },",
    ),
    "a default that a resource replaces": (
        PADRAO,
        "uns: { title: Uns,",
        "uns: { title: Uns, paging: { type: next_link, next: proxima },",
    ),
    "resources that are called as kinds and modes are": (
        FONTE,
        "  linhas:\n",
        "  file: { title: F, kind: rest, path: /f, write: { mode: snapshot, key: [merge] }, fields: [merge, rest] }\n"
        "  linhas:\n",
    ),
}
"""A valid spec, a line of it, and what stands in its place."""


def write(folder: Path, text: str, name: str | None = None) -> None:
    name = name or text.partition("source: ")[2].partition("\n")[0]
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def told(folder: Path) -> str:
    with pytest.raises(ConfigError) as wrong:
        load_specs(folder)
    return str(wrong.value)


# --- specs


@pytest.mark.parametrize("text", [FONTE, PADRAO, BANCO, CAIXA, NOTAS], ids=["web", "defaults", "sql", "mail", "soap"])
def test_a_spec_of_each_kind_is_valid(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    assert len(load_specs(tmp_path)) == 1


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_valid(tmp_path: Path, feature: str) -> None:
    text, before, after = FEATURES[feature]
    assert before in text
    write(tmp_path, text.replace(before, after, 1))
    assert len(load_specs(tmp_path)) == 1


def test_there_are_invalid_specs_enough() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_by_file_line_and_place(tmp_path: Path, case: str) -> None:
    write(tmp_path, CASES[case].text, CASES[case].name)
    assert told(tmp_path) == "source specs:" + "".join(f"\n  {line}" for line in CASES[case].told) + ENDING


def test_a_password_that_stands_in_a_spec_is_not_repeated(tmp_path: Path) -> None:
    for case in CASES.values():
        write(tmp_path, case.text, case.name)
        message = told(tmp_path)
        assert not any(secret in message for secret in ("abre-te", "Ab3$x-9", "123abc"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "",
            "1: file: found an empty file, expected a mapping with the keys of a source. Begin with `source: <name>`.",
        ),
        (
            "- a\n- b\n",
            "1: file: found a list, expected a mapping with the keys of a source. Begin with `source: <name>`.",
        ),
        (
            "fonte\n",
            "1: file: found a text, expected a mapping with the keys of a source. Begin with `source: <name>`.",
        ),
        (
            "a: 1\nb: [1\nc: 2\n",
            "3: file: found while parsing a flow sequence expected ',' or ']', but got ':', expected YAML. "
            "Correct the indentation, quotes or brackets around there.",
        ),
        (
            "a: 1\n\tb: 2\n",
            "2: file: found while scanning for the next token found character '\\t' that cannot start any token, "
            "expected YAML. Correct the indentation, quotes or brackets around there.",
        ),
        (
            "a: 1\nb: { {c}: 1 }\n",
            "2: file: found while constructing a mapping found unhashable key, expected YAML. "
            "Correct the indentation, quotes or brackets around there.",
        ),
        (
            "a: &x [*y]\n",
            "1: file: found undefined alias 'y', expected YAML. "
            "Correct the indentation, quotes or brackets around there.",
        ),
        (
            "a: 1\nb: &x\n  c: [*x]\n",
            "2: file: found an anchor that holds itself, expected a value with an end. "
            "Write the part out in place of the alias.",
        ),
    ],
    ids=["empty", "a list", "a text", "an open bracket", "a tab", "a key in braces", "an alias of nothing", "a circle"],
)
def test_a_file_that_is_no_spec_is_told_by_its_line(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, text, "fonte")
    assert told(tmp_path) == f"source specs:\n  fonte.yml:{problem}{ENDING}"


def test_a_file_that_is_not_utf8_is_told_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "fonte.yml").write_bytes("source: fonte\ntitle: Orçamento\n".encode("latin-1"))
    problem = "2: file: found bytes that are not UTF-8, expected UTF-8. Save the file in that encoding."
    assert told(tmp_path) == f"source specs:\n  fonte.yml:{problem}{ENDING}"


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, FONTE.replace("title: Fonte\n", ""))
    write(tmp_path, BANCO.replace("owner: Alguém\n", ""))
    write(tmp_path, NOTAS)
    write(tmp_path, "a: [", "torta")
    lines = told(tmp_path).splitlines()[1:-1]
    assert [line.split(":")[0].strip() for line in lines] == ["banco.yml", "fonte.yml", "torta.yml"]


def test_two_sources_cannot_have_one_table(tmp_path: Path) -> None:
    write(tmp_path, PADRAO.replace("source: padrao", "source: a").replace("  uns:", "  b__c:"))
    write(tmp_path, PADRAO.replace("source: padrao", "source: a__b").replace("  uns:", "  c:"))
    problem = "1: resources.c: found the table a__b__c, which a.yml has, too, expected one source a table."
    assert told(tmp_path) == f"source specs:\n  a__b.yml:{problem} Rename the resource.{ENDING}"


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == f"source specs: found none in {tmp_path}, expected <source>.yml files. Restore the folder."


def test_specs_cannot_be_changed(tmp_path: Path) -> None:
    write(tmp_path, FONTE)
    with pytest.raises(ValueError, match="frozen"):
        load_specs(tmp_path)["fonte"].title = "x"  # type: ignore[misc]


def test_parents_come_before_their_children(tmp_path: Path) -> None:
    text = FONTE.replace("{ linha: id }", "{ linha: ano }").replace("resource: linhas", "resource: anos")
    write(tmp_path, text)
    assert load_specs(tmp_path)["fonte"].in_order() == ["linhas", "anos", "itens"]


def test_the_shipped_specs_name_their_tables_keys_and_watermarks_as_bronze_does(shipped: dict[str, SourceSpec]) -> None:
    pncp, ibge = shipped["pncp"], shipped["ibge"]
    assert (pncp.table("contratacoes"), ibge.table("estados")) == ("pncp__contratacoes", "ibge__estados")
    assert pncp.resources["contratacoes"].key == ["numero_controle_pncp"]
    assert pncp.resources["contratacoes"].watermark == "data_atualizacao_global"
    for spec in shipped.values():
        for resource in spec.resources.values():
            columns = {bronze_name(name) for name in resource.declared}
            assert {*resource.key, *filter(None, [resource.watermark])} <= columns


# --- agencies


def test_an_agencys_values_are_lists_of_texts(tmp_path: Path) -> None:
    write(tmp_path, "exercicios: [2024, 2025]\nmunicipios: []\nsiorg: 244\n", "cidade")
    agency = load_agency(tmp_path, "cidade", {"municipios": "3106200, 3304557"})
    assert agency == {"exercicios": ["2024", "2025"], "municipios": ["3106200", "3304557"], "siorg": ["244"]}
    assert single(agency) == {"siorg": "244"}


def test_an_agencys_codes_are_read_as_they_are_written(tmp_path: Path) -> None:
    write(
        tmp_path,
        "ugs: [070002, 1_0, 1:30, nulla]\npasta: ~/dados\nativo: yes\ndesde: 2025-02-30\nvalor: 1.10\n",
        "cidade",
    )
    assert load_agency(tmp_path, "cidade") == {
        "ugs": ["070002", "1_0", "1:30", "nulla"],
        "pasta": ["~/dados"],
        "ativo": ["yes"],
        "desde": ["2025-02-30"],
        "valor": ["1.10"],
    }


def test_an_agency_of_comments_alone_has_no_values_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "# by LAGOA_AGENCY_<NAME>\n", "cidade")
    assert load_agency(tmp_path, "cidade", {"ugs": "070002"}) == {"ugs": ["070002"]}


def test_an_agency_that_is_not_utf8_is_told_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "cidade.yml").write_bytes("a: 1\nb: [Órgão]\n".encode("latin-1"))
    with pytest.raises(ConfigError) as wrong:
        load_agency(tmp_path, "cidade")
    told = "cidade.yml:2: file: found bytes that are not UTF-8, expected UTF-8. Save the file in that encoding."
    assert str(wrong.value) == told


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "vila",
            "a: [1]",
            "LAGOA_AGENCY: found 'vila', expected one of: cidade. Or add vila.yml to include/agencies.",
        ),
        (
            "cidade",
            "a: { b: 1 }\nb: [1, ~, [2]]\nc:\na: [1]\n",
            "cidade.yml:1: a: found a mapping, expected a list, which may be empty, or one value. Write `a: [a, b]`."
            "\n  cidade.yml:2: b.1: found nothing, expected one value. Write it as text."
            "\n  cidade.yml:2: b.2: found a list or a mapping, expected one value. Write it as text."
            "\n  cidade.yml:3: c: found nothing, expected a list, which may be empty, or one value. Write `c: [a, b]`."
            "\n  cidade.yml:4: a: found the key again, after line 1, expected each key once. "
            "Remove one: only one could count.",
        ),
        ("cidade", "- a", "cidade.yml:1: file: found a list, expected lists by name. Write `name: [a, b]`."),
        (
            "cidade",
            "a: [1]\nb:\n\t- 2\n",
            "cidade.yml:3: file: found while scanning for the next token found character '\\t' that cannot start any "
            "token, expected YAML. Correct the indentation, quotes or brackets around there.",
        ),
    ],
    ids=["nobody", "no lists", "a list of nothing", "a tab"],
)
def test_a_wrong_agency_is_told(tmp_path: Path, name: str, text: str, message: str) -> None:
    write(tmp_path, text, "cidade")
    with pytest.raises(ConfigError) as wrong:
        load_agency(tmp_path, name)
    assert str(wrong.value) == message
