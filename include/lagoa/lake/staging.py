"""Raw parts -> Arrow batches -> rows with their hash as binary COPY -> a table of the load's transaction."""

import queue
import threading
from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from psycopg2.extensions import cursor as Cursor

from lagoa.errors import ContractError
from lagoa.lake.bronze_table import BronzeTable, quoted
from lagoa.lake.copy_format import HEADER, encoded
from lagoa.lake.kinds import Kinds
from lagoa.lake.manifest import Manifest, Part
from lagoa.lake.parts import read_content
from lagoa.lake.raw import RawZone
from lagoa.lake.row_hash import row_hashes

BATCH_ROWS = 16_384


def copy_into(
    cursor: Cursor,
    zone: RawZone,
    manifest: Manifest,
    table: BronzeTable,
    target: str,
    *,
    texts: Collection[str] = (),
    freeze: bool = False,
) -> Kinds:
    """COPY a run's rows into a table that has the bronze table's columns and `_row_hash`.

    Args:
        cursor: of the load's transaction.
        zone: where the parts lie.
        manifest: of the run.
        table: whose columns they are.
        target: the table's name as SQL.
        texts: columns of which every value is looked at, as far as needed.
        freeze: the target was made or truncated in this transaction, so its rows need no more bookkeeping.

    Returns:
        What the columns hold, by a sample.

    Raises:
        ContractError: a part is not the one that the manifest names, or rows lack their key.
    """
    kinds = Kinds(table.nested, texts)
    names = ", ".join(["_row_hash", *map(quoted, table.columns)])
    options = "format binary, freeze" if freeze else "format binary"
    stream = Stream(ahead(chunks(zone, manifest, table, kinds)))
    try:
        statement = f"copy {target} ({names}) from stdin ({options})"
        cursor.copy_expert(statement, stream)  # type: ignore[arg-type]  # of a file, psycopg2 wants read() alone
    except BaseException:
        if stream.failure:  # psycopg2 tells of the COPY that it broke off, not of the reason
            raise stream.failure from None
        raise
    finally:
        stream.close()
    return kinds


class Stream:
    """Chunks of bytes as the file that psycopg2 reads a COPY from; it takes more than it asks for."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.failure: BaseException | None = None

    def read(self, _size: int = -1) -> bytes:
        """The next chunk, b"" after the last."""
        try:
            return next(self._chunks, b"")
        except BaseException as error:
            self.failure = error
            raise

    def close(self) -> None:
        """End what makes the chunks."""
        self._chunks.close()  # type: ignore[attr-defined]


def chunks(zone: RawZone, manifest: Manifest, table: BronzeTable, kinds: Kinds) -> Iterator[bytes]:
    """A run's rows under the table's columns, a field that a part lacks as null."""
    yield HEADER
    without_key = 0
    for part in manifest.parts:
        for batch in read_part(zone, part):
            by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
            found = {column: by_name[field] for column, field in table.columns.items() if field in by_name}
            kinds.look_at(found, part.rows)
            without_key += lacking(found, table.key, batch.num_rows)
            if not without_key:
                columns = {column: found.get(column) for column in table.columns}
                yield encoded(row_hashes(found, batch.num_rows), columns, table.nested)
    if without_key:
        rows = sum(part.rows for part in manifest.parts)
        raise ContractError(
            f"{table.name}: found {without_key} of {rows} rows with an empty key "
            f"({', '.join(map(quoted, table.key))}), expected none. "
            "Nothing was loaded: the source is damaged, or the spec's key is not one."
        )


def lacking(columns: dict[str, pa.Array], key: list[str], rows: int) -> int:
    """How many rows have a null in their key."""
    parts = [columns.get(name) for name in key if name != "_row_hash"]
    if any(part is None for part in parts):
        return rows
    incomplete = [part.is_null() for part in parts if part.null_count]  # type: ignore[union-attr]
    if not incomplete:
        return 0
    either = incomplete[0]
    for mask in incomplete[1:]:
        either = pc.or_(either, mask)
    return int(either.true_count)


def read_part(zone: RawZone, part: Part) -> Iterator[pa.RecordBatch]:
    """A part's batches, after its hash was held against the manifest's."""
    yield from pq.ParquetFile(pa.BufferReader(read_content(zone, part))).iter_batches(
        batch_size=BATCH_ROWS, use_threads=False
    )


def ahead(source: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, made by a thread that stays two ahead, so that hashing and COPY overlap."""
    ready: queue.Queue[bytes | BaseException | None] = queue.Queue(maxsize=2)
    abandoned = threading.Event()

    def offer(item: bytes | BaseException | None) -> None:
        while not abandoned.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for chunk in source:
                offer(chunk)
                if abandoned.is_set():
                    return
            offer(None)
        except BaseException as error:  # noqa: BLE001  (handed to the consumer, which raises it)
            offer(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        abandoned.set()
        thread.join()
