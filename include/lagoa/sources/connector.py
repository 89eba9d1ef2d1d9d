"""What a connector is: it speaks to one source for one resource of one run, and knows nothing of how rows are stored.

asked (one slice) -> Connector.read -> batches of text columns, each with the position to go on from -> Slice
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import pyarrow as pa

from lagoa.errors import TransientSourceError
from lagoa.lake.manifest import Slice, label_of
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.spec import Agency, AnyResource, SourceSpec, fill, placeholders, single

Position = dict[str, Any]
"""Where reading goes on, in the connector's own words; plain JSON."""


@dataclass(frozen=True)
class Context:
    """What one run of one resource is about."""

    spec: SourceSpec
    name: str
    settings: Settings
    agency: Agency = field(default_factory=dict)
    state: ResourceState = field(default_factory=ResourceState)
    full: bool = False
    """Everything is asked for again, also files that did not change."""
    probing: bool = False
    """Only the first page is wanted: nothing is asked for ahead."""

    @property
    def resource(self) -> AnyResource:
        """The resource that is read."""
        return self.spec.resources[self.name]

    @property
    def simulated(self) -> bool:
        """Whether the simulator answers in the source's place."""
        return self.settings.sources == "simulator"

    def subject(self, asked: Mapping[str, str]) -> str:
        """How messages name a slice: pncp.contratacoes (modalidade=6)."""
        label = label_of(asked)
        return f"{self.spec.source}.{self.name}" + (f" ({label})" if label else "")

    def filled(self, text: str, asked: Mapping[str, str] | None = None) -> str:
        """A text of the spec with `{name}` and `{secret:name}` filled in: what is asked for wins over the agency.

        Raises:
            ConfigError: the environment lacks the secret.
        """
        values = {**single(self.agency), **(asked or {})}
        return fill(_with_secrets(text, self.settings), values)

    def completed(self, values: Mapping[str, str], declared: Mapping[str, Any]) -> dict[str, str]:
        """Parameters with what their texts in the spec still name (secrets) filled in.

        A source's own data in them is taken as it is, whatever it looks like.
        """
        return {
            name: fill(value, {each: self.filled(f"{{{each}}}") for each in placeholders(str(declared.get(name, "")))})
            for name, value in values.items()
        }


def _with_secrets(text: str, settings: Settings) -> str:
    named = {name for name in placeholders(text) if name.startswith("secret:")}
    return fill(text, {name: settings.secret(name.removeprefix("secret:")) for name in named})


class Interrupted(TransientSourceError):
    """The source stopped answering in the middle of a slice: what came stands, a later try goes on after it.

    Wrong where the records themselves are in doubt (pages that moved, a total that fell): those are read anew.
    """


@dataclass(frozen=True)
class Batch:
    """Some records of a slice: text columns by the source's field names (nested values as JSON text)."""

    table: pa.Table
    position: Position | None = None
    """Where to go on after these; None = a slice broken off here is read from its beginning."""


@dataclass(frozen=True)
class Resume:
    """Where a slice that was broken off goes on."""

    position: Position
    received: int
    keys: pa.Table | None
    """The key's fields of the records that came already, where the resource has a key."""


class Reading(Protocol):
    """One slice being read."""

    def batches(self) -> Iterator[Batch]:
        """The records, in memory-sized pieces.

        Raises:
            TransientSourceError: a later try may succeed (also: fewer records than announced, overlapping pages).
            PermanentSourceError: it would not.
            ContractError: the data is not as declared.
        """

    @property
    def slice(self) -> Slice:
        """What was asked, announced and received, after the last batch."""


class Connector(Protocol):
    """Speaks to one source; used as a context manager; threads share it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def expand(self, asked: list[dict[str, str]]) -> list[dict[str, str]]:
        """The slices of a run: what the plan asks for, times what a folder or a mailbox lists."""

    def read(self, asked: dict[str, str], resume: Resume | None = None) -> Reading:
        """One slice, from its beginning or from where it was broken off."""
