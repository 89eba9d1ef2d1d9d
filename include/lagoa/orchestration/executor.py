"""Airflow's LocalExecutor, with what the tasks import loaded once before its workers are forked.

A task is a fork of a worker. Importing Great Expectations, dbt and Cosmos anew takes each some seconds of processor
time; forked, they are there already, and their memory is shared. Measured in docs/adr/0007.
"""

import importlib
import logging
import multiprocessing
import sys
import time
from typing import Any

import psutil
from airflow.executors.local_executor import LocalExecutor
from airflow.models.taskinstance import TaskInstance

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
    """LocalExecutor whose workers have imported the tasks' libraries, and whose tasks survive the kill of a worker."""

    STALL_SECONDS = 15.0
    """So long tasks may wait while a worker is idle: it takes a task at once, if it can."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting_since: float | None = None

    def start(self) -> None:
        """Import, then fork the workers."""
        for module in PRELOADED:
            try:
                importlib.import_module(module)
            except ImportError:  # the task itself will tell, with its own traceback
                log.exception("%s could not be preloaded", module)
        super().start()

    def revoke_task(self, *, ti: TaskInstance) -> None:
        """Forget a task that no worker has begun for long, so that the scheduler can queue it anew.

        Its worker was killed between taking it and beginning it; LocalExecutor does not notice.
        """
        self.running.discard(ti.key)
        self.queued_tasks.pop(ti.key, None)

    def sync(self) -> None:
        """Look after the workers; called at each heartbeat."""
        super().sync()
        idle = [] if self.activity_queue.empty() else [worker for worker in self.workers.values() if _is_idle(worker)]
        if not idle:
            self._waiting_since = None
            return
        now = time.monotonic()
        self._waiting_since = self._waiting_since or now
        if now - self._waiting_since > self.STALL_SECONDS:
            self._waiting_since = None
            self._free(idle)

    def end(self) -> None:
        """Stop the workers: after their tasks, but at once where the scheduler's own loop broke.

        It breaks when its database goes away for some seconds. While it waited for tasks of hours, nothing else would
        be scheduled; the tasks are tried again by the scheduler that is started next.
        """
        if isinstance(sys.exception(), Exception):
            for worker in self.workers.values():
                worker.kill()
        super().end()

    def _free(self, idle: list[multiprocessing.Process]) -> None:
        """Replace the queue's lock, and the workers that wait for it.

        An idle worker holds the lock while it waits for a task. One that is killed then takes it along, and no other
        gets a task again.
        """
        log.error("tasks wait and %d idle workers cannot take them: a worker was killed; all are replaced", len(idle))
        for worker in idle:
            worker.kill()
            worker.join()
        self.activity_queue._rlock = multiprocessing.Lock()  # type: ignore[attr-defined]


def _is_idle(worker: multiprocessing.Process) -> bool:
    """Whether a worker waits for a task; it says so in its title."""
    try:
        return "<idle>" in " ".join(psutil.Process(worker.pid).cmdline())
    except psutil.Error:
        return False
