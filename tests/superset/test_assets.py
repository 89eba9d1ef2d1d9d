"""The assets in git fit one another and the gold models, and each way in which they could not is found."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from lagoa.errors import ConfigError
from lagoa.platform.superset import command, environment
from lagoa.platform.superset_assets import VIEWS, Assets, check_assets
from lagoa.settings import PROJECT, Settings

ASSETS = PROJECT / "superset_config" / "assets"


def test_the_assets_fit_one_another_and_the_gold_models() -> None:
    check_assets()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of what is checked, to be broken."""
    shutil.copytree(ASSETS, tmp_path / "superset_config" / "assets")
    gold = "dbt_project/models/gold"
    shutil.copytree(PROJECT / gold, tmp_path / gold, ignore=shutil.ignore_patterns("*.sql"))
    return tmp_path


def _set(*keys: str | int, to: Any) -> Callable[[Any], None]:
    def change(asset: Any) -> None:
        for key in keys[:-1]:
            asset = asset[key]
        asset[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("datasets/Lagoa/contratacoes", _set("table_name", to="compras"), "compras: no such gold model"),
        ("datasets/Lagoa/contratacoes", _set("schema", to="silver"), "expected a table of gold"),
        ("datasets/Lagoa/contratacoes", _set("sql", to="select 1"), "expected a table of gold"),
        ("datasets/Lagoa/contratacoes", _set("columns", 0, "column_name", to="numero"), "gold.contratacoes has none"),
        ("charts/contratacoes_mapa", _set("params", "entity", to="estado"), "column estado: dataset contratacoes"),
        ("charts/contratacoes_mapa", _set("params", "metric", to="soma"), "metric soma: dataset contratacoes"),
        ("charts/contratacoes_mapa", _set("dataset_uuid", to="x"), "dataset x: no such dataset"),
        ("charts/contratacoes_mapa", _set("viz_type", to="pie"), "viz_type: found country_map in params, expected pie"),
        ("charts/contratacoes_mapa", _set("is_managed_externally", to=False), "is_managed_externally is not true"),
        ("charts/contratacoes_tabela", _set("params", "order_by_cols", to=['["dia", true]']), "column dia"),
        ("charts/contratacoes_tabela", _set("params", "column_config", to={"dia": {}}), "column_config dia"),
        (
            "dashboards/contratacoes-publicas",
            _set("position", "CHART-contratacoes_mapa", "meta", "uuid", to="x"),
            "chart x: no such chart",
        ),
        (
            "dashboards/contratacoes-publicas",
            _set("position", "CHART-contratacoes_mapa", "meta", "width", to=12),
            "columns wide, expected at most 12",
        ),
        (
            "dashboards/contratacoes-publicas",
            _set("metadata", "native_filter_configuration", 1, "targets", 0, "column", "name", to="estado"),
            "filter UF: column estado",
        ),
        ("dashboards/inicio", _set("slug", to="contratacoes-publicas"), "slug contratacoes-publicas: found 2 times"),
        ("dashboards/contratacoes-publicas", _set("slug", to="compras"), "link to contratacoes-publicas: no such"),
        (
            "databases/lagoa",
            _set("sqlalchemy_uri", to="postgresql://reader:segredo@localhost/lagoa"),  # pragma: allowlist secret
            "carries a password",
        ),
    ],
)
def test_what_does_not_fit_is_named(file: str, change: Callable[[Any], None], message: str, home: Path) -> None:
    path = home / "superset_config" / "assets" / f"{file}.yaml"
    asset = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(asset)
    path.write_text(yaml.safe_dump(asset), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(message)):
        check_assets(home)


def test_a_uuid_used_twice_is_named(home: Path) -> None:
    charts = home / "superset_config" / "assets" / "charts"
    shutil.copy(charts / "contratacoes_mapa.yaml", charts / "contratacoes_mapa_2.yaml")
    with pytest.raises(ConfigError, match="found 2 times, expected once"):
        check_assets(home)


def test_a_chart_in_no_dashboard_is_named(home: Path) -> None:
    (home / "superset_config" / "assets" / "dashboards" / "inicio.yaml").unlink()
    with pytest.raises(ConfigError, match=r"inicio_fontes\.yaml: stands in no dashboard"):
        check_assets(home)


def test_the_datasets_on_views_have_the_columns_of_the_views(postgres: Settings) -> None:
    datasets = {item["table_name"]: item for item in Assets.read(ASSETS).datasets.values()}
    with psycopg2.connect(postgres.dsn("superset_reader")) as connection, connection.cursor() as cursor:
        for view in VIEWS:
            cursor.execute(f"select * from gold.{view} limit 0")
            columns = [column.name for column in cursor.description or ()]
            assert columns == [c["column_name"] for c in datasets[view]["columns"] if "expression" not in c]


def test_the_configuration_reads_what_the_environment_sets(settings: Settings) -> None:
    text = (PROJECT / "superset_config" / "superset_config.py").read_text(encoding="utf-8")
    read = set(re.findall(r'os\.environ\["(\w+)"\]', text))
    assert read == {name for name in environment(settings) if name.startswith("SUPERSET_")}
    assert "os.getenv" not in text


def test_no_secret_stands_in_the_command_line(settings: Settings) -> None:
    line = " ".join(command(settings))
    secrets = [value.get_secret_value() for _, value in settings if hasattr(value, "get_secret_value")]
    assert not [secret for secret in secrets if secret in line]
    assert f"--bind 127.0.0.1:{settings.superset_port}" in line
    assert os.sep in line
