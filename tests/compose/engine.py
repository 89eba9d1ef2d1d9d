"""A Docker engine for the test, and one installation of docker-compose.yml in it."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lagoa.platform.ports import free_port
from lagoa.settings import PROJECT, read_env_file

PORTS = ("AIRFLOW", "SUPERSET", "SIMULATOR", "DATA_DOCS")


@contextmanager
def engine(folder: Path, durations: dict[str, float]) -> Iterator[dict[str, str]]:
    """The environment that reaches a Docker engine: the one that runs, or one set up by docker-engine.sh of a folder.

    Raises:
        RuntimeError: there is neither.
    """
    if _answers(dict(os.environ)):
        yield {}
        return
    script = folder / "docker-engine.sh"
    if not script.is_file():
        raise RuntimeError(
            f"Docker: found no running engine, and no {script} to start one. Start Docker, or set LAGOA_DOCKER_ENGINE "
            "to the folder of docker-engine.sh."
        )
    work = Path(tempfile.mkdtemp(prefix="lagoa-docker-"))
    own = {**os.environ, "DOCKER_CI_DIR": str(work)}
    try:
        for step in ("engine", "images"):
            with timed(durations, f"Docker: {step}"):
                _checked([str(script), step], own, timeout=900)
        yield {"DOCKER_HOST": f"unix://{work}/docker.sock"}
    finally:
        subprocess.run([str(script), "stop"], env=own, check=False, timeout=120, capture_output=True)
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def timed(durations: dict[str, float], step: str) -> Iterator[None]:
    """Note how long a step took."""
    start = time.monotonic()
    yield
    durations[step] = time.monotonic() - start


@dataclass
class Stack:
    """One project of Docker Compose: this checkout's files, an .env of its own, free ports."""

    folder: Path
    environment: dict[str, str]
    name: str = field(default_factory=lambda: f"lagoa-test-{secrets.token_hex(3)}")

    def __post_init__(self) -> None:
        """Write .env as `make env` does, in a folder of its own, and add the ports."""
        (self.folder / "scripts").mkdir(parents=True)
        for name in ("scripts/env", ".env.example"):
            shutil.copy(PROJECT / name, self.folder / name)
        _checked([str(self.folder / "scripts" / "env")], dict(os.environ), timeout=30)
        self.ports: dict[str, int] = {name: free_port() for name in PORTS}
        with self.env_file.open("a", encoding="utf-8") as file:
            file.writelines(f"LAGOA_{name}_PORT={port}\n" for name, port in self.ports.items())
        self.secrets = {
            name: value for name, value in read_env_file(self.env_file).items() if not name.endswith("_PORT")
        }

    @property
    def env_file(self) -> Path:
        """Its .env."""
        return self.folder / ".env"

    def url(self, name: str) -> str:
        """Where people open a program, e.g. SUPERSET."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def compose(self, *arguments: str, timeout: float = 600) -> str:
        """What `docker compose …` wrote to standard output.

        Raises:
            AssertionError: it failed; with its last words.
        """
        files = ["--project-directory", str(PROJECT), "--env-file", str(self.env_file), "-p", self.name]
        return self.docker("compose", *files, *arguments, timeout=timeout)

    def docker(self, *arguments: str, timeout: float = 60) -> str:
        """What `docker …` wrote to standard output."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("LAGOA_")}
        return _checked(["docker", *arguments], inherited | self.environment, timeout)

    def lagoa(self, *arguments: str, timeout: float = 900) -> str:
        """What the `lagoa` command wrote, in a container of its own."""
        return self.compose("run", "--rm", "--no-deps", "-T", "lagoa", *arguments, timeout=timeout)

    def rows(self, query: str, role: str = "etl_user") -> list[dict[str, Any]]:
        """The rows of a query, asked by `lagoa sql` as a role."""
        return json.loads(self.lagoa("sql", query, "--role", role, "--format", "json"))

    def containers(self) -> dict[str, dict[str, Any]]:
        """`docker inspect` of every running container, by service."""
        ids = self.docker("ps", "--quiet", "--filter", f"label=com.docker.compose.project={self.name}").split()
        found = json.loads(self.docker("inspect", *ids)) if ids else []
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}

    def left(self) -> list[str]:
        """What the project has in the engine: containers, volumes, networks."""
        label = f"label=com.docker.compose.project={self.name}"
        kinds = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
        return [line for kind in kinds for line in self.docker(*kind, "--quiet", "--filter", label).split()]


def _answers(environment: dict[str, str]) -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "info"], env=environment, capture_output=True, check=False).returncode == 0


def _checked(command: list[str], environment: dict[str, str], timeout: float) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-60:])
        raise AssertionError(f"{' '.join(command[-6:])}: exit status {done.returncode}:\n{last}")
    return done.stdout
