"""The steps of an ingestion, as tasks and the command line call them: spec and state are read here."""

import datetime as dt

from lagoa.errors import ConfigError
from lagoa.lake.bronze import load
from lagoa.lake.load_result import LoadResult
from lagoa.lake.manifest import Manifest
from lagoa.lake.parents import read_parents
from lagoa.lake.raw import RawZone
from lagoa.lake.state import is_loaded, loaded_at, read_state
from lagoa.settings import Settings
from lagoa.sources.extract import Progress, extract
from lagoa.sources.spec import SourceSpec, load_agency, load_specs
from lagoa.sources.spec.base import meant
from lagoa.sources.spec.loading import read_spec


def spec_of(settings: Settings, source: str) -> SourceSpec:
    """The spec of a source; another source's, wrong or slow to read, is none of its business.

    Raises:
        ConfigError: no such source, or its spec is wrong.
    """
    folder = settings.home / "include" / "sources"
    if (path := folder / f"{source}.yml").is_file():
        spec, problems = read_spec(path)
        if spec is not None and not problems and spec.source == source:
            return spec
    specs = load_specs(folder)
    if source not in specs:
        raise ConfigError(
            f"source: found {source!r}, expected one of: {', '.join(specs)}. {meant(source, specs, 'Choose one.')}"
        )
    return specs[source]


def must_have(spec: SourceSpec, resource: str) -> None:
    """Refuse a resource that the source does not have.

    Raises:
        ConfigError: it does not.
    """
    if resource not in spec.resources:
        raise ConfigError(
            f"{spec.source}: found resource {resource!r}, expected one of: {', '.join(spec.resources)}. "
            + meant(resource, spec.resources, "Choose one.")
        )


def extract_resource(
    settings: Settings,
    source: str,
    resource: str,
    run_id: str,
    *,
    full: bool = False,
    since: dt.date | None = None,
    until: dt.date | None = None,
    max_parallel: int | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Fetch one resource into the raw zone, from where its last load left off.

    A run that was loaded is not fetched again: what was loaded stays in the raw zone. One that was broken off goes on,
    also under another run id.

    Args:
        settings: of this installation.
        source: the source's name.
        resource: the resource's name.
        run_id: names the run; the same one again is the same run.
        full: ask for everything, whatever the watermark.
        since: with `until` a backfill: only the windows of these days, both included.
        until: None = to the last day.
        max_parallel: how many slices at once at most, beside the connection's own limit.
        progress: told after each slice.
    """
    if is_loaded(settings, source, resource, run_id):
        loaded = RawZone(settings.raw_base, settings.raw_store).find(source, resource, run_id)
        if loaded is not None:
            return loaded
    spec = spec_of(settings, source)
    return extract(
        spec,
        resource,
        run_id,
        settings=settings,
        agency=load_agency(settings.home / "include" / "agencies", settings.agency, settings.agency_values),
        state=read_state(settings, source, resource),
        full=full,
        since=since,
        until=until,
        parents=lambda after: read_parents(settings, spec, resource, after),
        max_parallel=max_parallel,
        progress=progress,
        last_loaded=loaded_at(settings, source, resource),
    )


def load_manifest(settings: Settings, source: str, path: str, *, accept_shrink: bool = False) -> LoadResult:
    """Load the run whose manifest lies at a path."""
    manifest = RawZone(settings.raw_base, settings.raw_store).read_manifest(path)
    return load(spec_of(settings, source), manifest, settings=settings, accept_shrink=accept_shrink)
