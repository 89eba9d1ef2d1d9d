"""What `lagoa up` decides once and keeps in generated.env: secrets that were not set, and free ports."""

from collections.abc import Collection

from lagoa.platform import credentials
from lagoa.platform.ports import free_port, require_free
from lagoa.settings import Settings, explicit_settings

PORTS = ("postgres_port", "airflow_port", "superset_port", "simulator_port", "simulator_imap_port")


def complete(settings: Settings, own_ports: Collection[int] = ()) -> Settings:
    """Generate what is missing, find free ports, remember both, and give the settings then in force.

    Args:
        settings: as they are now.
        own_ports: on which this installation's own programs listen at present; they count as free.

    Raises:
        ConfigError: a port that somebody set is held by another process; the message names it.
    """
    explicit = explicit_settings(settings.home)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    values: dict[str, object] = dict(credentials.generate_missing(settings))
    taken: set[int] = set()
    for name in PORTS:
        port = getattr(settings, name)
        if port in own_ports or not _is_ours_to_open(settings, name):
            values[name] = port
        elif name in explicit:
            require_free(name, port)
        else:
            values[name] = free_port(port, frozenset(taken))
        taken.add(int(str(values.get(name, port))))
    credentials.remember(settings, {name: value for name, value in values.items() if name not in explicit})
    return Settings.model_validate(_present(settings) | values)


def _present(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.model_fields_set}


def _is_ours_to_open(settings: Settings, name: str) -> bool:
    """Whether this installation listens on the port itself, rather than using a server elsewhere."""
    elsewhere = {
        "postgres_port": settings.database_url,
        "airflow_port": settings.airflow_url,
        "superset_port": settings.superset_url,
        "simulator_port": settings.simulator_url or (settings.sources == "live"),
        "simulator_imap_port": settings.simulator_url or (settings.sources == "live"),
    }
    return not elsewhere[name]
