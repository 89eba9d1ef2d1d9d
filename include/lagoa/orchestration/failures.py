"""Where Lagoa's errors become Airflow's, and where a failure is written down for people to read."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import psycopg2
from airflow.sdk.exceptions import AirflowFailException

from lagoa.errors import LagoaError, TransientError
from lagoa.lake.session import session
from lagoa.settings import Settings

log = logging.getLogger(__name__)


@contextlib.contextmanager
def told(settings: Settings, context: Any) -> Iterator[None]:
    """Inside a task: record a LagoaError in ops.failures; let Airflow retry it only where a retry could help.

    Raises:
        AirflowFailException: for every LagoaError but a TransientError, which passes through and is retried.
    """
    try:
        yield
    except LagoaError as error:
        instance = context["ti"]
        place = {"dag_id": instance.dag_id, "task_id": instance.task_id, "run_id": context["dag_run"].run_id}
        record(settings, **place, message=str(error))
        if isinstance(error, TransientError):
            raise
        raise AirflowFailException(str(error)) from None


def record(settings: Settings, *, dag_id: str, task_id: str, run_id: str, message: str) -> None:
    """Write one failure; a database that cannot be reached is logged, for the failure itself must still be told."""
    try:
        with session(settings) as cursor:
            cursor.execute(
                "insert into ops.failures (dag_id, task_id, run_id, message) values (%s, %s, %s, %s)",
                (dag_id, task_id, run_id, message),
            )
    except psycopg2.Error:
        log.warning("the failure of %s.%s could not be written to ops.failures", dag_id, task_id)
