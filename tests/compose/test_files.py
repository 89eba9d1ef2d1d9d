"""docker-compose.yml, the Dockerfile, .env.example and `make env`, held to our rules without an engine."""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lagoa.platform import container
from lagoa.platform.credentials import GENERATORS
from lagoa.platform.postgres import CONFIGURATION
from lagoa.settings import PROJECT, Settings, read_env_file

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"setup-database", "setup-airflow", "setup-superset", "lagoa"}
DOCKERFILE = (PROJECT / "docker" / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (PROJECT / ".env.example").read_text(encoding="utf-8")
SECRETS = {f"LAGOA_{name.upper()}" for name in GENERATORS}
TASK_SECRETS = {"LAGOA_ETL_PASSWORD", "LAGOA_DBT_PASSWORD", "LAGOA_PUBLISHER_PASSWORD"}
AIRFLOW_SECRETS = {
    "LAGOA_AIRFLOW_DB_PASSWORD",
    "LAGOA_AIRFLOW_FERNET_KEY",
    "LAGOA_AIRFLOW_JWT_SECRET",
    "LAGOA_AIRFLOW_SECRET_KEY",
}
SUPERSET_SECRETS = {"LAGOA_SUPERSET_DB_PASSWORD", "LAGOA_SUPERSET_SECRET_KEY"}
PEOPLE_SECRETS = {"LAGOA_AIRFLOW_ADMIN_PASSWORD", "LAGOA_SUPERSET_ADMIN_PASSWORD", "LAGOA_ANALYST_PASSWORD"}
ALLOWED_SECRETS = {
    "postgres": {"LAGOA_ADMIN_PASSWORD"},
    "setup-database": TASK_SECRETS
    | {
        "LAGOA_ADMIN_PASSWORD",
        "LAGOA_SUPERSET_READER_PASSWORD",
        "LAGOA_AIRFLOW_DB_PASSWORD",
        "LAGOA_SUPERSET_DB_PASSWORD",
    },
    "setup-airflow": AIRFLOW_SECRETS | {"LAGOA_AIRFLOW_ADMIN_PASSWORD"},
    "airflow-api-server": AIRFLOW_SECRETS,
    "airflow-scheduler": AIRFLOW_SECRETS | TASK_SECRETS | {"LAGOA_PSEUDONYM_KEY"},
    "airflow-dag-processor": AIRFLOW_SECRETS,
    "airflow-triggerer": AIRFLOW_SECRETS,
    "setup-superset": SUPERSET_SECRETS
    | {"LAGOA_SUPERSET_READER_PASSWORD", "LAGOA_SUPERSET_ADMIN_PASSWORD", "LAGOA_ANALYST_PASSWORD"},
    "superset": SUPERSET_SECRETS,
    "simulator": set(),
    "data-docs": set(),
    "lagoa": TASK_SECRETS
    | PEOPLE_SECRETS
    | {"LAGOA_ADMIN_PASSWORD", "LAGOA_SUPERSET_READER_PASSWORD", "LAGOA_PSEUDONYM_KEY"},
}
NOT_FOR_USERS = {
    "home",
    "state_dir",
    "database_name",
    "real_data",
    "docker_engine",
    "secrets",
    "agency_values",
    "dbt_target",
} | {name for name in Settings.model_fields if name.endswith("_host")}
"""Settings that are no matter of .env: where the programs are, what tests use, what containers listen on."""
SET_BY_COMPOSE = {"airflow_url", "superset_url", "simulator_url", "simulator_public_url", "data_docs_url"}


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return request.param, SERVICES[request.param]


def test_every_service_has_a_healthcheck_or_ends(service: tuple[str, dict[str, Any]]) -> None:
    name, declared = service
    assert ("healthcheck" in declared) != (name in ONE_SHOT)
    assert declared["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")


def test_every_service_runs_with_few_rights(service: tuple[str, dict[str, Any]]) -> None:
    name, declared = service
    assert declared["cap_drop"] == ["ALL"]
    assert declared["security_opt"] == ["no-new-privileges:true"]
    assert declared["init"] is True
    assert "mem_limit" in declared
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & declared.keys()
    assert declared.get("user", "postgres") == "postgres", "the images of our own name their user themselves"
    assert ("user" in declared) == (name == "postgres")


def test_every_port_is_open_on_this_machine_only(service: tuple[str, dict[str, Any]]) -> None:
    _, declared = service
    for port in declared.get("ports", []):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{LAGOA_[A-Z_]+_PORT:-\d+}:\d+", port), port


def test_every_image_has_a_tag(service: tuple[str, dict[str, Any]]) -> None:
    _, declared = service
    assert declared["image"] in {"postgres:17", "lagoa:local", "lagoa-superset:local"}


def test_every_service_is_given_the_secrets_that_it_needs_and_no_more(service: tuple[str, dict[str, Any]]) -> None:
    name, declared = service
    found = set(re.findall(r"\$\{(LAGOA_[A-Z_]*(?:PASSWORD|KEY|SECRET))\b", str(declared)))
    assert found == ALLOWED_SECRETS[name]
    assert found <= SECRETS


def test_no_secret_has_a_default() -> None:
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, rest in re.findall(r"\$\{(LAGOA_[A-Z_]*(?:PASSWORD|KEY|SECRET))([^}]*)}", text):
        assert rest == ":?is not set; run `make env`", name


def test_what_ends_is_waited_for_or_is_in_a_profile() -> None:
    """Otherwise `docker compose up --wait` fails when it ends."""
    awaited = {
        name
        for declared in SERVICES.values()
        for name, how in declared.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    assert {name for name in ONE_SHOT if "profiles" not in SERVICES[name]} == awaited


def test_postgres_is_configured_as_the_embedded_server() -> None:
    command = SERVICES["postgres"]["command"]
    found = dict(option.removeprefix("-c").split("=", 1) for option in command[1:])
    assert {key: CONFIGURATION[key] for key in found} == found


def test_programs_and_preparations_exist() -> None:
    known = {"prepare": set(container.PREPARATIONS), "serve": set(SERVICES), "health": set(SERVICES)}
    for name, declared in SERVICES.items():
        calls = [declared.get("command", []), declared.get("healthcheck", {}).get("test", [])[-2:]]
        for call in calls:
            if call and call[0] in known:
                assert call[1] in known[call[0]], name
                assert call[0] == "prepare" or call[1] == name


def test_images_are_built_from_the_lock_files_of_make_setup() -> None:
    setup = (PROJECT / "scripts" / "setup").read_text(encoding="utf-8")
    for lock in ("requirements.txt", "superset_config/requirements.txt", "scripts/uv.txt"):
        assert f"COPY {lock} " in DOCKERFILE
        assert lock in setup
    assert DOCKERFILE.count("--require-hashes") == 3
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE))
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, flags=re.MULTILINE))
    assert bases - stages == {"python:3.12-slim-bookworm"}


def test_images_run_as_a_user_without_rights() -> None:
    for target in {declared["build"]["target"] for declared in SERVICES.values() if "build" in declared}:
        stage = DOCKERFILE.split(f" AS {target}\n")[1].split("\nFROM ")[0]
        assert re.findall(r"^USER (.*)$", stage, flags=re.MULTILINE) == ["10001:10001"], target


def test_the_manifest_in_the_image_belongs_to_the_address_of_the_containers() -> None:
    url = re.search(r"LAGOA_DATABASE_URL=(\S+)", DOCKERFILE)
    assert url is not None
    for name, declared in SERVICES.items():
        if name not in {"postgres", "simulator", "data-docs"}:
            assert declared["environment"]["LAGOA_DATABASE_URL"] == url[1], name


def test_loading_and_serving_containers_agree_on_the_data() -> None:
    facts = ("SOURCES", "SIMULATOR_DATA", "SIMULATOR_SCALE", "SIMULATOR_SEED", "AGENCY", "ENABLED_SOURCES")
    loading = [SERVICES[name]["environment"] for name in ("simulator", "airflow-scheduler", "lagoa")]
    for fact in facts:
        assert len({found[f"LAGOA_{fact}"] for found in loading}) == 1


def test_env_example_names_every_setting_of_a_user_and_no_other() -> None:
    named = {name.removeprefix("LAGOA_").lower() for name in re.findall(r"^#?(LAGOA_[A-Z_]+)=", EXAMPLE, re.MULTILINE)}
    assert named == set(Settings.model_fields) - NOT_FOR_USERS - SET_BY_COMPOSE


def test_env_example_gives_no_secret_and_the_true_defaults() -> None:
    assert {name for name, value in read_env_file(PROJECT / ".env.example").items() if value == ""} == SECRETS
    for name, value in re.findall(r"^#(LAGOA_[A-Z_]+)=(\S+)$", EXAMPLE, re.MULTILINE):
        default = Settings.model_fields[name.removeprefix("LAGOA_").lower()].default
        if default is not None:
            assert (ast.literal_eval(value) if value[0].isdigit() else value) == default, name


def test_make_env_fills_every_secret_with_another_value_each_time(tmp_path: Path) -> None:
    first, second = _make_env(tmp_path / "first"), _make_env(tmp_path / "second")
    assert first.stat().st_mode & 0o777 == 0o600
    values, others = read_env_file(first), read_env_file(second)
    assert values.keys() == SECRETS == {name for name, value in values.items() if len(value) >= 24}
    assert len(set(values.values()) | set(others.values())) == 2 * len(SECRETS)
    Settings.model_validate({name.removeprefix("LAGOA_").lower(): value for name, value in values.items()})


def test_make_env_keeps_what_is_there(tmp_path: Path) -> None:
    (tmp_path / ".lagoa").mkdir()
    (tmp_path / ".lagoa" / "generated.env").write_text("LAGOA_ETL_PASSWORD=used-already\n", encoding="utf-8")
    found = _make_env(tmp_path)
    assert read_env_file(found)["LAGOA_ETL_PASSWORD"] == "used-already"  # pragma: allowlist secret
    before = found.read_text(encoding="utf-8")
    assert _make_env(tmp_path).read_text(encoding="utf-8") == before


def _make_env(checkout: Path) -> Path:
    (checkout / "scripts").mkdir(parents=True, exist_ok=True)
    for name in ("scripts/env", ".env.example", "Makefile"):
        shutil.copy(PROJECT / name, checkout / name)
    make = [shutil.which("make") or "make", "--silent", "env"]
    subprocess.run(make, cwd=checkout, check=True, timeout=30, env={"PATH": os.environ["PATH"]})
    return checkout / ".env"
