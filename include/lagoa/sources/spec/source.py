"""One source system: include/sources/<source>.yml."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, model_validator

from lagoa.lake.naming import MAX_IDENTIFIER
from lagoa.sources.spec.base import (
    Name,
    Place,
    Problem,
    Strict,
    Text,
    listed,
    meant,
    placeholders,
    secrets_in,
    texts,
)
from lagoa.sources.spec.connection import DATABASES, NO_CREDENTIALS, Connection
from lagoa.sources.spec.file_resource import FileResource
from lagoa.sources.spec.rest_resource import RestResource
from lagoa.sources.spec.soap_resource import SoapResource
from lagoa.sources.spec.sql_resource import SqlResource
from lagoa.sources.spec.time import Schedule, schedule_problem

AnyResource = RestResource | FileResource | SoapResource | SqlResource
SCHEMES = {
    "rest": ("https",),
    "soap": ("https",),
    "file": ("https", "http", "s3", "gs", "sftp", "file", "imaps"),
    "sql": DATABASES,
}
"""Kind -> the addresses that it can be read from."""


class SourceSpec(Strict):
    """One source system."""

    source: Name
    """The short name, which is the file's, too: the DAG is `ingest__<source>`, a table `<source>__<resource>`."""
    title: Text
    """One line for people, in Portuguese."""
    url: str = Field(pattern=r"^https?://\S+$", json_schema_extra={"expected": "an address of the web"})
    """Where people read about it."""
    domain: Name
    """The domain whose silver and gold tables are built from it."""
    owner: Text
    """Who publishes the data."""
    licence: Text
    """Under which the data may be used."""
    schedule: Schedule
    """When it is asked, as cron in Brasília's time."""
    connection: Connection
    """How its host is spoken to."""
    defaults: dict[str, Any] = {}
    """What every resource has that does not say otherwise; mappings are joined key by key."""
    resources: dict[Name, Annotated[AnyResource, Field(discriminator="kind")]] = Field(min_length=1)
    """By name; each becomes one table of bronze."""

    @model_validator(mode="before")
    @classmethod
    def _defaults_reach_the_resources(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("defaults"), dict):
            return values
        resources = values.get("resources")
        if not isinstance(resources, dict):
            return values
        joined = {
            name: merged(values["defaults"], each) if isinstance(each, dict) else each
            for name, each in resources.items()
        }
        return {**values, "resources": joined}

    def problems(self) -> Iterator[Problem]:
        """What only shows when connection and resources are seen together."""
        yield from schedule_problem(self.schedule)
        for name, resource in self.resources.items():
            at: Place = ("resources", name)
            if len(self.table(name)) > MAX_IDENTIFIER:
                yield Problem(
                    at,
                    f"the table name {self.table(name)!r} of {len(self.table(name))} characters",
                    f"<source>__<resource> of at most {MAX_IDENTIFIER}",
                    "Shorten one of them",
                )
            yield from (problem.under(at) for problem in self._fits(resource))
            yield from (problem.under((*at, "parent")) for problem in self._parent(name))
        if circle := self._circle():
            yield Problem(
                ("resources", circle[0], "parent", "resource"),
                f"parents that go in a circle: {' → '.join([*circle, circle[0]])}",
                "one resource without a parent to begin with",
                "Take one `parent` out",
            )

    def _fits(self, resource: AnyResource) -> Iterator[Problem]:
        scheme, auth = self.connection.scheme, self.connection.auth.type
        if scheme not in SCHEMES[resource.kind]:
            yield Problem(
                ("kind",),
                f"{resource.kind!r} with an address of {scheme}://",
                f"an address of one of: {', '.join(SCHEMES[resource.kind])}",
                "Correct `kind` or `connection.base_url`",
            )
        elif isinstance(resource, FileResource) and (resource.mail is not None) != (scheme == "imaps"):
            found = "it" if resource.mail is not None else "nothing"
            yield Problem(
                ("mail",),
                f"{found} with an address of {scheme}://",
                "`mail` with imaps:// and only there",
                "Correct one",
            )
        for place, text in texts(resource.templates) if scheme == "http" else []:
            if secrets_in(text):
                yield Problem(place, "a secret with an address of http://", NO_CREDENTIALS, "Use https://")
        if auth == "ws_security" and resource.kind != "soap":
            yield Problem(
                ("kind",), f"{resource.kind!r} with `auth: ws_security`", "soap", "Choose another `connection.auth`"
            )

        if self.connection.throttled and resource.kind == "soap":
            yield Problem(
                ("kind",), "'soap' with `connection.throttled`", "rest or file: its bodies are JSON", "Remove one"
            )

    def _parent(self, name: str) -> Iterator[Problem]:
        parent = self.resources[name].parent
        if parent is None:
            return
        others = [other for other in self.resources if other != name]
        places: list[Place] = [("resource",), *(("also", number) for number in range(len(parent.also)))]
        for place, above in zip(places, parent.resources, strict=True):
            if above not in others:
                yield Problem(
                    place,
                    "itself" if above == name else repr(above),
                    f"another resource of this source ({listed(others)})",
                    meant(above, others, "Correct it"),
                )
                continue
            declared = self.resources[above].declared
            named: list[tuple[Place, str]] = [(("fields", key), field) for key, field in parent.fields.items()]
            named += [(("where", field), field) for field in parent.where]
            named += [(("matching", field), field) for field in parent.matching]
            for at, field in named:
                if field not in declared:
                    yield Problem(
                        at,
                        f"{field!r}",
                        f"a field of {above} ({listed(declared)})",
                        meant(field, declared, f"Add it to the `fields` of {above}"),
                    )
        write = self.resources[name].write
        if parent.also and not getattr(write, "full_every_days", None):
            yield Problem(
                ("also",),
                f"it beside `write.mode: {write.mode}`",
                "`mode: merge` or `replace_partition` with `full_every_days`: most runs do not ask for all parents",
                "Change `write`, or take it out",
            )

    def _circle(self) -> list[str]:
        """Resources that are each other's parents, in turn; empty where there are none."""
        for start in self.resources:
            walks = [[start]]
            while walks:
                walked = walks.pop()
                for above in self._above(walked[-1]):
                    if above == start and len(walked) > 1:
                        return walked
                    if above not in walked:
                        walks.append([*walked, above])
        return []

    def _above(self, name: str) -> list[str]:
        """The resources of this source whose rows a resource is asked for."""
        parent = self.resources[name].parent
        return [above for above in parent.resources if above in self.resources] if parent else []

    def in_order(self) -> list[str]:
        """The resources, parents before their children."""
        ordered: list[str] = []
        waiting = list(self.resources)
        while waiting:
            free = [name for name in waiting if set(self._above(name)) <= set(ordered)]
            ordered += free
            waiting = [name for name in waiting if name not in free]
        return ordered

    @property
    def agency_names(self) -> list[tuple[Place, str]]:
        """Where the connection or a resource needs a single value of the agency as `{name}`, and which."""
        auth = self.connection.auth
        spoken = {"base_url": self.connection.base_url, "headers": self.connection.headers}
        if auth.type == "session":
            spoken["auth"] = {"login": auth.login, "body": auth.body}
        if auth.type == "oauth2":
            spoken["auth"] = {"token_url": auth.token_url}
        found = [
            (("connection", *place), name)
            for place, text in texts(spoken)
            for name in sorted(placeholders(text))
            if not name.startswith("secret:")
        ]
        for resource, each in self.resources.items():
            found += [(("resources", resource, *place), name) for place, name in each.agency_names]
        return found

    @property
    def agency_lists(self) -> list[str]:
        """The agency's parameters that any number of values may stand under: those of `for_each` and of windows."""
        names: list[str] = []
        for each in self.resources.values():
            names += each.for_each.values()
            if each.window:
                names += [name for name in (each.window.first, each.window.last) if isinstance(name, str)]
        return list(dict.fromkeys(names))

    @property
    def secrets(self) -> list[str]:
        """The names of the credentials that connection and requests need."""
        sent = [name for each in self.resources.values() for name in secrets_in(each.templates)]
        return list(dict.fromkeys([*self.connection.secrets, *sent]))

    def table(self, resource: str) -> str:
        """The bronze table of a resource, without its schema."""
        return f"{self.source}__{resource}"


def merged(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Defaults under a resource's own keys; mappings are joined, unless their `type` or `mode` differs."""
    joined = dict(defaults)
    for key, value in own.items():
        before = joined.get(key)
        joined[key] = value
        if isinstance(before, dict) and isinstance(value, dict):
            alike = all(value.get(tag, before.get(tag)) == before.get(tag) for tag in ("type", "mode"))
            joined[key] = merged(before, value) if alike else value
    return joined
