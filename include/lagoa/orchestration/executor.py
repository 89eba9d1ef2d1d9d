"""Airflow's LocalExecutor, with what the tasks import loaded once before its workers are forked.

A task is a fork of a worker. Importing Great Expectations, dbt and Cosmos anew takes each some seconds of processor
time; forked, they are there already, and their memory is shared. Measured in docs/adr/0007.
"""

import importlib
import logging

from airflow.executors.local_executor import LocalExecutor

log = logging.getLogger(__name__)

PRELOADED = (
    "cosmos.operators.local",
    "cosmos.operators.watcher",
    "dbt.adapters.postgres",
    "dbt.cli.main",
    "lagoa.lake.publish",
    "lagoa.lake.run",
    "lagoa.orchestration.ingest",
    "lagoa.orchestration.transform",
    "lagoa.quality.checkpoint",
)


class PreloadingLocalExecutor(LocalExecutor):
    """LocalExecutor whose workers have imported the tasks' libraries."""

    def start(self) -> None:
        """Import, then fork the workers."""
        for module in PRELOADED:
            try:
                importlib.import_module(module)
            except ImportError:  # the task itself will tell, with its own traceback
                log.exception("%s could not be preloaded", module)
        super().start()
