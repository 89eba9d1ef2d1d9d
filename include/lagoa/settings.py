"""The one reader of the environment: os.environ over .env over .lagoa/generated.env -> a frozen Settings.

Every setting is called LAGOA_<NAME>. `.env` is the user's (see .env.example); `.lagoa/generated.env` holds the
passwords and ports that `lagoa up` generated. Show what is in force with `lagoa env`.
"""

import json
import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from lagoa.errors import ConfigError

Role = Literal["lagoa_admin", "etl_user", "dbt_user", "publisher", "superset_reader", "airflow_db", "superset_db"]
PROJECT = Path(__file__).resolve().parents[2]
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NOT_SETTINGS = {f"LAGOA_DBT_{name}" for name in ("HOST", "PORT", "NAME", "USER", "DEVELOPER")}
"""What dbt's profiles.yml reads for itself."""


class Settings(BaseModel):
    """What one installation runs with; immutable, and the same in every process of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = PROJECT
    state_dir: Path = PROJECT / ".lagoa"

    database_url: str | None = None
    """Admin URL of an existing Postgres (postgresql://user:password@host:port/database); None = the embedded one."""
    database_name: str = "lagoa"
    postgres_port: int = 5433
    airflow_port: int = 8080
    airflow_host: str = "127.0.0.1"
    """Where Airflow listens; 0.0.0.0 in its container, nowhere else."""
    superset_port: int = 8088
    superset_host: str = "127.0.0.1"
    """Where Superset listens; 0.0.0.0 in its container, nowhere else."""
    simulator_port: int = 8099
    simulator_imap_port: int = 8143
    """Where the simulator's mailbox answers: plain IMAP on 127.0.0.1."""
    data_docs_port: int = 8089
    """Where Compose serves the Data Docs; without Compose they are files."""
    airflow_url: str | None = None
    superset_url: str | None = None

    airflow_public_url: str | None = None
    superset_public_url: str | None = None
    simulator_public_url: str | None = None
    data_docs_url: str | None = None
    """What people open in a browser, where it is not the address that programs use (Compose)."""

    admin_password: SecretStr | None = None
    etl_password: SecretStr | None = None
    dbt_password: SecretStr | None = None
    publisher_password: SecretStr | None = None
    superset_reader_password: SecretStr | None = None
    airflow_db_password: SecretStr | None = None
    superset_db_password: SecretStr | None = None
    airflow_admin_password: SecretStr | None = None
    superset_admin_password: SecretStr | None = None
    analyst_password: SecretStr | None = None
    airflow_fernet_key: SecretStr | None = None
    airflow_jwt_secret: SecretStr | None = None
    airflow_secret_key: SecretStr | None = None
    superset_secret_key: SecretStr | None = None
    pseudonym_key: SecretStr | None = None
    """Of the HMAC that stands for personal data; another key gives other pseudonyms."""

    sources: Literal["simulator", "live"] = "simulator"
    simulator_url: str | None = None
    simulator_host: str = "127.0.0.1"
    """What the simulator listens on; in a container 0.0.0.0."""
    simulator_data: Path | None = None
    """Folder of recorded data that the simulator serves; None = generated data."""
    simulator_scale: float = Field(default=1.0, gt=0)
    simulator_seed: int = 20261120
    real_data: Path = PROJECT / "../shared/data"
    docker_engine: Path = PROJECT / "../shared/tools/docker-engine"
    """Where `make test-compose` finds docker-engine.sh when no Docker engine runs."""
    raw_url: str | None = None
    raw_options: SecretStr | None = None
    """Options of the raw zone's store as JSON, e.g. {"endpoint_url": …, "key": …, "secret": …}; without them the
    store's client looks for credentials where it always does."""
    raw_retention_days: int | None = Field(default=None, gt=0)
    """Days after which `maintain__raw_zone` removes runs that no table needs any more; None = kept for ever."""
    agency: str = "demo"
    agency_values: dict[str, str] = {}
    """Parameters of the agency that the environment overrides: LAGOA_AGENCY_<NAME>, values separated by commas."""
    secrets: dict[str, SecretStr] = {}
    """Credentials of the sources by name: LAGOA_SECRET_<NAME>."""
    enabled_sources: str | None = None
    """Sources that run, separated by commas, or "all"; None = those that the agency names, or all."""

    scheduled: bool | None = None
    """Whether the DAGs run by their clocks; None = with live sources only, as simulated data stands still."""
    task_retries: int = Field(default=4, ge=0)
    """A restart of the scheduler or of the database takes one from every task that runs."""
    task_retry_seconds: float = Field(default=30, gt=0)
    task_silence_seconds: int = Field(default=90, ge=5)
    """How long a task may give no sign of life before it is taken for dead and tried again."""
    dbt_execution: Literal["watcher", "local"] = "local"
    """How Cosmos runs dbt: one `dbt build` watched by its tasks, or one dbt process a model."""
    dbt_target: Path | None = None
    """Folder of the compiled dbt project; None = in the state folder, as it belongs to the connection."""

    @classmethod
    def load(cls) -> "Settings":
        """Read the environment, `.env` and the generated file.

        Raises:
            ConfigError: a LAGOA_ name that does not exist, or a value that cannot be; all of them at once.
        """
        home = Path(os.environ.get("LAGOA_HOME", PROJECT)).resolve()
        state_dir = Path(os.environ.get("LAGOA_STATE_DIR", home / ".lagoa")).resolve()
        merged = read_env_file(state_dir / "generated.env")
        for given in (read_env_file(home / ".env"), os.environ):
            merged |= {key: value for key, value in given.items() if value != "" or not cls._is_secret(key)}
        values: dict[str, object] = {
            key.removeprefix("LAGOA_").lower(): value
            for key, value in merged.items()
            if key.startswith("LAGOA_") and key not in NOT_SETTINGS and value != ""
        }
        for field, prefix in (("secrets", "secret_"), ("agency_values", "agency_")):
            own = {name for name in values if name.startswith(prefix)}
            values[field] = {name.removeprefix(prefix): values.pop(name) for name in own}
        values |= {"home": home, "state_dir": state_dir}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            problems = "; ".join(
                f"LAGOA_{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors()
            )
            raise ConfigError(f"settings: {problems}. Compare your .env with .env.example.") from None

    @classmethod
    def _is_secret(cls, key: str) -> bool:
        """Whether a variable holds a password or a key: empty, as in .env.example, it does not hide what was made."""
        field = cls.model_fields.get(key.removeprefix("LAGOA_").lower())
        return field is not None and field.annotation == SecretStr | None

    @property
    def embedded(self) -> bool:
        """Whether Lagoa runs its own Postgres."""
        return self.database_url is None

    def dsn(self, role: Role, database: str | None = None) -> str:
        """The libpq URL for a role, e.g. postgresql://etl_user:…@127.0.0.1:5433/lagoa.

        Args:
            role: `lagoa_admin` is the administrator, with an external database the user of LAGOA_DATABASE_URL.
            database: other than the role's own (`airflow` for airflow_db, `superset` for superset_db).
        """
        own = {"airflow_db": "airflow", "superset_db": "superset"}.get(role, self.database_name)
        host, port, user, password = "127.0.0.1", self.postgres_port, str(role), self._password(role)
        if self.database_url is not None:
            url = urlsplit(self.database_url)
            host, port = url.hostname or "127.0.0.1", url.port or 5432
            if role == "lagoa_admin":
                user, password = unquote(url.username or user), unquote(url.password or password)
            if own == self.database_name:
                own = url.path.lstrip("/") or own
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@{host}:{port}/{database or own}"

    def _password(self, role: Role) -> str:
        field = {
            "lagoa_admin": "admin_password",
            "etl_user": "etl_password",
            "dbt_user": "dbt_password",
        }.get(role, f"{role}_password")
        secret: SecretStr | None = getattr(self, field)
        if secret is None and not (role == "lagoa_admin" and self.database_url):
            raise ConfigError(f"LAGOA_{field.upper()}: not set. Run `make up`, which generates it, or `make env`.")
        return secret.get_secret_value() if secret else ""

    def secret(self, name: str) -> str:
        """A credential of a source; with simulated sources "simulated-<name>", which is what the simulator accepts.

        Raises:
            ConfigError: the environment does not hold it, or it holds what no header may: libraries would quote it.
        """
        if self.sources == "simulator":
            return f"simulated-{name}"
        if name not in self.secrets:
            raise ConfigError(f"LAGOA_SECRET_{name.upper()}: not set, expected by a source's spec. Add it to .env.")
        value = self.secrets[name].get_secret_value()
        if CONTROL.search(value):
            raise ConfigError(
                f"LAGOA_SECRET_{name.upper()}: found a line end or another control character, expected one line of "
                "text. Correct it in .env."
            )
        return value

    @property
    def runs_by_clock(self) -> bool:
        """Whether the DAGs of sources have a schedule."""
        return self.sources == "live" if self.scheduled is None else self.scheduled

    @property
    def self_managed(self) -> bool:
        """Whether `lagoa up` runs the programs, rather than Compose or an operator."""
        return self.airflow_url is None

    @property
    def origin(self) -> str:
        """What kind of data this installation loads; bronze never mixes two kinds."""
        if self.sources == "live":
            return "live"
        if self.simulator_data is not None:
            return "recorded"
        return f"generated (seed {self.simulator_seed}, scale {self.simulator_scale:g})"

    @property
    def simulator_base(self) -> str:
        """Where the simulator answers, without a trailing slash."""
        return (self.simulator_url or f"http://127.0.0.1:{self.simulator_port}").rstrip("/")

    @property
    def airflow_base(self) -> str:
        """Where Airflow's API server answers, without a trailing slash."""
        return (self.airflow_url or f"http://127.0.0.1:{self.airflow_port}").rstrip("/")

    @property
    def superset_base(self) -> str:
        """Where Superset answers, without a trailing slash."""
        return (self.superset_url or f"http://127.0.0.1:{self.superset_port}").rstrip("/")

    @property
    def dbt_manifest(self) -> Path:
        """The compiled dbt manifest that the DAGs are built from."""
        return (self.dbt_target or self.state_dir / "dbt") / "manifest.json"

    @property
    def raw_store(self) -> dict[str, object]:
        """The options of the raw zone's store, as fsspec takes them.

        Raises:
            ConfigError: LAGOA_RAW_OPTIONS is not a JSON object.
        """
        if self.raw_options is None:
            return {}
        try:
            options = json.loads(self.raw_options.get_secret_value())
        except ValueError:
            options = None
        if not isinstance(options, dict):
            raise ConfigError(
                'LAGOA_RAW_OPTIONS: not a JSON object, expected one such as {"endpoint_url": "https://…"}. Mend it.'
            )
        return options

    @property
    def raw_base(self) -> str:
        """The raw zone's fsspec URL or folder, without a trailing slash."""
        return (self.raw_url or str(self.state_dir / "raw")).rstrip("/")


def explicit_settings(home: Path) -> set[str]:
    """The settings that somebody set, in the environment or in `.env`, as against generated and default ones."""
    names = {*os.environ, *(key for key, value in read_env_file(home / ".env").items() if value)}
    return {name.removeprefix("LAGOA_").lower() for name in names if name.startswith("LAGOA_")}


def read_env_file(path: Path) -> dict[str, str]:
    """The KEY=VALUE lines of a file; comments and blank lines are passed over, quotes around a value are taken off."""
    if not path.is_file():
        return {}
    pairs = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.strip().partition("=")
        if separator and not key.startswith("#"):
            pairs[key.strip()] = value.strip().strip("'\"")
    return pairs
