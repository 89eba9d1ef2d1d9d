"""What the supervisor runs: a frozen description of one program -> JSON for its guard."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """One supervised program; its guard starts it and ends everything that it started."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    """Added to the supervisor's own, whose LAGOA_ and AIRFLOW_ variables are dropped."""
    directory: str = "/"
    user: str | None = None
    """The unprivileged user to run as; None = the supervisor's."""
    stop_signal: str = "TERM"
    stop_seconds: float = 15
    """How long the program may take to stop before everything of it is killed."""
    wait_for_port: int | None = None
    """A port on 127.0.0.1 that must answer before the program starts (its database)."""
    port: int | None = None
    """The port it listens on."""
    essential: str | None = None
    """Part of the command line of the program's own children, none of which may die: else all of it is restarted.

    Airflow's LocalExecutor wants it: a worker that is killed while it waits takes the lock of the task queue with it,
    and the other workers wait for ever.
    """
    priority: int = 20
    """Lower starts earlier."""

    def to_json(self) -> str:
        """The description as its guard reads it; holds secrets."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_file(cls, path: Path) -> "Program":
        """Read what `to_json` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**values | {"command": tuple(values["command"])})

    def digest(self) -> str:
        """Changes when, and only when, the program must be restarted to take over a change."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]
