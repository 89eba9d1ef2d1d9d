"""Specs, agencies and suites held against one another, without network: every problem at once."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import yaml

from lagoa.errors import ConfigError
from lagoa.lake.naming import bronze_name
from lagoa.quality.suite import Suite, check_suites
from lagoa.settings import Settings
from lagoa.sources.spec import Agency, AnyResource, Merge, SourceSpec, load_agency, load_specs
from lagoa.sources.spec.base import dotted, listed, meant

UNKNOWN_DOMAIN = "Choose one, or add it to dbt_project/dbt_project.yml first."
LOADER_COLUMNS = {"_load_id", "_run_id", "_loaded_at", "_row_hash", "_row_version", "_deleted_at"}


def check_sources(settings: Settings) -> dict[str, SourceSpec]:
    """Every spec, if all of them are right, each agency has what they ask for, and each table has its suite.

    Raises:
        ConfigError: every problem found.
    """
    told, specs, suites = [], {}, []
    try:
        specs = load_specs(settings.home / "include" / "sources")
    except ConfigError as error:
        told.append(str(error))
    try:
        suites = [suite for suite in check_suites(settings.home / "include" / "quality") if suite.layer == "bronze"]
    except ConfigError as error:
        told.append(str(error))
    if specs:
        told += _listed("domains", domain_problems(specs, domains_of(settings.home)))
    if not told:
        told += _listed("bronze suites", suite_problems(specs, suites))
    told += _listed("agencies", agency_problems(settings.home / "include" / "agencies", specs))
    if told:
        raise ConfigError("\n".join(told))
    return specs


def doubts(specs: dict[str, SourceSpec]) -> Iterator[str]:
    """What is allowed, and may lose rows of a database all the same."""
    for spec in specs.values():
        for name, resource in spec.resources.items():
            write = resource.write
            if resource.kind == "sql" and isinstance(write, Merge) and write.watermark and not write.full_every_days:
                yield (
                    f"{spec.source}.{name}: found the watermark {write.watermark!r} without `full_every_days`. What "
                    "vanishes is never seen, nor what is committed late where the watermark is a number. Consider it."
                )


def _listed(title: str, problems: Iterator[str]) -> list[str]:
    lines = list(problems)
    return ["\n  ".join([f"{title}:", *lines])] if lines else []


def domains_of(home: Path) -> list[str]:
    """The domains of the dbt project's silver layer."""
    project = yaml.safe_load((home / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    return [name for name in project["models"]["lagoa"]["silver"] if not name.startswith("+")]


def domain_problems(specs: dict[str, SourceSpec], domains: list[str]) -> Iterator[str]:
    """Sources of a domain that nobody builds."""
    for spec in specs.values():
        if spec.domain not in domains:
            yield (
                f"{spec.source}.yml: domain: found {spec.domain!r}, expected one of: {listed(domains)}. "
                + meant(spec.domain, domains, UNKNOWN_DOMAIN)
            )


def agency_problems(folder: Path, specs: dict[str, SourceSpec]) -> Iterator[str]:
    """What each agency lacks of what the specs ask for."""
    for path in sorted(folder.glob("*.yml")):
        try:
            agency = load_agency(folder, path.stem)
        except ConfigError as error:
            yield str(error)
            continue
        for spec in specs.values():
            yield from (f"{path.name}: {problem}" for problem in dict.fromkeys(_lacks(agency, spec)))
        unknown = [name for name in agency.get("sources", []) if name not in specs]
        for name in unknown if specs else []:
            yield (
                f"{path.name}: sources: found {name!r}, expected one of: {', '.join(specs)}. "
                + meant(name, specs, "Correct it.")
            )


def _lacks(agency: Agency, spec: SourceSpec) -> Iterator[str]:
    is_run = spec.source in agency.get("sources", [spec.source])
    for name, resource in spec.resources.items():
        subject = f"{spec.source}.{name}"
        for parameter, wanted in resource.for_each.items():
            if wanted not in agency:
                yield _missing(wanted, "a list, which may be empty", f"{subject} asks for each", agency)
            elif is_run and not agency[wanted] and parameter in resource.written:
                yield (
                    f"{wanted}: found an empty list, expected values: they are part of what {subject} asks for. "
                    "Add some."
                )
        yield from _dates(agency, resource, subject)
    for place, wanted in spec.agency_names:
        where = f"{spec.source}: {dotted(place)} holds {{{wanted}}}"
        if wanted not in agency:
            yield _missing(wanted, "one value", where, agency)
        elif len(agency[wanted]) != 1:
            yield f"{wanted}: found {len(agency[wanted])} values, expected one: {where}. Keep one."


def _dates(agency: Agency, resource: AnyResource, subject: str) -> Iterator[str]:
    if resource.window is None:
        return
    found: dict[str, dt.date] = {}
    for end in ("first", "last"):
        value = getattr(resource.window, end)
        if isinstance(value, dt.date):
            found[end] = value
        if not isinstance(value, str):
            continue
        if value not in agency:
            yield _missing(value, "a date such as 2025-01-31", f"{subject}'s window has it as `{end}`", agency)
        elif agency[value] or end == "first":
            try:
                (text,) = agency[value]
                found[end] = dt.date.fromisoformat(text)
            except ValueError:
                told = ", ".join(agency[value]) or "nothing"
                yield f"{value}: found {told}, expected a date such as 2025-01-31 for {subject}'s window. Correct it."
    if "first" in found and found["first"] > found.get("last", dt.date.max):
        yield (
            f"{resource.window.last}: found {found['last']}, expected a day from {found['first']} on, where "
            f"{subject}'s window begins. Correct one of them."
        )


def _missing(name: str, expected: str, reason: str, agency: Agency) -> str:
    return f"{name}: found nothing, expected {expected}: {reason}. {meant(name, agency, 'Add it.')}"


def columns_of(resource: AnyResource) -> set[str]:
    """The columns that a table gets of the fields of its resource: those of former names, none of what is dropped."""
    kept = [field for field in resource.declared if resource.personal.get(field) != "drop"]
    return {bronze_name(resource.renamed.get(field, field)) for field in kept}


def suite_problems(specs: dict[str, SourceSpec], suites: list[Suite]) -> Iterator[str]:
    """Tables without a suite, suites without a table, suites that name columns which no field becomes."""
    known = {suite.table: suite for suite in suites}
    tables = {spec.table(name): (spec, name) for spec in specs.values() for name in spec.resources}
    for table, (spec, name) in tables.items():
        path = f"include/quality/bronze/{table}.yml"
        suite = known.get(table)
        if suite is None:
            yield f"{path}: found no file, expected a suite for {spec.source}.{name}. Write it."
            continue
        if (suite.source, suite.resource) != (spec.source, name):
            yield (
                f"{path}: found source {suite.source!r} and resource {suite.resource!r}, expected {spec.source!r} and "
                f"{name!r}. Correct them."
            )
        columns = columns_of(spec.resources[name]) | LOADER_COLUMNS
        for column in suite.named_columns:
            if column not in columns:
                yield (
                    f"{path}: found the column {column!r}, expected one that a field of {spec.source}.{name} becomes. "
                    + meant(column, columns, "Correct it.")
                )
    for table in sorted(set(known) - set(tables)):
        yield f"include/quality/bronze/{table}.yml: found no resource of that name, expected one. Remove the suite."
