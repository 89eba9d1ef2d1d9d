"""Airflow finds here the DAG of every domain of the dbt project: transform__<domain>."""

from airflow.sdk import DAG

from lagoa.orchestration.transform import transform_dags

dags: dict[str, DAG] = transform_dags()
globals().update(dags)
