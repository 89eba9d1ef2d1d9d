"""Airflow's environment: no call home, least secrets; and dbt's, of which the manifest is a part."""

from pathlib import Path

import httpx
import pytest

from lagoa.errors import LagoaError
from lagoa.platform import airflow, dbt
from lagoa.platform.airflow_api import READ_ATTEMPTS, AirflowApi
from lagoa.settings import NOT_SETTINGS, Settings


def test_no_component_calls_home(settings: Settings) -> None:
    variables = airflow.environment(settings)
    assert {name: variables[name] for name in airflow.NO_TELEMETRY} == airflow.NO_TELEMETRY
    assert variables["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"


def test_tasks_get_only_the_passwords_that_they_need(settings: Settings) -> None:
    variables = airflow.environment(settings)
    for name in ("admin_password", "superset_admin_password", "superset_db_password", "analyst_password"):
        assert getattr(settings, name).get_secret_value() not in "\n".join(variables.values())
    for name in ("etl_password", "dbt_password", "publisher_password"):
        assert variables[f"LAGOA_{name.upper()}"] == getattr(settings, name).get_secret_value()


def test_the_tasks_environment_gives_the_same_settings(settings: Settings) -> None:
    given = {
        name.removeprefix("LAGOA_").lower(): value
        for name, value in airflow.environment(settings).items()
        if name.startswith("LAGOA_") and name not in NOT_SETTINGS
    }
    found = Settings.model_validate(given)
    assert [found.dsn(role) for role in ("etl_user", "dbt_user", "publisher")] == [
        settings.dsn(role) for role in ("etl_user", "dbt_user", "publisher")
    ]
    assert found.airflow_base == settings.airflow_base


def test_the_components_listen_on_this_machine_only(settings: Settings) -> None:
    assert airflow.environment(settings)["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert [program.port for program in airflow.programs(settings)] == [settings.airflow_port, None, None, None]


def test_a_manifest_is_stale_when_a_file_or_the_connection_changes(settings: Settings, tmp_path: Path) -> None:
    model = tmp_path / "dbt_project" / "models" / "one.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1")
    ours = settings.model_copy(update={"home": tmp_path})
    before = dbt.digest(ours)
    assert dbt.digest(ours) == before
    (tmp_path / "dbt_project" / "target").mkdir()
    (tmp_path / "dbt_project" / "target" / "run.log").write_text("not a source")
    assert dbt.digest(ours) == before
    assert dbt.digest(ours.model_copy(update={"postgres_port": 1})) != before
    model.write_text("select 2")
    assert dbt.digest(ours) != before
    assert not dbt.is_fresh(ours)


def api_that_is_slow(settings: Settings, times: int) -> tuple[AirflowApi, list[str]]:
    """A client of an Airflow that answers the first requests too late, and the methods that it was asked with."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if len(asked) <= times:
            raise httpx.ReadTimeout("slow")
        return httpx.Response(200, json={"state": "running", "dag_run_id": "first"})

    api = AirflowApi(settings)
    api._http = httpx.Client(base_url=settings.airflow_base, transport=httpx.MockTransport(answer))
    return api, asked


def test_a_machine_at_its_limit_is_asked_again(settings: Settings) -> None:
    api, asked = api_that_is_slow(settings, times=READ_ATTEMPTS - 1)
    assert api.run("a_dag", "a_run")["state"] == "running"
    assert len(asked) == READ_ATTEMPTS


def test_one_that_never_answers_is_told(settings: Settings) -> None:
    api, asked = api_that_is_slow(settings, times=READ_ATTEMPTS)
    with pytest.raises(LagoaError, match=r"no answer \(ReadTimeout\)"):
        api.run("a_dag", "a_run")
    assert len(asked) == READ_ATTEMPTS


def test_a_run_is_not_set_off_twice_for_want_of_an_answer(settings: Settings) -> None:
    api, asked = api_that_is_slow(settings, times=1)
    with pytest.raises(LagoaError, match=r"no answer \(ReadTimeout\)"):
        api.trigger("a_dag", {})
    assert asked == ["POST"]
