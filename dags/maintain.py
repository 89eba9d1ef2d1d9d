"""Airflow finds here the DAG that tidies up: maintain__raw_zone, where a policy says what may go."""

from airflow.sdk import DAG

from lagoa.orchestration.maintain import maintenance_dags

dags: dict[str, DAG] = maintenance_dags()
globals().update(dags)
