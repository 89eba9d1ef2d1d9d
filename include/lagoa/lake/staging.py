"""Raw parts -> Arrow batches with a row hash -> binary COPY into a table of the load's transaction."""

import hashlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lagoa.errors import ContractError
from lagoa.lake.bronze_table import BronzeTable
from lagoa.lake.raw import Manifest, Part, RawZone
from lagoa.lake.row_hash import row_hashes

BATCH_ROWS = 16_384


def copy_into(cursor: Any, zone: RawZone, manifest: Manifest, table: BronzeTable, target: str, schema: str) -> None:
    """COPY a run's rows into a table that has the bronze table's columns and `_row_hash`.

    Raises:
        ContractError: a part is not the one that the manifest names.
    """
    arrow_schema = pa.schema(
        [(column, pa.json_(pa.string()) if column in table.nested else pa.string()) for column in table.columns]
        + [("_row_hash", pa.string())]
    )
    failure: list[BaseException] = []

    def guarded() -> Iterator[pa.RecordBatch]:
        try:
            yield from ahead(batches(zone, manifest, table, arrow_schema))
        except BaseException as error:
            failure.append(error)
            raise

    reader = pa.RecordBatchReader.from_batches(arrow_schema, guarded())
    try:
        cursor.adbc_ingest(target, reader, mode="append", db_schema_name=schema)
    except Exception:
        if failure:
            raise failure[0] from None
        raise


def batches(zone: RawZone, manifest: Manifest, table: BronzeTable, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """A run's rows under the table's columns, a field that a part lacks as null."""
    for part in manifest.parts:
        for batch in read_part(zone, part):
            by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
            nothing = pa.nulls(batch.num_rows, pa.string())
            texts = [by_name.get(field, nothing) for field in table.columns.values()]
            typed = [
                pa.ExtensionArray.from_storage(schema.field(column).type, text) if column in table.nested else text
                for column, text in zip(table.columns, texts, strict=True)
            ]
            named = {column: text for column, text in zip(table.columns, texts, strict=True) if text is not nothing}
            yield pa.record_batch([*typed, row_hashes(named)], schema=schema)


def read_part(zone: RawZone, part: Part) -> Iterator[pa.RecordBatch]:
    """A part's batches, after its hash was held against the manifest's."""
    content = zone.fs.cat_file(part.path)
    found = hashlib.sha256(content).hexdigest()
    if found != part.sha256:
        raise ContractError(
            f"raw zone: {part.path} has hash {found[:12]}…, expected {part.sha256[:12]}…: it was changed after it was "
            "written. Nothing was loaded: restore it from a backup or extract again."
        )
    yield from pq.ParquetFile(pa.BufferReader(content)).iter_batches(batch_size=BATCH_ROWS, use_threads=False)


def ahead(source: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, made by a thread that stays two ahead, so that hashing and COPY overlap."""
    ready: queue.Queue[pa.RecordBatch | BaseException | None] = queue.Queue(maxsize=2)
    abandoned = threading.Event()

    def offer(item: pa.RecordBatch | BaseException | None) -> None:
        while not abandoned.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for batch in source:
                offer(batch)
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
