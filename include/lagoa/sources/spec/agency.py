"""An agency is configuration: include/agencies/<agency>.yml, each value overridden by LAGOA_AGENCY_<NAME>.

    ugs: ["150002", 070002]  ->  {"ugs": ["150002", "070002"]}

Values are read as they are written: YAML would take the UG 070002 for an octal number.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lagoa.errors import ConfigError
from lagoa.sources.spec.base import Problem, dotted
from lagoa.sources.spec.document import Document, Unreadable, text_of

Agency = Mapping[str, list[str]]
"""Parameter -> its values; a single one is a list of one."""


def load_agency(folder: Path, name: str, overrides: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """The parameters that an agency fills the specs with.

    Args:
        folder: of the agencies.
        name: the agency's.
        overrides: parameter -> values separated by commas, which win over the file.

    Raises:
        ConfigError: no such agency, or every value that is neither a list nor a text, each with its line.
    """
    path = folder / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in folder.glob("*.yml")))
        raise ConfigError(
            f"LAGOA_AGENCY: found {name!r}, expected one of: {known}. Or add {path.name} to include/agencies."
        )
    values, problems = _read(path)
    if problems:
        told = (f"{path.name}:{line}: {dotted(problem.place)}: {problem.message}" for line, problem in problems)
        raise ConfigError("\n  ".join(told))
    agency = {key: value if isinstance(value, list) else [value] for key, value in values.items()}
    for key, text in (overrides or {}).items():
        agency[key] = [part.strip() for part in text.split(",") if part.strip()]
    return agency


def _read(path: Path) -> tuple[dict[str, Any], list[tuple[int, Problem]]]:
    """A file's values, and what is wrong with them; a file of comments has none of either."""
    try:
        text = text_of(path)
        if not any(line.partition("#")[0].strip() for line in text.splitlines()):
            return {}, []
        document = Document(text, as_written=True, expected="lists by name", remedy="Write `name: [a, b]`")
    except Unreadable as error:
        return {}, [(error.line, error.problem)]
    wrong = ((document.line(problem.place), problem) for problem in _wrong(document.value))
    return document.value, sorted([*document.repeated(), *wrong], key=lambda each: each[0])


def _wrong(values: dict[str, Any]) -> Iterator[Problem]:
    """What is neither a text nor a list of texts."""
    for key, value in values.items():
        if not isinstance(value, str | list):
            found = "nothing" if value is None else "a mapping"
            yield Problem((key,), found, "a list, which may be empty, or one value", f"Write `{key}: [a, b]`")
        for number, item in enumerate(value if isinstance(value, list) else []):
            if not isinstance(item, str):
                found = "nothing" if item is None else "a list or a mapping"
                yield Problem((key, number), found, "one value", "Write it as text")


def single(agency: Agency) -> dict[str, str]:
    """The parameters that have one value: what `{name}` in an address, a header or a body stands for."""
    return {name: values[0] for name, values in agency.items() if len(values) == 1}
