"""Ending processes so that nothing is left: adopt orphans, find descendants, terminate, kill.

A process that calls `adopt_orphans` (PR_SET_CHILD_SUBREAPER) becomes the parent of every descendant whose own parent
died, in whatever session or group it is; so its descendants are all that it ever started. Every guard imports it.
"""

import ctypes
import os
import signal
import time
from collections.abc import Iterable

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Make the present process the reaper of its orphaned descendants; kept across exec, not inherited by children."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(number: int) -> None:
    """Ask for a signal when the parent process dies; kept across exec, not inherited by children."""
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def descendants(pid: int) -> list[psutil.Process]:
    """All living processes below a process, zombies excepted; empty when it is gone."""
    try:
        return [child for child in psutil.Process(pid).children(recursive=True) if is_alive(child)]
    except psutil.NoSuchProcess:
        return []


def is_alive(process: psutil.Process) -> bool:
    """Whether this very process runs still (not another with its number, not a zombie)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(processes: Iterable[psutil.Process], grace: float) -> list[psutil.Process]:
    """Terminate processes, and kill after `grace` seconds those that stay.

    Returns:
        What still lives after that, normally nothing.
    """
    remaining = [process for process in processes if is_alive(process)]
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        for process in remaining:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        remaining = wait_for_end(remaining, seconds)
        if not remaining:
            break
    return remaining


def wait_for_end(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until processes have ended.

    Returns:
        Those that have not after `seconds`.
    """
    deadline = time.monotonic() + seconds
    remaining = list(processes)
    while True:
        remaining = [process for process in remaining if is_alive(process)]
        if not remaining or time.monotonic() > deadline:
            return remaining
        time.sleep(0.02)


def reap() -> dict[int, int]:
    """Collect the children that have ended.

    Returns:
        Their exit codes by pid; 128 + the signal for those that a signal ended, as a shell says it.
    """
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        code = os.waitstatus_to_exitcode(status)
        ended[pid] = code if code >= 0 else 128 - code
