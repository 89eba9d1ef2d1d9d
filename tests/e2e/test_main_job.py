"""The main job through the running Airflow: every layer is filled, gold is right, a second run changes nothing."""

import psycopg2
import pytest
from tests.gold import recompute
from tests.running import RunningPlatform

from lagoa.sources.enabled import enabled_specs

pytestmark = pytest.mark.airflow
NOT_RECORDED = {"bcb__cambio", "pncp__atas", "pncp__contratos"}
"""Tables of the sources that run by default of which the recorded data holds nothing."""


def test_every_run_of_the_demonstration_succeeds(platform: RunningPlatform) -> None:
    states = {dag_id: state for (dag_id, _), (state, _) in platform.outcome.runs.items()}

    assert set(states.values()) == {"success"}
    assert states.keys() == {
        *(f"ingest__{source}" for source in ("bcb", "ibge", "pncp", "portal_transparencia", "transferegov")),
        *(f"transform__{domain}" for domain in ("contratacoes", "estrutura", "orcamento", "transferencias")),
    }


def test_every_layer_holds_rows_and_every_domain_is_published(platform: RunningPlatform) -> None:
    specs = enabled_specs(platform.settings)
    bronze = {spec.table(name) for spec in specs.values() for name in spec.resources}
    filled = {name for name in bronze if platform.sql(f'select 1 from bronze."{name}" limit 1')}
    published = platform.sql("select distinct domain from ops.publications order by 1")

    assert filled == bronze - (NOT_RECORDED if platform.data else set())
    assert published == [("contratacoes",), ("estrutura",), ("orcamento",), ("transferencias",)]
    assert all(not digest.startswith("0 ") for digest in platform.gold_digest().values())


def test_gold_equals_a_recomputation_from_the_raw_files(platform: RunningPlatform) -> None:
    if platform.data is None:
        pytest.skip("recorded data: the folder is not there; set LAGOA_REAL_DATA to it")
    connection = psycopg2.connect(platform.settings.dsn("superset_reader"))
    try:
        assert recompute.differences(connection, platform.data, schema="gold") == {}
    finally:
        connection.close()


def test_no_critical_check_failed_and_every_layer_was_checked(platform: RunningPlatform) -> None:
    critical = platform.sql(
        "select table_name, meaning from ops.quality_results where severity = 'critical' and not success"
    )
    layers = platform.sql("select distinct layer from ops.quality_results order by 1")

    assert critical == []
    assert layers == [("bronze",), ("gold",), ("silver",)]


def test_a_second_run_with_nothing_new_changes_nothing(platform: RunningPlatform) -> None:
    gold, publications = platform.gold_digest(), platform.sql("select count(*) from ops.publications")
    tables = [
        name
        for (name,) in platform.sql("select table_name from information_schema.tables where table_schema = 'bronze'")
    ]

    def versions() -> dict[str, object]:
        # ctid and xmin move with any write to a row, even one that writes the same values
        return {
            name: platform.sql(
                "select count(*), sum(_row_version), max(_load_id),"
                f' sum(hashtextextended(ctid::text || xmin::text, 0)) from bronze."{name}"'
            )
            for name in tables
        }

    before = versions()

    runs = {
        source: platform.run(f"ingest__{source}")
        for source in ("bcb", "ibge", "pncp", "portal_transparencia", "transferegov")
    }
    platform.wait_until_idle()

    assert {source: run.state for source, run in runs.items()} == dict.fromkeys(runs, "success")
    assert versions() == before
    assert platform.gold_digest() == gold
    assert platform.sql("select count(*) from ops.publications") == publications


def test_rolling_back_brings_the_former_version_and_again_the_present_one(platform: RunningPlatform) -> None:
    from lagoa.lake.publish import rollback

    platform.run("transform__estrutura")
    platform.wait_until_idle()
    present = platform.gold_digest()

    rollback("estrutura", settings=platform.settings)
    rollback("estrutura", settings=platform.settings)

    assert platform.gold_digest() == present


def test_no_task_parses_the_whole_dbt_project(platform: RunningPlatform) -> None:
    """It takes twenty seconds of a core; what was parsed at the start serves every task."""
    logs = [path.read_text("utf-8") for path in (platform.settings.state_dir / "airflow/logs").rglob("*_build/*.log")]

    assert len([log for log in logs if "Completed successfully" in log]) > 5
    assert [log for log in logs if "Unable to do partial parsing" in log] == []


def test_no_secret_is_in_a_log(platform: RunningPlatform) -> None:
    settings = platform.settings
    secrets = {
        name: value.get_secret_value().encode()
        for name in type(settings).model_fields
        if hasattr(value := getattr(settings, name), "get_secret_value")
    }
    logs = [
        path
        for folder in ("logs", "airflow/logs", "gx")
        for path in (settings.state_dir / folder).rglob("*")
        if path.is_file()
    ]

    assert len(logs) > 20
    assert [(path.name, name) for path in logs for name, secret in secrets.items() if secret in path.read_bytes()] == []
