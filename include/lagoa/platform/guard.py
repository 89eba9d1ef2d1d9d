"""The parent of one supervised program: program.json -> the program; when it ends, nothing that it started is left.

supervisord runs `python -m lagoa.platform.guard <program.json>` in place of the program.
- The program ends, by itself or by kill -9: the guard ends all its descendants, in any session, and exits as it did.
- One of its children that is declared essential dies: all of it is ended, so that supervisord starts it anew.
- The guard is told to stop: it stops the program in order, and kills what stays after `stop_seconds`.
- The guard is killed: the program gets its stop signal (PR_SET_PDEATHSIG); orphans return to supervisord, and the next
  guard ends them before it starts the program anew.
- supervisord is killed: the guard is told to stop (PR_SET_PDEATHSIG again).
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from lagoa.platform.processes import adopt_orphans, descendants, die_with_parent, end, is_alive, reap
from lagoa.platform.program import Program

logger = logging.getLogger(__name__)

WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
LEFTOVER_GRACE_SECONDS = 3.0
WAIT_FOR_PORT_SECONDS = 120
OWN_MODULES = ("lagoa.platform.guard", "lagoa.platform.keeper", "supervisor.supervisord")


def main(path: Path) -> int:
    """Run the program of a description to its end, in place of a guard that may have been killed.

    Returns:
        Its exit code, 128 + the number for a signal.
    """
    program, supervisor = Program.from_file(path), os.getppid()
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    die_with_parent(signal.SIGTERM)
    end_orphans_of(supervisor)
    return run(program)


def run(program: Program) -> int:
    """Run a program to its end.

    Returns:
        Its exit code, 128 + the number for a signal.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    adopt_orphans()
    if program.wait_for_port and not wait_for_port(program.wait_for_port):
        return 0
    child = start(program)
    code = watch(program, child)
    end_descendants(LEFTOVER_GRACE_SECONDS)
    return code


def start(program: Program) -> int:
    """Start the program in a process group of its own.

    Returns:
        Its pid.
    """
    stop_signal, guard = signal.Signals[f"SIG{program.stop_signal}"], os.getpid()
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LAGOA_", "AIRFLOW"))}
    as_user = {"user": program.user, "group": program.user, "extra_groups": ()} if program.user else {}
    return subprocess.Popen(  # type: ignore[call-overload]
        program.command,
        env=inherited | program.environment,
        cwd=program.directory,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=in_child(stop_signal, guard),
        **as_user,
    ).pid


def in_child(stop_signal: signal.Signals, guard: int) -> Callable[[], None]:
    """What the new process does before it becomes the program (after it has become its user)."""

    def prepare() -> None:
        die_with_parent(stop_signal)
        if os.getppid() != guard:
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)

    return prepare


def watch(program: Program, child: int) -> int:
    """Wait for the program's end; pass on the wish to stop, and insist after `stop_seconds`.

    Returns:
        Its exit code.
    """
    deadline = float("inf")
    essential: set[psutil.Process] = set()
    while True:
        received = signal.sigtimedwait(WATCHED, min(1.0, max(0.0, deadline - time.monotonic())))
        ended = reap()
        if child in ended:
            return ended[child]
        if received is not None and received.si_signo != signal.SIGCHLD:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.Signals[f"SIG{program.stop_signal}"])
            deadline = min(deadline, time.monotonic() + program.stop_seconds)
        elif time.monotonic() >= deadline:
            end_descendants(0)
            return 128 + signal.SIGKILL
        if program.essential and deadline == float("inf"):
            if any(not is_alive(process) for process in essential):
                logger.warning("%s: a process of %s died; restarting it", program.name, program.essential)
                end_descendants(LEFTOVER_GRACE_SECONDS)
                return 1
            essential = children_with(child, program.essential)


def children_with(pid: int, words: str) -> set[psutil.Process]:
    """The direct children of a process whose command line contains some words."""
    found = set()
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if words in " ".join(process.cmdline()):
                    found.add(process)
    return found


def end_descendants(grace: float) -> None:
    """End everything below this process; again and again, as killing a parent brings up its orphans."""
    while remaining := descendants(os.getpid()):
        end(remaining, grace)


def end_orphans_of(supervisor: int) -> None:
    """End what a killed guard left behind: the supervisor's children that are neither guard nor keeper."""
    try:
        children = psutil.Process(supervisor).children()
    except psutil.NoSuchProcess:
        return
    orphans = []
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(child.cmdline())
            if child.pid != os.getpid() and not any(module in command for module in OWN_MODULES):
                orphans += [child, *child.children(recursive=True)]
    end(orphans, grace=10)


def wait_for_port(port: int) -> bool:
    """Wait until something listens on 127.0.0.1:port.

    Returns:
        False when the guard was told to stop meanwhile, or after two minutes.
    """
    deadline = time.monotonic() + WAIT_FOR_PORT_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
        received = signal.sigtimedwait(WATCHED - {signal.SIGCHLD}, 0.2)
        if received is not None:
            return False
    return False


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s guard: %(message)s")
    sys.exit(main(Path(sys.argv[1])))
