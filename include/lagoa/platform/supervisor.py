"""The programs of one installation under supervision: bring them to the declared state, look at them, end them all.

Program descriptions -> supervisord (detached; control over a Unix socket) -> guards -> programs.
"""

import http.client
import time
import xmlrpc.client
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import Faults, SupervisorTransport

from lagoa.errors import LagoaError
from lagoa.platform.processes import descendants, end, is_alive
from lagoa.platform.program import Program
from lagoa.platform.supervisord import KEEPER, socket_path, spawn, write_configuration

START_SECONDS = 20
STOP_SECONDS = 90


@dataclass(frozen=True)
class ProgramState:
    """What supervisord says of one program."""

    name: str
    state: str
    pid: int
    """The guard's pid; 0 when the program is not running."""
    started_at: float
    """Seconds since the epoch."""


@dataclass(frozen=True)
class Supervisor:
    """The handle on one installation's supervisord."""

    state_dir: Path

    @property
    def run_dir(self) -> Path:
        """Where configuration, pid and socket are."""
        return self.state_dir / "run"

    @property
    def log_dir(self) -> Path:
        """Where each program's log is."""
        return self.state_dir / "logs"

    def pid(self) -> int | None:
        """Supervisord's pid, or None when it does not answer."""
        try:
            return int(self._rpc().supervisor.getPID())
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return None

    def apply(self, programs: Iterable[Program]) -> None:
        """Run exactly these programs: start what is new, restart what changed, end what is not among them.

        Raises:
            LagoaError: supervisord does not start.
        """
        write_configuration(self.run_dir, self.log_dir, programs)
        if self.pid() is None:
            self._end_stale()
            spawn(self.run_dir)
            self._wait_until(lambda: self.pid() is not None, START_SECONDS, "did not answer")
            return
        rpc = self._rpc().supervisor
        [[added, changed, removed]] = rpc.reloadConfig()
        self.stop([*changed, *removed])
        for name in [*changed, *removed]:
            rpc.removeProcessGroup(name)
        for name in [*added, *changed]:
            rpc.addProcessGroup(name)
        for state in self.states():
            if state.state in ("STOPPED", "EXITED", "FATAL"):
                rpc.startProcess(state.name, False)

    def states(self) -> list[ProgramState]:
        """The programs in the order of their start; empty when supervisord is not running."""
        try:
            found = self._rpc().supervisor.getAllProcessInfo()
        except (OSError, http.client.HTTPException):
            return []
        return [ProgramState(item["name"], item["statename"], item["pid"], float(item["start"])) for item in found]

    def running(self) -> dict[str, Program]:
        """The descriptions of the programs that run now, by name."""
        files = {state.name: self.run_dir / f"{state.name}.json" for state in self.states() if state.pid}
        return {name: Program.from_file(file) for name, file in files.items() if file.is_file()}

    def stop(self, names: Iterable[str]) -> None:
        """Stop programs at the same time and wait for them."""
        names = set(names)
        for name in names:
            try:
                self._rpc().supervisor.stopProcess(name, False)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode not in (Faults.NOT_RUNNING, Faults.BAD_NAME):
                    raise
        self._wait_until(
            lambda: not any(state.pid for state in self.states() if state.name in names), STOP_SECONDS, "did not stop"
        )

    def shut_down(self, last: str = "postgres") -> list[int]:
        """End everything; the program `last` after the others.

        Returns:
            The pids that could not be ended, normally none.
        """
        pid = self.pid()
        if pid is None:
            self._end_stale()
            return []
        everything = {psutil.Process(pid), *descendants(pid)}
        try:
            self.stop([KEEPER])
            self.stop(state.name for state in self.states() if state.name != last)
            everything |= set(descendants(pid))
            self._rpc().supervisor.shutdown()
            self._wait_until(lambda: not is_alive(psutil.Process(pid)), STOP_SECONDS, "did not end")
        except (OSError, http.client.HTTPException, psutil.NoSuchProcess, LagoaError):
            everything |= set(descendants(pid))
        left = end(everything, grace=2)
        socket_path(self.run_dir).unlink(missing_ok=True)
        return [process.pid for process in left]

    def _end_stale(self) -> None:
        """End a supervisord that lives but does not answer, and what it started."""
        file = self.run_dir / "supervisord.pid"
        try:
            process = psutil.Process(int(file.read_text(encoding="utf-8")))
            if str(self.run_dir) in " ".join(process.cmdline()):
                end([process, *descendants(process.pid)], grace=10)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            pass
        file.unlink(missing_ok=True)

    def _rpc(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{socket_path(self.run_dir)}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)

    def _wait_until(self, condition: Callable[[], bool], seconds: float, failure: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise LagoaError(f"supervisor: {failure} within {seconds:.0f} s. Read {self.log_dir}/supervisord.log.")
            time.sleep(0.1)
