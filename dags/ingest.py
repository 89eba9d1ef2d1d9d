"""Airflow finds here the DAG of every source: include/sources/<source>.yml -> ingest__<source>."""

from airflow.sdk import DAG

from lagoa.orchestration.ingest import ingest_dags

dags: dict[str, DAG] = ingest_dags()
globals().update(dags)
