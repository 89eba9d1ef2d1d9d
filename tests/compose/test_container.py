"""What each container runs with: the programs of the supervisor, without what they need not know."""

from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from lagoa.platform import container
from lagoa.settings import Settings

ADDRESS = "postgresql://postgres:5432/lagoa"
AIRFLOW = {
    name: SecretStr(f"the-{name}") for name in ("airflow_db_password", "airflow_jwt_secret", "airflow_secret_key")
} | {"airflow_fernet_key": SecretStr("a" * 44)}
TASKS = {name: SecretStr(f"the-{name}") for name in ("etl_password", "dbt_password", "publisher_password")}


def test_a_component_that_runs_no_task_has_no_password_of_tasks() -> None:
    settings = Settings.model_validate({"database_url": ADDRESS, **AIRFLOW})
    variables = container.program(settings, "airflow-api-server").environment
    assert not {name for name in variables if name.startswith(("LAGOA_ETL", "LAGOA_DBT", "DBT_ENV", "LAGOA_PUBLISHER"))}


def test_tasks_know_the_address_of_the_database_without_its_administrator() -> None:
    url = "postgresql://lagoa_admin:secret@postgres:5432/lagoa"  # pragma: allowlist secret
    settings = Settings.model_validate({"database_url": url, **AIRFLOW, **TASKS})
    program = container.program(settings, "airflow-scheduler")
    assert program.environment["LAGOA_DATABASE_URL"] == ADDRESS
    assert "secret@" not in program.to_json()
    assert program.environment["LAGOA_ETL_PASSWORD"] == "the-etl_password"  # pragma: allowlist secret


def test_the_simulator_is_given_no_secret() -> None:
    settings = Settings.model_validate({"database_url": ADDRESS, **AIRFLOW, **TASKS})
    assert "the-" not in container.program(settings, "simulator").to_json()


def test_airflow_tells_browsers_another_address_than_its_components() -> None:
    addresses = {"airflow_url": "http://airflow-api-server:8080", "airflow_public_url": "http://127.0.0.1:18080"}
    settings = Settings.model_validate({"database_url": ADDRESS, **AIRFLOW, **addresses})
    variables = container.program(settings, "airflow-api-server").environment
    assert variables["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18080"
    assert variables["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://airflow-api-server:8080/execution/"


@pytest.mark.parametrize(
    ("url", "admin", "user", "password"),
    [
        pytest.param(ADDRESS, "of-its-own", "lagoa_admin", "of-its-own", id="address only"),
        pytest.param(
            "postgresql://boss:p%40ss@db/lagoa",  # pragma: allowlist secret
            None,
            "boss",
            "p%40ss",
            id="quoted in the URL",
        ),
        pytest.param("postgresql://boss@db/lagoa", "a@b", "boss", "a%40b", id="user in the URL"),
    ],
)
def test_the_administrator_comes_from_the_url_or_from_the_settings(
    url: str, admin: str | None, user: str, password: str
) -> None:
    settings = Settings(database_url=url, admin_password=SecretStr(admin) if admin else None)
    found = urlsplit(settings.dsn("lagoa_admin"))
    assert (found.username, found.password) == (user, password)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prepare", "everything"], "prepare: found 'everything', expected one of database, manifest"),
        (["serve", "airflow-kitchen"], "serve: found 'airflow-kitchen', expected one of airflow-api-server"),
    ],
)
def test_an_unknown_part_is_refused_in_one_line(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, secret in AIRFLOW.items():
        monkeypatch.setenv(f"LAGOA_{name.upper()}", secret.get_secret_value())
    monkeypatch.setenv("LAGOA_DATABASE_URL", ADDRESS)
    assert container.main(arguments) == 1
    assert message in capsys.readouterr().err
