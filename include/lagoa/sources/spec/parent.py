"""A resource that is asked for by the rows of another."""

import re
from collections.abc import Iterator

from pydantic import Field

from lagoa.sources.spec.base import Name, Problem, Strict


class Parent(Strict):
    """The resource of the same source whose rows this one is asked for, once each."""

    resource: Name
    """The parent's name under `resources`."""
    fields: dict[str, str] = Field(min_length=1)
    """Parameter -> the parent's field that fills it; the parameters become fields of every record."""
    also: list[Name] = []
    """Resources with the same fields whose rows are parents too, asked for only when they are new or changed (what has
    ended, say); `full` asks for all."""
    only_changed: bool = False
    """Ask only for parents that are new or changed since the last load; `full` asks for all."""
    where: dict[str, str | list[str]] = {}
    """The parent's field -> the values that make it worth asking."""
    matching: dict[str, str] = {}
    """The parent's field -> a regular expression that its whole value must match for it to be asked for: a CPF that was
    masked before it was stored, say, is passed over."""

    def problems(self) -> Iterator[Problem]:
        """Expressions that are none."""
        for field, expression in self.matching.items():
            try:
                re.compile(expression)
            except re.error as error:
                yield Problem(("matching", field), repr(expression), f"a regular expression ({error})", "Correct it")

    @property
    def resources(self) -> list[str]:
        """All whose rows are parents."""
        return [self.resource, *self.also]
