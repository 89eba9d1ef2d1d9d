"""An agency is configuration: include/agencies/<agency>.yml, each value overridden by LAGOA_AGENCY_<NAME>."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from lagoa.errors import ConfigError

Agency = Mapping[str, list[str]]
"""Parameter -> its values; a single one is a list of one."""


def load_agency(folder: Path, name: str, overrides: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """The parameters that an agency fills the specs with.

    Args:
        folder: of the agencies.
        name: the agency's.
        overrides: parameter -> values separated by commas, which win over the file.

    Raises:
        ConfigError: no such agency, or a value that is neither a list nor a text.
    """
    path = folder / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in folder.glob("*.yml")))
        raise ConfigError(
            f"LAGOA_AGENCY: found {name!r}, expected one of: {known}. Or add {path.name} to include/agencies."
        )
    values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path.name}: found {type(values).__name__}, expected lists by name. Write `name: [a, b]`.")
    wrong = [key for key, value in values.items() if isinstance(value, dict) or value is None]
    if wrong:
        raise ConfigError(f"{path.name}: {', '.join(wrong)}: expected lists. Write `{wrong[0]}: [a, b]`.")
    agency = {
        key: [str(item) for item in (value if isinstance(value, list) else [value])] for key, value in values.items()
    }
    for key, text in (overrides or {}).items():
        agency[key] = [part.strip() for part in text.split(",") if part.strip()]
    return agency


def single(agency: Agency) -> dict[str, str]:
    """The parameters that have one value: what `{name}` in an address, a header or a body stands for."""
    return {name: values[0] for name, values in agency.items() if len(values) == 1}
