"""What every part of the grammar is made of: strict models, their own problems, texts with `{name}`."""

import difflib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

PLACEHOLDER = re.compile(r"{([a-z][A-Za-z0-9_]*(?::[a-z][a-z0-9_]*)?)}")
"""`{name}`: a parameter of the agency or of the request; `{secret:name}`: a credential from the environment."""
ALMOST = re.compile(r"{{ *[\w:. -]+}}|\$?{[A-Za-z_][\w:. -]*}")
"""What somebody meant as a placeholder, among it other tools' `{{name}}` and `${name}`."""
SHOWN_NAMES = 40

Place = tuple[str | int, ...]
"""Where something stands in a file: keys and positions."""

Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        json_schema_extra={"expected": "a name of small letters, digits and _ that begins with a letter"},
    ),
]
Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(strict=True)]
"""Neither `yes`, which would count as 1, nor a number between quotes."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""As `Whole`, and never without an end."""
Path = Annotated[str, Field(pattern=r"^/", json_schema_extra={"expected": "a path that begins with /"})]


@dataclass(frozen=True)
class Problem:
    """What is wrong somewhere in a spec, and what to do; each text without its full stop."""

    place: Place
    found: str
    expected: str
    remedy: str

    def under(self, place: Place) -> "Problem":
        """The same problem, seen from further out."""
        return Problem((*place, *self.place), self.found, self.expected, self.remedy)

    @property
    def message(self) -> str:
        """What is told after the place."""
        end = "" if self.remedy.endswith("?") else "."
        return f"found {self.found}, expected {self.expected}. {self.remedy}{end}"


class Wrong(ValueError):
    """Carries the problems of a model through pydantic."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{dotted(problem.place)}: {problem.message}" for problem in self.problems))


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def problems(self) -> Iterator[Problem]:
        """What types alone cannot say: keys that contradict one another. Told all at once."""
        yield from ()

    @model_validator(mode="after")
    def _holds_together(self) -> "Strict":
        if found := list(self.problems()):
            raise Wrong(found)
        return self


def placeholders(text: str) -> set[str]:
    """The names in a text's `{name}` and `{secret:name}`."""
    return set(PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with every `{name}` that is known filled in; the others stay."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def texts(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every text inside a value of mappings and lists, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts(inner, (*place, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, (*place, number))


def secrets_in(value: Any) -> list[str]:
    """The names in the `{secret:name}` of a value's texts, in order."""
    named = [name for _, text in texts(value) for name in PLACEHOLDER.findall(text) if name.startswith("secret:")]
    return [name.removeprefix("secret:") for name in named]


def malformed(value: Any, place: Place) -> Iterator[Problem]:
    """The braces in a value's texts that look like a placeholder and would be sent as they are."""
    for where, text in texts(value, place):
        for found in ALMOST.findall(text):
            if not PLACEHOLDER.fullmatch(found):
                inner = found.strip("${ }")
                yield Problem(
                    where,
                    found,
                    "{name} or {secret:name}, where a name begins with a small letter",
                    f"Write {{{inner}}}"
                    if PLACEHOLDER.fullmatch(f"{{{inner}}}")
                    else "Rename the parameter or take the braces away",
                )


def unquoted(value: Any, known: Container[Any], place: Place = ()) -> Iterator[Problem]:
    """Where `{name}` stands without quotes, which YAML reads as a mapping of a known name to nothing."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        name = next(iter(inner)) if isinstance(inner, Mapping) and list(inner.values()) == [None] else None
        if name in known or str(name).startswith("secret:"):
            yield Problem(
                (*place, key), f"{{{name}}} without quotes, which is a mapping", "text", "Put it between quotes"
            )
        else:
            yield from unquoted(inner, known, (*place, key))


def dotted(place: Place) -> str:
    """A place as it is told: `resources.linhas.write.key`."""
    return ".".join(map(str, place)) or "file"


def listed(names: Iterable[str], nothing: str = "none") -> str:
    """Names as a message lists them, the many cut short."""
    every = list(names)
    more = f" and {len(every) - SHOWN_NAMES} more" if len(every) > SHOWN_NAMES else ""
    return ", ".join(every[:SHOWN_NAMES]) + more or nothing


def meant(name: object, valid: Iterable[str], otherwise: str) -> str:
    """The valid name that is nearly the same, as a question; where there is none, another remedy."""
    near = difflib.get_close_matches(
        str(name).lower(), by_lower := {each.lower(): each for each in valid}, n=1, cutoff=0.7
    )
    return f"Did you mean {by_lower[near[0]]!r}?" if near else otherwise
