"""Airflow's environment: no call home, least secrets; and dbt's, of which the manifest is a part."""

from pathlib import Path

from lagoa.platform import airflow, dbt
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
