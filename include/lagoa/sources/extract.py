"""Source -> raw zone: one run of one resource, whole or failed.

    spec + agency + state -> slices -> connector -> raw parts -> manifest (written last)

Alone: `lagoa ingest <source>`.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from lagoa.errors import ContractError, LagoaError, TransientSourceError
from lagoa.lake.raw import Manifest, PartWriter, RawZone, Slice, label_of, sha256_of
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources import files, rest, slices
from lagoa.sources.client import SourceClient
from lagoa.sources.spec import FileResource, Merge, RestResource, SourceSpec

log = logging.getLogger(__name__)

BRASILIA = ZoneInfo("America/Sao_Paulo")
SHOWN_ERRORS = 10
Progress = Callable[[int, int, int], None]
"""Called with slices done, slices in all, records received so far."""


def extract(
    spec: SourceSpec,
    name: str,
    run_id: str,
    *,
    settings: Settings,
    agency: Mapping[str, Sequence[str]],
    state: ResourceState,
    full: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Fetch one resource into the raw zone and write its manifest.

    Args:
        spec: the source.
        name: the resource.
        run_id: names the run in the raw zone and in the ledger.
        settings: where the raw zone and the simulator are.
        agency: the lists that the spec's `for_each` names.
        state: how far the resource has come.
        full: ask for everything, whatever the watermark.
        progress: told after each slice.

    Raises:
        TransientSourceError: a later try may succeed.
        PermanentSourceError: it would not.
        ContractError: the data is not as declared.
    """
    resource = spec.resources[name]
    now = dt.datetime.now(dt.UTC)
    is_full, since = horizon(resource, state, now, full)
    asked = slices.plan(resource, agency, since, now.astimezone(BRASILIA).date())
    zone = RawZone(settings.raw_base)
    run = _Run(spec, name, resource, PartWriter(zone, spec.source, name, run_id, now.date()), state)
    run.total, run.progress = len(asked), progress
    with SourceClient(spec, settings) as client, ThreadPoolExecutor(spec.connection.concurrency) as pool:
        outcomes = list(pool.map(lambda each: run.attempt(client, each), asked))
    _raise_collected(spec, name, [item for item in outcomes if isinstance(item, LagoaError)])
    run.writer.flush()
    manifest = Manifest(
        source=spec.source,
        resource=name,
        run_id=run_id,
        origin=settings.origin,
        extracted_at=now,
        full=is_full,
        fields=run.writer.fields or [*resource.fields, *resource.nested],
        slices=[item for item in outcomes if isinstance(item, Slice)],
        parts=run.writer.parts,
        watermark=max(filter(None, [run.watermark, state.watermark]), default=None),
    )
    path = zone.write_manifest(manifest)
    log.info("%s.%s: %d records in %d parts, %s", spec.source, name, manifest.received, len(manifest.parts), path)
    return manifest


def horizon(
    resource: RestResource | FileResource, state: ResourceState, now: dt.datetime, full: bool
) -> tuple[bool, dt.date | None]:
    """Whether a run asks for everything, and if not, from which day on."""
    write = resource.write
    if not isinstance(write, Merge) or write.watermark is None or resource.window is None:
        return True, None
    if full or state.watermark is None or state.full_at is None:
        return True, None
    if write.full_every_days and now - state.full_at >= dt.timedelta(days=write.full_every_days):
        return True, None
    try:
        reached = dt.datetime.fromisoformat(state.watermark).date()
    except ValueError:
        raise ContractError(
            f"watermark {write.watermark}: found {state.watermark!r}, expected an ISO date or timestamp. "
            "Choose another field in the spec, or extract with --full."
        ) from None
    return False, min(reached, now.astimezone(BRASILIA).date()) - dt.timedelta(days=write.look_back_days)


class _Run:
    """What the slices of one run share: the writer, the watermark, the count."""

    def __init__(
        self,
        spec: SourceSpec,
        name: str,
        resource: RestResource | FileResource,
        writer: PartWriter,
        state: ResourceState,
    ) -> None:
        self.spec, self.name, self.resource, self.writer, self.state = spec, name, resource, writer, state
        self.total = self.done = self.received = 0
        self.watermark: str | None = None
        self.progress: Progress | None = None
        self._lock = threading.Lock()
        self._watermark_field = getattr(resource.write, "watermark", None)

    def attempt(self, client: SourceClient, asked: dict[str, str]) -> Slice | LagoaError:
        """One slice, or why it failed: nothing is swallowed, all slices are tried, the caller fails at the end."""
        try:
            got = self._rest(client, asked) if isinstance(self.resource, RestResource) else self._file(client, asked)
        except LagoaError as error:
            return error
        with self._lock:
            self.done += 1
            self.received += got.received
            if self.progress:
                self.progress(self.done, self.total, self.received)
        return got

    def _rest(self, client: SourceClient, asked: dict[str, str]) -> Slice:
        assert isinstance(self.resource, RestResource)  # noqa: S101  (for the type checker; attempt() chose)
        series = rest.Series(client, self.name, self.resource, asked)
        for table in series.tables():
            self._write(table)
        return series.slice

    def _file(self, client: SourceClient, asked: dict[str, str]) -> Slice:
        assert isinstance(self.resource, FileResource)  # noqa: S101
        label = label_of(asked)
        subject = f"{self.spec.source}.{self.name}" + (f" ({label})" if label else "")
        with files.download(client, self.resource, asked, subject) as path:
            digest = sha256_of(path)
            before = self.state.files.get(label)
            if before and before.sha256 == digest:
                return Slice(asked=asked, announced=None, received=before.rows, sha256=digest, unchanged=True)
            rows = 0
            for table in files.csv_tables(path, self.resource, asked, subject):
                rows += table.num_rows
                self._write(table)
        return Slice(asked=asked, announced=None, received=rows, sha256=digest)

    def _write(self, table: pa.Table) -> None:
        with self._lock:
            if self._watermark_field:
                reached = pc.max(table.column(self._watermark_field)).as_py()
                self.watermark = max(filter(None, [self.watermark, reached]), default=None)
            self.writer.write(table)


def _raise_collected(spec: SourceSpec, name: str, errors: list[LagoaError]) -> None:
    """Fail with everything that went wrong; as transient only if all of it may pass."""
    if not errors:
        return
    if len(errors) == 1:
        raise errors[0]
    kind = next((type(error) for error in errors if not isinstance(error, TransientSourceError)), TransientSourceError)
    shown = "\n  ".join(str(error) for error in errors[:SHOWN_ERRORS])
    more = f"\n  and {len(errors) - SHOWN_ERRORS} more" if len(errors) > SHOWN_ERRORS else ""
    raise kind(f"{spec.source}.{name}: {len(errors)} requests failed, expected none:\n  {shown}{more}")
