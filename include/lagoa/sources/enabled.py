"""Which sources run here: those that the agency names under `sources`, or LAGOA_ENABLED_SOURCES, or all."""

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec, load_agency, load_specs

ALL = "all"


def enabled_specs(settings: Settings) -> dict[str, SourceSpec]:
    """The specs of the sources that run, by name, in the order of their names.

    Raises:
        ConfigError: a spec or the agency is wrong, or a source that is named does not exist.
    """
    specs = load_specs(settings.home / "include" / "sources")
    origin, names = _names(settings)
    if names is None:
        return specs
    if unknown := sorted(set(names) - set(specs)):
        raise ConfigError(
            f"{origin}: found {', '.join(unknown)}, expected some of: {', '.join(specs)}; or {ALL!r} alone. "
            "Correct the names."
        )
    return {name: spec for name, spec in specs.items() if name in names}


def enabled_tables(settings: Settings) -> frozenset[str]:
    """The bronze tables of the sources that run.

    Raises:
        ConfigError: as `enabled_specs`.
    """
    return frozenset(spec.table(name) for spec in enabled_specs(settings).values() for name in spec.resources)


def _names(settings: Settings) -> tuple[str, list[str] | None]:
    """Where the names stand, and the names; None = all."""
    if settings.enabled_sources is not None:
        names = [name.strip() for name in settings.enabled_sources.split(",") if name.strip()]
        return "LAGOA_ENABLED_SOURCES", None if names == [ALL] else names
    agency = load_agency(settings.home / "include" / "agencies", settings.agency, settings.agency_values)
    return f"include/agencies/{settings.agency}.yml: sources", agency.get("sources")
