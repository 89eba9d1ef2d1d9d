"""A MariaDB server of its own for one test session: temporary folder, free port on 127.0.0.1, never as root."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
from sqlalchemy.engine import URL

from lagoa.platform.ports import free_port

PASSWORD = "s3nha:@/"  # pragma: allowlist secret
START_SECONDS = 60


def is_installed() -> bool:
    """Whether scripts/test-packages, or somebody, installed the server."""
    return shutil.which("mariadb-install-db") is not None and shutil.which("mariadbd", path=_path()) is not None


@contextmanager
def running() -> Iterator[URL]:
    """The address of a server with the database `fonte`, for a user who may do everything there."""
    folder = Path(tempfile.mkdtemp(prefix="lagoa-mariadb-"))
    user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql")
        user = ["--user=mysql"]
    port = free_port()
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "PATH": _path()}}
    install = ["mariadb-install-db", "--no-defaults", *user, f"--datadir={data}", "--skip-test-db"]
    subprocess.run([*install, "--auth-root-authentication-method=normal"], check=True, timeout=START_SECONDS, **quiet)
    server = subprocess.Popen(
        [
            *("mariadbd", "--no-defaults", *user, f"--datadir={data}", f"--port={port}"),
            *(
                "--bind-address=127.0.0.1",
                f"--socket={folder}/s",
                "--skip-log-bin",
                "--innodb-flush-log-at-trx-commit=0",
            ),
        ],
        **quiet,
    )
    try:
        _prepare(port)
        yield URL.create("mysql", "leitor", PASSWORD, "127.0.0.1", port, "fonte")
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)
            break
        except pymysql.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    with connection, connection.cursor() as cursor:
        cursor.execute("create database fonte character set utf8mb4")
        cursor.execute("create user leitor@'127.0.0.1' identified by %s", (PASSWORD,))
        cursor.execute("grant all on fonte.* to leitor@'127.0.0.1'")


def _path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin"
