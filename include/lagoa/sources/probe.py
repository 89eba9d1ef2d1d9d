"""One page, or the first rows of one file, asked of a source as its spec says: what comes against what is declared.

spec + agency -> one slice -> connector -> first batch -> shapes beside the declared fields. Nothing is written.
Alone: `lagoa probe <source> [resource]`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg2

from lagoa.errors import ConfigError, LagoaError
from lagoa.lake.parents import read_parents
from lagoa.settings import Settings
from lagoa.sources import slices
from lagoa.sources.connector import Context
from lagoa.sources.connectors import connect
from lagoa.sources.shape import FieldShape, shapes
from lagoa.sources.spec import Agency, AnyResource, Append, OData, SourceSpec, load_agency
from lagoa.sources.spec.base import listed, meant
from lagoa.sources.spec.time import BRASILIA

NEW, MISSING, NESTED, FLAT, RENAMED = "new", "missing", "is nested", "is not nested", "under its former name"


@dataclass(frozen=True)
class Finding:
    """A field as it is declared and as it came; None = it did not come."""

    name: str
    declared: str
    """plain, nested, optional, added, or nothing for a new one."""
    personal: bool
    shape: FieldShape | None
    note: str

    @property
    def may_be_shown(self) -> bool:
        """Whether its values are told when somebody asks: declared, plain and tagged as no personal data."""
        return bool(self.declared) and not self.personal and self.shape is not None and not self.shape.is_nested


@dataclass(frozen=True)
class Probed:
    """What one request brought."""

    asked: dict[str, str]
    announced: int | None
    records: int
    findings: list[Finding]

    @property
    def differs(self) -> bool:
        """Whether something is not as declared."""
        return any(finding.note in (NEW, MISSING, NESTED, FLAT) for finding in self.findings)


def probe(settings: Settings, spec: SourceSpec, name: str, given: Mapping[str, str] | None = None) -> Probed:
    """Ask for the first page of one slice, once: somebody waits for it.

    Args:
        settings: whether the simulator or the source itself answers.
        spec: the source.
        name: the resource.
        given: parameters of the request that are chosen here, among them the parent's.

    Raises:
        ConfigError: an unknown parameter, or a parent that is neither given nor in bronze.
        TransientSourceError: a later try may succeed.
        PermanentSourceError: it would not.
        ContractError: the answer is no list of records.
    """
    agency = load_agency(settings.home / "include" / "agencies", settings.agency, settings.agency_values)
    resource = spec.resources[name]
    asked = choose(settings, spec, name, agency, dict(given or {}))
    impatient = spec.connection.model_copy(update={"attempts": 1})
    lenient = spec.model_copy(
        update={"resources": {**spec.resources, name: _lenient(resource)}, "connection": impatient}
    )
    with connect(Context(lenient, name, settings, agency, full=True, probing=True)) as connector:
        expanded = connector.expand([asked])
        if not expanded:
            return Probed(asked, None, 0, _findings(resource, []))
        reading = connector.read(expanded[-1])
        first = next(reading.batches(), None)
        try:
            announced = reading.slice.announced
        except LagoaError:
            announced = None
    found = [] if first is None else shapes(first.table)
    return Probed(expanded[-1], announced, 0 if first is None else first.table.num_rows, _findings(resource, found))


def choose(settings: Settings, spec: SourceSpec, name: str, agency: Agency, given: dict[str, str]) -> dict[str, str]:
    """One slice: the first of the agency's lists, the last window that is whole, and what is given in their place."""
    resource = spec.resources[name]
    if unknown := [parameter for parameter in given if parameter not in resource.parameters]:
        known = listed(dict.fromkeys(resource.parameters), "none: it is asked for without parameters")
        raise ConfigError(
            f"{spec.source}.{name}: found the parameter {unknown[0]!r}, expected one of: {known}. "
            + meant(unknown[0], resource.parameters, "Correct `--param`.")
        )
    parents = None if resource.parent is None else [_parent(settings, spec, name, given)]
    today = dt.datetime.now(BRASILIA).date()
    planned = slices.plan(resource, agency, None, slices.last_day(resource, agency, today), parents)
    if not planned:
        raise ConfigError(f"{spec.source}.{name}: found no window up to {today}, expected one. Correct `window.first`.")
    dates = set(resource.window.parameters) if resource.window else set()
    fixed = {key: value for key, value in planned[0].items() if key not in dates}
    alike = [each for each in planned if fixed.items() <= each.items()]
    return {**alike[-2 if len(alike) > 1 else -1], **given}


def _parent(settings: Settings, spec: SourceSpec, name: str, given: Mapping[str, str]) -> dict[str, str]:
    parent = spec.resources[name].parent
    wanted = list(parent.fields) if parent else []
    if all(parameter in given for parameter in wanted):
        return {parameter: given[parameter] for parameter in wanted}
    options = " ".join(f"--param {parameter}=…" for parameter in wanted)
    try:
        rows = read_parents(settings, spec, name, None)
    except (ConfigError, psycopg2.Error):
        rows = None
    found = [*rows.changed, *rows.unchanged] if rows else []
    if not found:
        raise ConfigError(
            f"{spec.source}.{name}: found no row of {parent.resource if parent else ''!r} in bronze, expected one to "
            f"ask for. Ingest it first, or give {options}."
        )
    return found[0]


def _lenient(resource: AnyResource) -> AnyResource:
    """The same resource without the promises that would end the reading at the first difference."""
    declared = [*resource.fields, *resource.nested]
    update: dict[str, Any] = {"optional": declared, "write": Append(mode="append"), "personal": {}, "renamed": {}}
    if isinstance(paging := getattr(resource, "paging", None), OData):
        update["paging"] = paging.model_copy(update={"select": False})  # what is not declared shall be seen
    if resource.kind == "rest":
        update |= {"fields": [], "optional": resource.nested}  # what comes is then told from what is always empty
    return resource.model_copy(update=update)


def _findings(resource: AnyResource, found: list[FieldShape]) -> list[Finding]:
    came = {shape.name: shape for shape in found}
    known = [*dict.fromkeys([*resource.fields, *resource.nested])]
    names = [*known, *(name for name in resource.added if name not in known)]
    names += [name for name in came if name not in names]
    return [_finding(resource, name, came) for name in names if name not in resource.renamed.values()]


def _finding(resource: AnyResource, name: str, came: Mapping[str, FieldShape]) -> Finding:
    shape, former = came.get(name), came.get(resource.renamed.get(name, ""))
    personal = any(tagged.partition(".")[0] == name or tagged == name for tagged in resource.personal)
    if name in resource.nested:
        declared = "nested"
    elif name in resource.fields:
        declared = "plain"
    else:
        declared = "added" if name in resource.added else ""
    optional = name in resource.optional
    note = _note(declared, optional, shape, former)
    return Finding(name, f"{declared}, optional" if optional else declared, personal, shape or former, note)


def _note(declared: str, optional: bool, shape: FieldShape | None, former: FieldShape | None) -> str:
    if not declared:
        return NEW
    if declared == "added":
        return ""
    if shape is None or (declared == "nested" and not shape.kinds):
        return RENAMED if former else "" if optional else MISSING if shape is None else ""
    if declared == "plain" and shape.is_nested:
        return NESTED
    if declared == "nested" and shape.kinds and not shape.is_nested:
        return FLAT
    return ""
