"""docker-compose.yml for real: built, started, fed, looked at, stopped. Only with `make test-compose`."""

import time
from typing import Any

import httpx
import pytest
from tests.compose.conftest import up
from tests.compose.engine import Stack, timed

SERVING = {
    "postgres",
    "airflow-api-server",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
    "superset",
    "simulator",
    "data-docs",
}
GOLD = {
    "contratacoes",
    "contratacoes_municipio_mes",
    "execucao_orcamentaria",
    "execucao_orcamentaria_orgao",
    "municipios",
    "transferencias_especiais_areas",
    "transferencias_especiais_pagamentos",
}


def test_everything_is_healthy_and_the_set_up_has_ended(stack: Stack) -> None:
    states = {name: found["State"] for name, found in stack.containers().items()}
    assert {name: state["Health"]["Status"] for name, state in states.items()} == dict.fromkeys(SERVING, "healthy")


def test_the_demonstration_ends_with_the_summary(stack: Stack) -> None:
    summary = (stack.folder / "summary").read_text(encoding="utf-8")
    for heading in ("Bronze", "Quality gates", "Gold", "Freshness", "Airflow", "Where to look"):
        assert heading in summary
    for name in ("SUPERSET", "AIRFLOW", "DATA_DOCS", "SIMULATOR"):
        assert stack.url(name) in summary
    assert stack.secrets["LAGOA_ANALYST_PASSWORD"] in summary
    assert "failed" not in summary


def test_gold_holds_what_was_published(stack: Stack) -> None:
    published = stack.rows(
        "select key as name, value::bigint as rows from (select distinct on (domain) row_counts from ops.publications"
        " order by domain, publication_id desc) as latest, jsonb_each_text(row_counts)"
    )
    assert {row["name"] for row in published} >= GOLD
    counts = " union all ".join(
        f"select '{row['name']}' as name, count(*) as rows from gold.{row['name']}" for row in published
    )
    found = stack.rows(counts, role="superset_reader")
    assert sorted(found, key=lambda row: row["name"]) == sorted(published, key=lambda row: row["name"])
    assert all(row["rows"] > 0 for row in found)


def test_asking_again_changes_nothing(stack: Stack, durations: dict[str, float]) -> None:
    question = "select count(*) as publications, max(publication_id) as last from ops.publications"
    before = stack.rows(question)
    with timed(durations, "docker compose run --rm lagoa demo, again"):
        stack.lagoa("demo")
    assert stack.rows(question) == before


def test_the_analyst_sees_the_figures_of_gold_in_superset(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url("SUPERSET"), timeout=60, trust_env=False) as superset:
        assert superset.get("/login/").status_code == 200
        log_in(superset, "analista", stack.secrets["LAGOA_ANALYST_PASSWORD"])
        dashboards = {one["slug"]: one["id"] for one in superset.get("/api/v1/dashboard/").json()["result"]}
        charts = superset.get("/api/v1/dashboard/contratacoes-publicas/charts").json()["result"]
        figures: dict[str, Any] = {}
        for chart in charts:
            metric = chart["form_data"].get("metric")
            if chart["form_data"]["viz_type"] == "big_number_total":
                answer = superset.post(
                    "/api/v1/chart/data",
                    json={
                        "datasource": {"id": int(chart["form_data"]["datasource"].split("__")[0]), "type": "table"},
                        "queries": [{"metrics": [metric], "columns": []}],
                        "form_data": {"dashboardId": dashboards["contratacoes-publicas"], "slice_id": chart["id"]},
                    },
                )
                assert answer.status_code == 200, chart["slice_name"]
                figures |= answer.json()["result"][0]["data"][0]
    expected = stack.rows(
        "select count(*) as contratacoes, sum(valor_homologado)::float as homologado from gold.contratacoes",
        role="superset_reader",
    )
    assert figures["contratacoes"] == expected[0]["contratacoes"] > 0
    assert figures["homologado"] == pytest.approx(float(expected[0]["homologado"]))


def test_the_quality_reports_can_be_read(stack: Stack) -> None:
    page = httpx.get(f"{stack.url('DATA_DOCS')}/index.html", timeout=30, trust_env=False)
    assert page.status_code == 200
    assert "silver" in page.text


@pytest.mark.parametrize("service", sorted(SERVING))
def test_nothing_runs_as_root_or_with_its_rights(stack: Stack, service: str) -> None:
    user, _, rights = stack.compose(
        "exec", "-T", service, "sh", "-c", "id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/1/status"
    ).partition("\n")
    assert int(user) > 0
    assert [line.split()[1].lstrip("0") for line in rights.splitlines()] == ["", "", "1"]


def test_ports_are_open_on_this_machine_only(stack: Stack) -> None:
    open_to = {
        (name, binding["HostIp"], int(binding["HostPort"]))
        for name, found in stack.containers().items()
        for bindings in found["NetworkSettings"]["Ports"].values()
        for binding in bindings or []
    }
    services = {
        "AIRFLOW": "airflow-api-server",
        "SUPERSET": "superset",
        "SIMULATOR": "simulator",
        "DATA_DOCS": "data-docs",
    }
    assert open_to == {(services[name], "127.0.0.1", port) for name, port in stack.ports.items()}


def test_no_usual_password_opens_anything(stack: Stack) -> None:
    for password in ("admin", "superset", "lagoa", "airflow", ""):
        account = {"username": "admin", "password": password}
        login = {**account, "provider": "db", "refresh": False}
        for url, body in (
            (f"{stack.url('SUPERSET')}/api/v1/security/login", login),
            (f"{stack.url('AIRFLOW')}/auth/token", account),
        ):
            assert httpx.post(url, json=body, timeout=30, trust_env=False).status_code in {400, 401, 403, 422, 429}
    guess = "import psycopg2, sys; psycopg2.connect(sys.argv[1])"
    for password in ("postgres", "lagoa_admin"):
        with pytest.raises(AssertionError, match="password authentication failed"):
            stack.compose(
                "exec",
                "-T",
                "airflow-scheduler",
                "python",
                "-c",
                guess,
                f"postgresql://lagoa_admin:{password}@postgres/lagoa",
            )


@pytest.mark.parametrize(
    "service", ["simulator", "data-docs", "superset", "airflow-api-server", "airflow-dag-processor"]
)
def test_a_container_knows_no_secret_of_others(stack: Stack, service: str) -> None:
    known = "\n".join(stack.containers()[service]["Config"]["Env"])
    others = ("LAGOA_ADMIN_PASSWORD", "LAGOA_ETL_PASSWORD", "LAGOA_DBT_PASSWORD", "LAGOA_PUBLISHER_PASSWORD")
    assert not [name for name in (*others, "LAGOA_ANALYST_PASSWORD") if stack.secrets[name] in known]


def test_no_secret_is_logged(stack: Stack) -> None:
    logs = stack.compose("logs", "--no-color")
    assert not [name for name, value in stack.secrets.items() if value in logs]


@pytest.mark.parametrize("service", ["airflow-scheduler", "superset"])
def test_a_killed_program_comes_back(stack: Stack, service: str) -> None:
    kill = "import os; os.kill(int(open('/proc/1/task/1/children').read().split()[0]), 9)"
    stack.compose("exec", "-d", service, "python", "-c", kill)  # whoever waited for it could fall with the container
    until = time.monotonic() + 150
    while True:
        found = stack.containers().get(service)
        if found and found["RestartCount"] == 1 and found["State"]["Health"]["Status"] == "healthy":
            return
        assert time.monotonic() < until, f"{service} should have come back"
        time.sleep(1)


def test_data_outlives_the_containers_and_nothing_is_left_without_its_volumes(
    stack: Stack, durations: dict[str, float]
) -> None:
    question = "select count(*) as rows from gold.contratacoes"
    before = stack.rows(question, role="superset_reader")
    with timed(durations, "docker compose down"):
        stack.compose("down")
    with timed(durations, "docker compose up --wait, again"):
        up(stack)
    assert stack.rows(question, role="superset_reader") == before
    stack.compose("down", "--volumes")
    assert stack.left() == []


def log_in(superset: httpx.Client, username: str, password: str) -> None:
    """Sign in over the API, with the token that every change needs."""
    account = {"username": username, "password": password, "provider": "db", "refresh": False}
    answer = superset.post("/api/v1/security/login", json=account)
    assert answer.status_code == 200
    superset.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    superset.headers["X-CSRFToken"] = superset.get("/api/v1/security/csrf_token/").json()["result"]
    superset.headers["Referer"] = str(superset.base_url)
