"""Supervision, with cheap programs: nothing is left after the end, and whatever is killed comes back."""

import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
import pytest

from lagoa.platform.ports import free_port, is_free
from lagoa.platform.postgres import EmbeddedPostgres
from lagoa.platform.processes import descendants, is_alive
from lagoa.platform.program import Program
from lagoa.platform.supervisor import Supervisor
from lagoa.settings import Settings

# A server that holds a port, with a child in its group, a child in a session of its own, and a grandchild whose parent
# is dead: what Airflow and gunicorn leave behind when they are killed.
SERVER = """
import http.server, os, subprocess, sys
port, marker = int(sys.argv[1]), sys.argv[2]
sleep = [sys.executable, "-c", "import time, signal; signal.signal(15, signal.SIG_IGN); time.sleep(600)", marker]
subprocess.Popen(sleep)
subprocess.Popen(sleep, start_new_session=True)
if os.fork() == 0:
    os.setsid()
    subprocess.Popen(sleep)
    os._exit(0)
os.wait()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


class Installation:
    """A supervisor with two dummy servers, and what one sees of it from outside."""

    def __init__(self, state_dir: Path) -> None:
        self.supervisor = Supervisor(state_dir)
        self.marker = f"marker-{state_dir.name}"
        self.ports = {"first": free_port(), "second": free_port()}
        self.programs = [self.program(name) for name in self.ports]

    def program(self, name: str, **environment: str) -> Program:
        """A server of this installation."""
        command = (sys.executable, "-c", SERVER, str(self.ports[name]), self.marker)
        return Program(name=name, command=command, environment=environment, stop_seconds=3)

    def everything(self) -> list[psutil.Process]:
        """Every living process of it, wherever its parent is."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess):
                command = " ".join(process.cmdline())
                if self.marker in command or str(self.supervisor.run_dir) in command:
                    found.append(process)
        return [process for process in found if is_alive(process)]

    def answers(self, name: str) -> int | None:
        """The pid of the server that answers on a program's port."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}", timeout=1) as answer:
                return int(answer.read())
        except OSError:
            return None

    def is_whole(self) -> bool:
        """Both servers answer and have their three children; one supervisord, one keeper, two guards, nothing more."""
        commands = [" ".join(process.cmdline()) for process in self.everything()]
        return (
            len(self.supervisor.states()) == 3
            and all(state.state == "RUNNING" for state in self.supervisor.states())
            and all(self.answers(name) for name in self.ports)
            and len(commands) == 1 + 1 + 2 + 2 * 4
        )


def eventually(condition: Callable[[], object], seconds: float = 25) -> bool:
    """Whether a condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(psutil.NoSuchProcess):
            if condition():
                return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("supervised"))
    installation.supervisor.apply(installation.programs)
    assert eventually(installation.is_whole), installation.supervisor.states()
    yield installation
    installation.supervisor.shut_down()


def child_of(installation: Installation, *words: str) -> psutil.Process:
    """The process below supervisord whose command line has all the words."""
    supervisord = installation.supervisor.pid()
    assert supervisord is not None
    for process in [psutil.Process(supervisord), *descendants(supervisord)]:
        if all(word in " ".join(process.cmdline()) for word in words):
            return process
    raise AssertionError(f"no process with {words}")


VICTIMS: dict[str, Callable[[Installation], psutil.Process]] = {
    "a program": lambda it: psutil.Process(it.answers("first")),
    "a program's guard": lambda it: child_of(it, "lagoa.platform.guard", "first.json"),
    "supervisord": lambda it: psutil.Process(it.supervisor.pid()),
    "the keeper": lambda it: child_of(it, "lagoa.platform.keeper"),
}


@pytest.mark.parametrize("victim", VICTIMS)
def test_what_is_killed_comes_back_and_leaves_no_orphan(installation: Installation, victim: str) -> None:
    assert eventually(installation.is_whole)
    killed = VICTIMS[victim](installation)
    killed.send_signal(signal.SIGKILL)
    assert eventually(lambda: not is_alive(killed) and installation.is_whole()), [
        (process.pid, process.ppid(), process.cmdline()) for process in installation.everything()
    ]


def test_only_a_changed_program_is_restarted(installation: Installation) -> None:
    assert eventually(installation.is_whole)
    before = {name: installation.answers(name) for name in installation.ports}
    installation.supervisor.apply(installation.programs)
    assert {name: installation.answers(name) for name in installation.ports} == before
    installation.supervisor.apply([installation.programs[0], installation.program("second", COLOUR="red")])
    assert eventually(installation.is_whole)
    assert installation.answers("first") == before["first"]
    assert installation.answers("second") != before["second"]


def test_descriptions_that_hold_secrets_are_private(installation: Installation) -> None:
    assert (installation.supervisor.run_dir.stat().st_mode & 0o777) == 0o700
    assert ((installation.supervisor.run_dir / "first.json").stat().st_mode & 0o777) == 0o600


def test_nothing_is_left_after_the_end(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.supervisor.apply(installation.programs)
    assert eventually(installation.is_whole)
    assert installation.supervisor.shut_down() == []
    assert installation.everything() == []
    assert all(is_free(port) for port in installation.ports.values())
    assert installation.supervisor.states() == []
    assert installation.supervisor.shut_down() == []


def test_a_program_is_restarted_when_an_essential_child_dies(tmp_path: Path) -> None:
    """LocalExecutor's workers wait for ever once one of them was killed with the queue's lock in its hand."""
    script = "import subprocess, sys, time; subprocess.Popen(['sleep', '601']); time.sleep(600)"
    program = Program("parent", (sys.executable, "-c", script), essential="sleep 601")
    supervisor = Supervisor(tmp_path)

    def child() -> psutil.Process | None:
        below = descendants(supervisor.pid() or 0)
        return next((process for process in below if process.cmdline() == ["sleep", "601"]), None)

    try:
        supervisor.apply([program])
        assert eventually(child)
        time.sleep(1.5)
        killed, parent = child(), psutil.Process(child().ppid())
        killed.kill()
        assert eventually(lambda: not is_alive(parent) and child())
    finally:
        supervisor.shut_down()


def test_a_program_that_depends_on_a_port_waits_for_it(tmp_path: Path) -> None:
    supervisor, port, made = Supervisor(tmp_path), free_port(), tmp_path / "made"
    writer = Program("writer", ("/bin/sh", "-c", f"touch {made}; sleep 600"), wait_for_port=port)
    command = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port))
    try:
        supervisor.apply([writer])
        time.sleep(2)
        assert not made.exists()
        supervisor.apply([writer, Program("server", command, directory=str(tmp_path))])
        assert eventually(made.exists)
    finally:
        supervisor.shut_down()


def test_postgres_survives_the_kill_of_any_of_its_processes(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours = settings.model_copy(update={"state_dir": tmp_path_factory.mktemp("pg"), "postgres_port": free_port()})
    server, supervisor = EmbeddedPostgres.of(ours, shared_buffers="32MB"), Supervisor(ours.state_dir)

    def count() -> int | None:
        try:
            connection = psycopg2.connect(server.url(), connect_timeout=2)
        except psycopg2.OperationalError:
            return None
        with connection.cursor() as cursor:
            cursor.execute("create table if not exists kept (killed text)")
            cursor.execute("select count(*) from kept")
            rows = cursor.fetchone()
            cursor.execute("insert into kept values ('one more')")
        connection.commit()
        connection.close()
        return rows[0] if rows else None

    def postmaster() -> psutil.Process:
        return psutil.Process(int((server.data_dir / "postmaster.pid").read_text().splitlines()[0]))

    try:
        server.prepare()
        supervisor.apply([server.program()])
        assert eventually(lambda: count() == 0)
        for expected, kill in enumerate(
            (
                lambda: postmaster().kill(),
                lambda: postmaster().children()[0].kill(),
                lambda: psutil.Process(postmaster().ppid()).kill(),
                lambda: os.kill(supervisor.pid() or 0, signal.SIGKILL),
            ),
            start=1,
        ):
            kill()
            time.sleep(0.5)
            assert eventually(lambda expected=expected: count() == expected)
        last = postmaster()
        assert supervisor.shut_down() == []
        assert not is_alive(last)
        assert is_free(ours.postgres_port)
    finally:
        supervisor.shut_down()
        server.destroy()
