"""What every DAG has in common: owner, retries, time-outs, how tasks learn where they are."""

import datetime as dt
from typing import Any

from airflow.sdk import Asset

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def task_defaults(retries: int, retry_seconds: float) -> dict[str, Any]:
    """Airflow's default_args of every DAG."""
    return {
        "owner": "lagoa",
        "retries": retries,
        "retry_delay": dt.timedelta(seconds=retry_seconds),
        "retry_exponential_backoff": True,
        "max_retry_delay": dt.timedelta(minutes=10),
        "execution_timeout": dt.timedelta(hours=2),
    }


def bronze_asset(source: str) -> Asset:
    """The asset that says: the bronze tables of a source changed and passed their gate."""
    return Asset(name=f"bronze__{source}", uri=f"lagoa://bronze/{source}", group="bronze")


def gold_asset(domain: str) -> Asset:
    """The asset that says: a domain was published."""
    return Asset(name=f"gold__{domain}", uri=f"lagoa://gold/{domain}", group="gold")
