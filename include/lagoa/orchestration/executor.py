"""Airflow's LocalExecutor, with what the tasks import loaded once before its workers are forked.

A task is a fork of a worker. Importing Great Expectations, dbt and Cosmos anew takes each some seconds of processor
time; forked, they are there already, and their memory is shared. Measured in docs/adr/0007.
"""

import ctypes
import importlib
import logging
import multiprocessing
import sys

from airflow.executors.local_executor import LocalExecutor
from airflow.models.taskinstance import TaskInstance

from lagoa.orchestration.fork_lock import ForkLock

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

    def start(self) -> None:
        """Import, then fork the workers, with locks that end with a worker that is killed.

        An idle worker holds the lock of the queue while it waits for a task. Killed, it would take it along, and no
        other would get a task again.
        """
        for module in PRELOADED:
            try:
                importlib.import_module(module)
            except ImportError:  # the task itself will tell, with its own traceback
                log.exception("%s could not be preloaded", module)
        forks, self.is_mp_using_fork = self.is_mp_using_fork, False
        super().start()  # opens the queues; the workers come after their locks
        self.is_mp_using_fork = forks
        self.activity_queue._rlock = ForkLock()  # type: ignore[attr-defined]
        self.result_queue._wlock = ForkLock()  # type: ignore[attr-defined]
        self._unread_messages = multiprocessing.Value(ctypes.c_uint, lock=ForkLock())  # type: ignore[call-overload]
        self._spawn_workers_with_gc_freeze(self.parallelism)

    def revoke_task(self, *, ti: TaskInstance) -> None:
        """Forget a task that no worker has begun for long, so that the scheduler can queue it anew.

        Its worker was killed between taking it and beginning it; LocalExecutor does not notice.
        """
        self.running.discard(ti.key)
        self.queued_tasks.pop(ti.key, None)

    def end(self) -> None:
        """Stop the workers: after their tasks, but at once where the scheduler's own loop broke.

        It breaks when its database goes away for some seconds. While it waited for tasks of hours, nothing else would
        be scheduled; the tasks are tried again by the scheduler that is started next.
        """
        if isinstance(sys.exception(), Exception):
            for worker in self.workers.values():
                worker.kill()
        super().end()
