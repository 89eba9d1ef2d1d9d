"""What the analyst's account may do over Superset's API, and above all what it may not."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.e2e.browser.superset_page import SupersetPage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def api(platform: Any) -> Iterator[httpx.Client]:
    """The analyst's session, with the token that every write needs."""
    settings = platform.settings
    with httpx.Client(base_url=settings.superset_base, timeout=60, follow_redirects=True) as client:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login/").text)
        assert token is not None
        form = {"username": "analista", "password": settings.analyst_password.get_secret_value()}
        client.post("/login/", data=form | {"csrf_token": token[1]}, headers={"Referer": settings.superset_base})
        client.headers["X-CSRFToken"] = client.get("/api/v1/security/csrf_token/").json()["result"]
        client.headers["Referer"] = settings.superset_base
        yield client


def in_sql_lab(api: httpx.Client, sql: str) -> httpx.Response:
    """Run a query as SQL Lab does."""
    database = api.get("/api/v1/database/").json()["result"][0]["id"]
    order = {"database_id": database, "sql": sql, "schema": "gold", "runAsync": False, "queryLimit": 10}
    return api.post("/api/v1/sqllab/execute/", json=order)


def test_the_analyst_reads_gold_in_sql_lab(api: httpx.Client) -> None:
    answer = in_sql_lab(api, "select count(*) as linhas from gold.contratacoes")
    assert answer.status_code == 200
    assert [column["column_name"] for column in answer.json()["columns"]] == ["linhas"]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from bronze.pncp__contratacoes",
        "select * from silver.contratacoes",
        "select * from gold_next.contratacoes",
        "select * from ops.loads",
        "select rolname from pg_catalog.pg_authid",
        "select pg_read_file('/etc/passwd')",
        "create table gold.minha (a int)",
        "create temp table minha (a int)",
        "insert into gold.municipios (municipio_nome) values ('x')",
        "update gold.contratacoes set objeto = ''",
        "delete from gold.contratacoes",
        "drop table gold.contratacoes",
        "set default_transaction_read_only = off; delete from gold.contratacoes",
    ],
)
def test_the_analyst_reads_nothing_else_and_writes_nothing(sql: str, api: httpx.Client) -> None:
    assert in_sql_lab(api, sql).status_code >= 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/security/users/", None),
        ("GET", "/api/v1/security/roles/", None),
        ("POST", "/api/v1/security/users/", {"username": "x"}),
        ("POST", "/api/v1/database/", {"database_name": "x", "sqlalchemy_uri": "postgresql://x/x"}),
        ("PUT", "/api/v1/database/1", {"database_name": "x"}),
        ("GET", "/api/v1/database/1/connection", None),
        ("GET", "/api/v1/database/export/?q=!(1)", None),
        ("POST", "/api/v1/database/1/upload/", {}),
        ("POST", "/api/v1/dataset/", {"database": 1, "schema": "gold", "table_name": "municipios"}),
        ("PUT", "/api/v1/chart/1", {"slice_name": "x"}),
        ("DELETE", "/api/v1/dashboard/1", None),
        ("GET", "/api/v1/assets/export/", None),
        ("GET", "/api/v1/log/", None),
        ("GET", "/api/v1/rowlevelsecurity/", None),
    ],
)
def test_the_analyst_administers_nothing(method: str, path: str, body: Any, api: httpx.Client) -> None:
    assert api.request(method, path, json=body).status_code in (401, 403, 404)


def test_the_analyst_sees_one_database_and_in_it_gold(api: httpx.Client) -> None:
    databases = api.get("/api/v1/database/").json()["result"]
    assert [database["database_name"] for database in databases] == ["Lagoa"]
    schemas = api.get(f"/api/v1/database/{databases[0]['id']}/schemas/").json()["result"]
    assert schemas == ["gold"]
    assert databases[0]["allow_file_upload"] is False
    assert databases[0]["allow_dml"] is False


def test_a_write_without_the_token_is_refused(api: httpx.Client) -> None:
    headers = {"X-CSRFToken": ""}
    answer = api.post("/api/v1/sqllab/execute/", json={"database_id": 1, "sql": "select 1"}, headers=headers)
    assert answer.status_code == 400


def test_nobody_sees_anything_without_an_account(platform: Any) -> None:
    with httpx.Client(base_url=platform.settings.superset_base, timeout=60) as client:
        assert client.get("/api/v1/dashboard/").json().get("count", 0) == 0
        assert client.get("/api/v1/database/").status_code in (401, 403)
        assert client.get("/superset/dashboard/inicio/").status_code in (302, 401, 403, 404)


def test_a_table_leaves_as_csv_that_a_brazilian_spreadsheet_opens(analyst: SupersetPage) -> None:
    analyst.open("transferencias-especiais")
    request = next(item for item in analyst.requests if "programa_codigo" in str(item.post_data))
    order = request.post_data_json | {"result_format": "csv", "result_type": "full"}
    token = request.headers["x-csrftoken"]
    answer = analyst.page.request.post(request.url, data=order, headers={"X-CSRFToken": token, "Referer": analyst.base})
    assert answer.status == 200
    text = answer.body().decode("utf-8-sig")
    assert text.splitlines()[0].split(";")[:2] == ["Ano", "Programa"]
    assert re.search(r";\d+,\d+;", text)
