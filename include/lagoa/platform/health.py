"""Whether each program does its work: Postgres answers queries, HTTP servers their health addresses."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable

import psycopg2

from lagoa.settings import Settings

TIMEOUT_SECONDS = 5


def check(settings: Settings, program: str) -> str | None:
    """Look whether a program is healthy.

    Returns:
        None when it is, otherwise what is wrong in a few words.
    """
    try:
        return CHECKS[program](settings) if program in CHECKS else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"no answer ({type(error).__name__})"


def _postgres(settings: Settings) -> str | None:
    try:
        psycopg2.connect(settings.dsn("lagoa_admin"), connect_timeout=TIMEOUT_SECONDS).close()
    except psycopg2.OperationalError as error:
        return str(error).strip().splitlines()[-1]
    return None


def _airflow(component: str) -> Callable[[Settings], str | None]:
    def look(settings: Settings) -> str | None:
        report = json.loads(_get(f"{settings.airflow_base}/api/v2/monitor/health"))
        status = (report.get(component) or {}).get("status")
        return None if status == "healthy" else f"{component} {status or 'unknown'}"

    return look


def _http(url: Callable[[Settings], str]) -> Callable[[Settings], str | None]:
    def look(settings: Settings) -> str | None:
        _get(url(settings))
        return None

    return look


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  an http URL of the settings
            return answer.read()
    except urllib.error.HTTPError as error:
        raise OSError(f"status {error.code}") from None


CHECKS: dict[str, Callable[[Settings], str | None]] = {
    "postgres": _postgres,
    "airflow-api-server": _airflow("metadatabase"),
    "airflow-scheduler": _airflow("scheduler"),
    "airflow-dag-processor": _airflow("dag_processor"),
    "airflow-triggerer": _airflow("triggerer"),
    "superset": _http(lambda settings: f"{settings.superset_base}/health"),
    "simulator": _http(lambda settings: f"{settings.simulator_base}/_simulator/health"),
}
