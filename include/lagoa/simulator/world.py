"""What one running simulator knows: the data, the edition each source is at, the armed faults, the requests seen."""

from collections import Counter
from collections.abc import Mapping

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.simulator import registry
from lagoa.simulator.catalog import Catalog, Source
from lagoa.simulator.faults import FaultBook
from lagoa.simulator.generated.catalog import GeneratedCatalog
from lagoa.simulator.recorded import RecordedCatalog
from lagoa.simulator.store import Store


class Editions:
    """Which edition each source shows; the last one until somebody switches it."""

    def __init__(self, available: Mapping[Source, tuple[str, ...]]) -> None:
        self.available = dict(available)
        self._current = {source: len(names) for source, names in self.available.items()}

    def current(self, source: Source) -> str:
        """The name of the edition in force."""
        return self.available[source][self._current[source] - 1]

    def number(self, source: Source) -> int:
        """Its number, from 1."""
        return self._current[source]

    def switch(self, wanted: Mapping[str, int | str]) -> None:
        """Put sources at editions given by number (from 1), by name or as `last`.

        Raises:
            ConfigError: an unknown source or edition; then nothing was switched.
        """
        problems, switched = [], {}
        for name, edition in wanted.items():
            source = next((source for source in self.available if source == name), None)
            if source is None:
                problems.append(f"{name}: no such source, expected one of {', '.join(self.available)}")
                continue
            names = self.available[source]
            if edition == "last":
                switched[source] = len(names)
            elif edition in names:
                switched[source] = names.index(str(edition)) + 1
            elif isinstance(edition, int) and 1 <= edition <= len(names):
                switched[source] = edition
            else:
                problems.append(f"{name}: {edition!r}, expected 1 to {len(names)}, last, or one of {', '.join(names)}")
        if problems:
            raise ConfigError(f"editions: {'; '.join(problems)}. Ask GET /_simulator/editions.")
        self._current |= switched

    def state(self) -> dict[str, dict[str, object]]:
        """What GET /_simulator/editions answers."""
        return {
            source: {"number": self._current[source], "name": self.current(source), "available": list(names)}
            for source, names in self.available.items()
        }


class World:
    """Everything the sources share; one per application."""

    def __init__(self, settings: Settings) -> None:
        self.recorded = settings.simulator_data
        self.seed, self.scale = settings.simulator_seed, settings.simulator_scale
        """Of generated data."""
        self.host, self.imap_port = settings.simulator_host, settings.simulator_imap_port
        """Where a mailbox listens."""
        self.catalog: Catalog = (
            RecordedCatalog(settings.simulator_data)
            if settings.simulator_data
            else GeneratedCatalog(settings.simulator_seed, settings.simulator_scale)
        )
        self.faults = FaultBook()
        self.store = Store()
        self.requests: Counter[tuple[str, str, int]] = Counter()
        """How often a source's path was answered with a status (0 = no answer was finished)."""
        offered = {name: source.editions(self) for name, source in registry.simulated().items()}
        self.editions = Editions({name: dates for name, dates in offered.items() if dates})


def offered_sources(settings: Settings) -> list[str]:
    """The sources that the simulator speaks for on the data at hand: a recorded folder does not hold all of them."""
    return list(World(settings).editions.available)
