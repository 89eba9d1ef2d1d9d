"""supervisord's configuration and start: programs -> run/supervisord.conf -> one detached supervisord.

Light, because the keeper imports it. Layout of the state folder: run/ (configuration, pid, socket, one JSON a program,
mode 0700: they hold secrets) and logs/ (one rotated file a program).
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lagoa.platform.processes import adopt_orphans
from lagoa.platform.program import Program

KEEPER = "keeper"
LOG_BYTES = "20MB"
LOG_BACKUPS = 3
LONGEST_SOCKET_PATH = 100


def socket_path(run_dir: Path) -> Path:
    """The control socket; in the temporary folder where the state folder's path is too long for a socket's."""
    path = run_dir / "supervisor.sock"
    if len(str(path)) < LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(str(run_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"lagoa-{os.geteuid()}-{name}.sock"


def write_configuration(run_dir: Path, log_dir: Path, programs: Iterable[Program]) -> None:
    """Write supervisord's configuration and each program's description."""
    run_dir.mkdir(parents=True, exist_ok=True)
    run_dir.chmod(0o700)
    log_dir.mkdir(parents=True, exist_ok=True)
    sections = [_server(run_dir, log_dir), _program(KEEPER, [_module("keeper"), str(run_dir)], log_dir, 999, 5)]
    for program in programs:
        description = run_dir / f"{program.name}.json"
        description.touch(mode=0o600)
        description.write_text(program.to_json(), encoding="utf-8")
        command = [_module("guard"), str(description)]
        stop = program.stop_seconds + 10
        sections.append(_program(program.name, command, log_dir, program.priority, stop, program.digest()))
    configuration = run_dir / "supervisord.conf"
    scratch = configuration.with_suffix(".new")
    scratch.write_text("\n".join(sections), encoding="utf-8")
    scratch.replace(configuration)


def spawn(run_dir: Path) -> None:
    """Start supervisord, detached, as the reaper of every orphan below it."""
    socket_path(run_dir).unlink(missing_ok=True)
    with (run_dir.parent / "logs" / "supervisord.stderr.log").open("ab") as errors:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "supervisor.supervisord", "-n", "-c", str(run_dir / "supervisord.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd="/",
            start_new_session=True,
            preexec_fn=adopt_orphans,
        )


def _module(name: str) -> str:
    return f"{_quote(sys.executable)} -P -m lagoa.platform.{name}"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _server(run_dir: Path, log_dir: Path) -> str:
    lines = [
        "[unix_http_server]",
        f"file={_escape(socket_path(run_dir))}",
        "chmod=0600",
        "[supervisord]",
        f"logfile={_escape(log_dir / 'supervisord.log')}",
        "logfile_maxbytes=5MB",
        "logfile_backups=1",
        f"pidfile={_escape(run_dir / 'supervisord.pid')}",
        "nodaemon=true",
        "silent=true",
        *(["user=root"] if os.geteuid() == 0 else []),
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "",
    ]
    return "\n".join(lines)


def _program(name: str, command: list[str], log_dir: Path, priority: int, stop: float, digest: str = "") -> str:
    words = [command[0], *(_quote(word) for word in command[1:])]
    return "\n".join(
        [
            f"[program:{name}]",
            f"command={' '.join(words)}",
            f"priority={priority}",
            "autostart=true",
            "autorestart=true",
            "startsecs=1",
            "startretries=50",
            f"stopwaitsecs={stop:.0f}",
            "killasgroup=true",
            "redirect_stderr=true",
            f"stdout_logfile={_escape(log_dir / f'{name}.log')}",
            f"stdout_logfile_maxbytes={LOG_BYTES}",
            f"stdout_logfile_backups={LOG_BACKUPS}",
            f'environment=LAGOA_PROGRAM_DIGEST="{digest}"',
            "",
        ]
    )


def _escape(path: Path) -> str:
    return str(path).replace("%", "%%")
