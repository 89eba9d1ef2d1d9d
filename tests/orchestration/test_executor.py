"""The executor forgets a task whose worker was killed before it began it, and outlives the kill of an idle worker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.airflow

REVOKED = """
from types import SimpleNamespace
from airflow.models.taskinstancekey import TaskInstanceKey
from lagoa.orchestration.executor import PreloadingLocalExecutor

executor = PreloadingLocalExecutor(parallelism=1)
lost, other = (TaskInstanceKey("dag", task, "run", 1) for task in ("lost", "other"))
executor.running |= {lost, other}
for _ in range(2):
    executor.revoke_task(ti=SimpleNamespace(key=lost))
    assert executor.running == {other}, executor.running
print("forgotten")
"""

KILLED = """
import os, pathlib, signal, sys, time
from types import SimpleNamespace
import psutil
from airflow.executors.base_executor import BaseExecutor
from lagoa.orchestration import executor as module

done = pathlib.Path(sys.argv[1])
module.PRELOADED = ()
BaseExecutor.run_workload = staticmethod(lambda workload, **_: done.write_text("done"))
executor = module.PreloadingLocalExecutor(parallelism=2)
executor.change_state = lambda *_: None
executor.start()
while not all("<idle>" in " ".join(psutil.Process(pid).cmdline()) for pid in executor.workers):
    time.sleep(0.05)
time.sleep(1)  # one of them holds the lock
for worker in executor.workers.values():
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
executor.activity_queue.put(SimpleNamespace(key="k", running_state=None, success_state="success", display_name="task"))
with executor._unread_messages:
    executor._unread_messages.value += 1
until = time.monotonic() + 60
while not done.exists() and time.monotonic() < until:
    executor.sync()
    time.sleep(0.1)
print("taken" if done.exists() else "lost")
for worker in executor.workers.values():
    worker.kill()
"""

BROKEN = """
import pathlib, sys, time
from types import SimpleNamespace
from airflow.executors.base_executor import BaseExecutor
from lagoa.orchestration import executor as module

begun = pathlib.Path(sys.argv[1])
module.PRELOADED = ()
BaseExecutor.run_workload = staticmethod(lambda workload, **_: (begun.write_text("begun"), time.sleep(300)))
executor = module.PreloadingLocalExecutor(parallelism=2)
executor.change_state = lambda *_: None
executor.start()
executor.activity_queue.put(SimpleNamespace(key="k", running_state=None, success_state="success", display_name="task"))
while not begun.exists():
    time.sleep(0.05)
try:
    try:
        raise RuntimeError("the database went away")
    finally:
        executor.end()
except RuntimeError:
    print("ended")
"""


def test_a_revoked_task_can_be_queued_anew(tmp_path: Path) -> None:
    assert output_of(REVOKED, tmp_path).endswith("forgotten\n")


def test_tasks_are_taken_after_the_kill_of_the_worker_that_held_the_lock(tmp_path: Path) -> None:
    assert output_of(KILLED, tmp_path).endswith("taken\n")


def test_a_scheduler_that_broke_does_not_wait_for_its_tasks(tmp_path: Path) -> None:
    assert output_of(BROKEN, tmp_path).endswith("ended\n")


def output_of(program: str, folder: Path) -> str:
    """What a program prints in a process of its own, without this installation's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "LAGOA_"))}
    environment |= {"AIRFLOW_HOME": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, str(folder / "done")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
