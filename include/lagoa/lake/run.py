"""The steps of an ingestion, as tasks and the command line call them: spec and state are read here."""

from collections.abc import Iterator

from lagoa.errors import ConfigError
from lagoa.lake.bronze import load
from lagoa.lake.load_result import LoadResult
from lagoa.lake.raw import Manifest, RawZone
from lagoa.lake.state import is_loaded, read_state
from lagoa.settings import Settings
from lagoa.sources.extract import Progress, extract
from lagoa.sources.spec import SourceSpec, load_agency, load_specs


def spec_of(settings: Settings, source: str) -> SourceSpec:
    """The spec of a source.

    Raises:
        ConfigError: no such source, or a spec is wrong.
    """
    specs = load_specs(settings.home / "include" / "sources")
    if source not in specs:
        raise ConfigError(f"source: found {source!r}, expected one of: {', '.join(specs)}.")
    return specs[source]


def extract_resource(
    settings: Settings,
    source: str,
    resource: str,
    run_id: str,
    *,
    full: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Fetch one resource into the raw zone, from where its last load left off.

    A run that was loaded is not fetched again: what was loaded stays in the raw zone.
    """
    if is_loaded(settings, source, resource, run_id):
        loaded = RawZone(settings.raw_base).find(source, resource, run_id)
        if loaded is not None:
            return loaded
    return extract(
        spec_of(settings, source),
        resource,
        run_id,
        settings=settings,
        agency=load_agency(settings.home / "include" / "agencies", settings.agency),
        state=read_state(settings, source, resource),
        full=full,
        progress=progress,
    )


def load_manifest(settings: Settings, source: str, path: str, *, accept_shrink: bool = False) -> LoadResult:
    """Load the run whose manifest lies at a path."""
    manifest = RawZone(settings.raw_base).read_manifest(path)
    return load(spec_of(settings, source), manifest, settings=settings, accept_shrink=accept_shrink)


def check_all(settings: Settings) -> Iterator[str]:
    """Validate every spec against itself and against every agency; a line for each spec that is good.

    Raises:
        ConfigError: every problem found.
    """
    specs = load_specs(settings.home / "include" / "sources")
    folder = settings.home / "include" / "agencies"
    problems = []
    for path in sorted(folder.glob("*.yml")):
        agency = load_agency(folder, path.stem)
        problems += [
            f"{path.name}: found no {name}, expected by {spec.source}.{resource}"
            for spec in specs.values()
            for resource, each in spec.resources.items()
            for name in each.for_each.values()
            if name not in agency
        ]
    if problems:
        raise ConfigError("agencies:\n  " + "\n  ".join(problems) + "\nAdd the lists; they may be empty.")
    for spec in specs.values():
        yield f"{spec.source}: {len(spec.resources)} resources ({', '.join(spec.resources)})"
