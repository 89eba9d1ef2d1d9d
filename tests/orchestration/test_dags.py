"""The DAGs as Airflow sees them: one a source, one a domain, complete and documented, with nothing done at import."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from lagoa.orchestration.dbt_graph import domains
from lagoa.platform import airflow, dbt
from lagoa.platform.credentials import GENERATORS
from lagoa.settings import PROJECT, Settings
from lagoa.sources.enabled import enabled_specs, enabled_tables
from lagoa.sources.spec import load_specs

RETENTION_DAYS = 400


@pytest.fixture(scope="module", params=[None, "all"], ids=["the agency's sources", "all sources"])
def offline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation where nothing runs: DAGs must parse all the same."""
    secrets = {name: SecretStr(generate()) for name, generate in GENERATORS.items()}
    settings = Settings.model_validate(
        {
            "state_dir": tmp_path_factory.mktemp("offline"),
            "postgres_port": 1,
            "enabled_sources": request.param,
            "raw_retention_days": RETENTION_DAYS,
            **secrets,
        }
    )
    dbt.ensure_manifest(settings)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("LAGOA_")]:
            patch.delenv(name)
        for name, value in airflow.environment(settings).items():
            patch.setenv(name, value)
        yield settings


@pytest.fixture(scope="module")
def dags(offline: Settings) -> dict[str, object]:
    """Every DAG of dags/, by id."""
    from lagoa.orchestration.ingest import ingest_dags
    from lagoa.orchestration.maintain import maintenance_dags
    from lagoa.orchestration.transform import transform_dags

    return {**ingest_dags(), **transform_dags(), **maintenance_dags()}


def test_there_is_a_dag_for_each_source_and_each_domain(offline: Settings, dags: dict[str, object]) -> None:
    sources = enabled_specs(offline)

    assert sources
    assert dags.keys() == {
        *(f"ingest__{source}" for source in sources),
        *(f"transform__{domain}" for domain in domains(offline.dbt_manifest, enabled_tables(offline))),
        "maintain__raw_zone",
    }
    if offline.enabled_sources == "all":
        assert sources == load_specs(PROJECT / "include" / "sources")
        assert {f"transform__{domain}" for domain in domains(offline.dbt_manifest)} <= dags.keys()


def test_the_raw_zone_is_tidied_where_a_policy_says_what_may_go(
    dags: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lagoa.orchestration.maintain import maintenance_dags

    assert f"{RETENTION_DAYS} days" in dags["maintain__raw_zone"].description  # type: ignore[attr-defined]
    monkeypatch.delenv("LAGOA_RAW_RETENTION_DAYS")
    assert maintenance_dags() == {}


def test_every_task_has_an_owner_retries_and_a_time_limit(dags: dict[str, object]) -> None:
    incomplete = [
        f"{dag_id}.{task.task_id}"
        for dag_id, dag in dags.items()
        for task in dag.tasks  # type: ignore[attr-defined]
        if task.owner != "lagoa" or task.retries < 1 or task.execution_timeout is None
    ]

    assert incomplete == []


def test_every_dag_is_documented_and_runs_once_at_a_time(dags: dict[str, object]) -> None:
    for dag in dags.values():
        assert dag.doc_md  # type: ignore[attr-defined]
        assert dag.description  # type: ignore[attr-defined]
        assert dag.tags  # type: ignore[attr-defined]
        assert dag.max_active_runs == 1  # type: ignore[attr-defined]
        assert dag.catchup is False  # type: ignore[attr-defined]


def test_an_ingestion_extracts_then_loads_each_resource_before_its_gate(
    offline: Settings, dags: dict[str, object]
) -> None:
    for source, spec in enabled_specs(offline).items():
        tasks = {task.task_id: task for task in dags[f"ingest__{source}"].tasks}  # type: ignore[attr-defined]

        assert tasks.keys() == {
            "gate_bronze",
            *(f"{name}.{step}" for name in spec.resources for step in ("extract", "load")),
        }
        assert tasks["gate_bronze"].upstream_task_ids == {f"{name}.load" for name in spec.resources}
        assert all(tasks[f"{name}.load"].upstream_task_ids == {f"{name}.extract"} for name in spec.resources)
        assert {name: tasks[f"{name}.extract"].upstream_task_ids for name in spec.resources} == {
            name: {f"{above}.load" for above in each.parent.resources} if each.parent else set()
            for name, each in spec.resources.items()
        }


def test_a_run_about_a_resource_that_does_not_exist_is_refused(dags: dict[str, object]) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    param = dags["ingest__ibge"].params.get_param("resources")  # type: ignore[attr-defined]

    assert param.resolve(["estados"]) == ["estados"]
    with pytest.raises(ParamValidationError, match="estado"):
        param.resolve(["estado"])


@pytest.mark.parametrize("given", ["since", "until"])
def test_a_backfill_passes_over_resources_without_windows(offline: Settings, given: str) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from lagoa.orchestration.ingest import _pass_over

    spec = load_specs(PROJECT / "include" / "sources")["ibge"]
    params = {"resources": None, "since": None, "until": None, given: "2026-01-01"}

    with pytest.raises(AirflowSkipException, match="this resource has none"):
        _pass_over(offline, spec, "estados", {"params": params})


def test_a_gate_stands_between_the_layers_and_before_the_publication(
    offline: Settings, dags: dict[str, object]
) -> None:
    for name, domain in domains(offline.dbt_manifest, enabled_tables(offline)).items():
        tasks = {task.task_id: task for task in dags[f"transform__{name}"].tasks}  # type: ignore[attr-defined]
        upstream = {task_id: task.get_flat_relative_ids(upstream=True) for task_id, task in tasks.items()}
        silver = {task_id for task_id in tasks if task_id.startswith("silver.")}
        gold = {task_id for task_id in tasks if task_id.startswith("gold.")}

        assert len(silver) >= len(domain.silver) > 0
        assert len(gold) >= len(domain.gold)
        assert silver <= upstream["gate_silver"]
        assert all("gate_silver" in upstream[task_id] for task_id in gold)
        assert gold <= upstream["gate_gold"] if gold else "gate_gold" not in tasks
        assert tasks["publish"].upstream_task_ids == {"gate_gold" if gold else "gate_silver"}


def test_the_domains_follow_from_the_manifest_and_the_tables_that_are_loaded(offline: Settings) -> None:
    few = frozenset({"bcb__ipca", "ibge__estados", "ibge__municipios", "portal_transparencia__orcamento_despesa"})
    found = domains(offline.dbt_manifest, few)

    assert {name: (domain.bronze, domain.upstream) for name, domain in found.items()} == {
        "estrutura": (("bcb__ipca", "ibge__estados", "ibge__municipios"), ()),
        "orcamento": (("portal_transparencia__orcamento_despesa",), ("estrutura",)),
    }
    assert set(found["estrutura"].silver) == {"ipca", "municipios", "ufs"}
    assert found["estrutura"].gold == ("municipios",)


def test_a_model_is_left_out_with_all_that_rests_on_it(offline: Settings) -> None:
    from lagoa.orchestration.transform import transform_dag

    alone = domains(offline.dbt_manifest, frozenset({"portal_transparencia__orcamento_despesa"}))["orcamento"]
    tasks = [task.task_id for task in transform_dag(alone, ["portal_transparencia"], offline).tasks]

    assert domains(offline.dbt_manifest)["orcamento"].left_out == ()
    assert "gold__execucao_orcamentaria_orgao" in alone.left_out  # it reckons with the IPCA
    assert (alone.silver, alone.gold, alone.upstream) == (("execucao_orcamentaria",), ("execucao_orcamentaria",), ())
    assert [task_id for task_id in tasks if task_id.startswith("gold.")] == [
        "gold.gold__execucao_orcamentaria_model_build"
    ]


def test_the_extractor_and_the_lake_do_without_airflow() -> None:
    code = (
        "import sys, lagoa.sources.extract, lagoa.lake.bronze, lagoa.lake.publish, lagoa.lake.run;"
        "print([name for name in sys.modules if name.split('.')[0] in ('airflow', 'cosmos', 'dbt')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
