"""Hold the Superset assets to the gold models, with no server: YAML in git + dbt YAML -> a list of problems.

Run it alone with `python -m lagoa.platform.superset_assets`; `make check` does.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lagoa.errors import ConfigError
from lagoa.settings import PROJECT

VIEWS = {"atualizacao_dos_dados"}
"""What datasets may read beside the gold models: views of gold that the platform makes itself."""
GRID_COLUMNS = 12
Asset = dict[str, Any]


@dataclass(frozen=True)
class Assets:
    """Everything that is imported, by its path below the folder of assets."""

    datasets: dict[str, Asset]
    charts: dict[str, Asset]
    dashboards: dict[str, Asset]
    databases: dict[str, Asset]

    @classmethod
    def read(cls, folder: Path) -> "Assets":
        """Read every YAML file below a folder of assets."""
        files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.yaml"))}
        loaded = {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in files.items()}

        def of(kind: str) -> dict[str, Asset]:
            return {name: asset for name, asset in loaded.items() if name.startswith(f"{kind}/")}

        return cls(of("datasets"), of("charts"), of("dashboards"), of("databases"))

    @property
    def all(self) -> dict[str, Asset]:
        """Every asset that has a uuid."""
        return self.databases | self.datasets | self.charts | self.dashboards


def check_assets(home: Path = PROJECT) -> None:
    """Check every asset against the others and against the gold models.

    Raises:
        ConfigError: something does not fit; all of it at once.
    """
    assets = Assets.read(home / "superset_config" / "assets")
    models = gold_columns(home / "dbt_project" / "models" / "gold")
    if problems := list(_problems(assets, models)):
        raise ConfigError("superset assets:\n  " + "\n  ".join(problems))


def gold_columns(folder: Path) -> dict[str, set[str]]:
    """The columns of each gold table, as the YAML beside the dbt models declares them."""
    return {
        model["name"].removeprefix("gold__"): {column["name"] for column in model.get("columns", [])}
        for path in sorted(folder.rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    }


def _problems(assets: Assets, models: dict[str, set[str]]) -> Iterator[str]:
    yield from _of_all(assets)
    for name, dataset in assets.datasets.items():
        yield from (f"{name}: {problem}" for problem in _of_dataset(dataset, models))
    datasets = {dataset["uuid"]: dataset for dataset in assets.datasets.values()}
    for name, chart in assets.charts.items():
        yield from (f"{name}: {problem}" for problem in _of_chart(chart, datasets))
    for name, dashboard in assets.dashboards.items():
        yield from (f"{name}: {problem}" for problem in _of_dashboard(dashboard, assets, datasets))
    shown = {uuid for dashboard in assets.dashboards.values() for uuid in _chart_uuids(dashboard)}
    for name, chart in assets.charts.items():
        if chart["uuid"] not in shown:
            yield f"{name}: stands in no dashboard. Put it in one, or delete it."


def _of_all(assets: Assets) -> Iterator[str]:
    for key, group in (("uuid", assets.all), ("slug", assets.dashboards)):
        for value, count in Counter(asset[key] for asset in group.values()).items():
            if count > 1:
                yield f"{key} {value}: found {count} times, expected once. Give each asset its own."
    for name, asset in assets.all.items():
        if asset.get("is_managed_externally") is not True:
            yield f"{name}: is_managed_externally is not true. Set it, or removing the file would not remove the asset."
    for name, database in assets.databases.items():
        if re.search(r"//[^/@]*:[^/@]*@", database["sqlalchemy_uri"]) or "password" in database:
            yield f"{name}: carries a password. Take it out; the set-up fills it in."


def _of_dataset(dataset: Asset, models: dict[str, set[str]]) -> Iterator[str]:
    table = dataset["table_name"]
    if dataset.get("schema") != "gold" or dataset.get("sql"):
        yield f"{table}: expected a table of gold, not a query and no other schema. Build what it needs in dbt."
    if table in VIEWS:
        return
    if table not in models:
        yield f"{table}: no such gold model. Those are: {', '.join(sorted(models))}."
        return
    for column in dataset["columns"]:
        if column["column_name"] not in models[table] and not column.get("expression"):
            yield f"column {column['column_name']}: gold.{table} has none such. Correct the name."


def _of_chart(chart: Asset, datasets: dict[str, Asset]) -> Iterator[str]:
    dataset = datasets.get(chart["dataset_uuid"])
    if dataset is None:
        yield f"dataset {chart['dataset_uuid']}: no such dataset. Correct the uuid."
        return
    columns = {column["column_name"] for column in dataset["columns"]}
    metrics = {metric["metric_name"] for metric in dataset["metrics"]}
    for column in _columns_used(chart["params"]) - columns:
        yield f"column {column}: dataset {dataset['table_name']} has none such. Correct the name."
    for metric in _metrics_used(chart["params"]) - metrics:
        yield f"metric {metric}: dataset {dataset['table_name']} has none such. Correct the name."
    for label in set(chart["params"].get("column_config", {})) - columns - metrics:
        yield f"column_config {label}: neither a column nor a metric. Correct the name."
    if chart["params"].get("viz_type") != chart["viz_type"]:
        yield f"viz_type: found {chart['params'].get('viz_type')} in params, expected {chart['viz_type']}."


def _columns_used(params: Asset) -> set[str]:
    filters = {item["subject"] for item in params.get("adhoc_filters", []) if item["expressionType"] == "SIMPLE"}
    ordered = {json.loads(item)[0] for item in params.get("order_by_cols", [])}
    single = {params[key] for key in ("x_axis", "entity") if params.get(key)}
    return filters | ordered | single | set(params.get("groupby", [])) | set(params.get("all_columns", []))


def _metrics_used(params: Asset) -> set[str]:
    single = {params[key] for key in ("metric", "timeseries_limit_metric") if params.get(key)}
    return single | set(params.get("metrics", []))


def _of_dashboard(dashboard: Asset, assets: Assets, datasets: dict[str, Asset]) -> Iterator[str]:
    charts = {chart["uuid"] for chart in assets.charts.values()}
    for uuid in _chart_uuids(dashboard) - charts:
        yield f"chart {uuid}: no such chart. Correct the uuid."
    position = {key: item for key, item in dashboard["position"].items() if isinstance(item, dict)}
    for key, item in position.items():
        for child in item.get("children", []):
            if child not in position:
                yield f"{key}: its child {child} is not there. Correct the name."
        if item["type"] == "ROW":
            width = sum(position[child]["meta"]["width"] for child in item["children"] if child in position)
            if width > GRID_COLUMNS:
                yield f"{key}: {width} columns wide, expected at most {GRID_COLUMNS}. Make something narrower."
    ids = {item["meta"]["chartId"] for item in position.values() if item["type"] == "CHART"}
    for native in dashboard["metadata"].get("native_filter_configuration", []):
        yield from (f"filter {native['name']}: {problem}" for problem in _of_filter(native, ids, datasets))
    slugs = {item["slug"] for item in assets.dashboards.values()}
    for slug in set(re.findall(r"/superset/dashboard/([\w-]+)/", json.dumps(position))) - slugs:
        yield f"link to {slug}: no such dashboard. Correct the link."


def _of_filter(native: Asset, ids: set[int], datasets: dict[str, Asset]) -> Iterator[str]:
    for excluded in set(native["scope"]["excluded"]) - ids:
        yield f"excludes chart {excluded}, which is not in the dashboard. Take it out."
    for target in native["targets"]:
        if "datasetUuid" not in target:
            continue
        dataset = datasets.get(target["datasetUuid"], {"columns": []})
        if target["column"]["name"] not in {column["column_name"] for column in dataset["columns"]}:
            yield f"column {target['column']['name']}: its dataset has none such. Correct the target."


def _chart_uuids(dashboard: Asset) -> set[str]:
    return {
        item["meta"]["uuid"]
        for item in dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    }


if __name__ == "__main__":
    try:
        check_assets()
    except ConfigError as error:
        sys.exit(str(error))
