"""Swap a domain's checked tables into gold, and back, each in one transaction.

    publish:   gold -> gold_previous (the version before is dropped), gold_next -> gold
    rollback:  gold <-> gold_previous

Readers see one whole version or the other. Both act as the role `publisher`, and ops.publications remembers them.
Alone: `lagoa rollback <domain>`; `publish` is the last task of transform__<domain>.
"""

import logging
import time
from collections.abc import Callable, Collection

import psycopg2
from psycopg2.errors import DeadlockDetected, DependentObjectsStillExist, LockNotAvailable

from lagoa.errors import ContractError, LakehouseUnavailableError
from lagoa.lake.gold_tables import (
    Cursor,
    count_rows,
    current_tables,
    drop_previous,
    hand_over,
    known_tables,
    move,
    present,
    record,
    was_published,
)
from lagoa.settings import Settings

logger = logging.getLogger(__name__)

ATTEMPTS = 15
"""With the two below 75 seconds: longer than any statement of superset_reader may take (60 s)."""
LOCK_TIMEOUT_SECONDS = 3
"""While a swap waits for a long reader, all readers after it wait too: so it waits briefly, and again."""
PAUSE_SECONDS = 2.0


def publish(domain: str, tables: Collection[str], *, run_id: str, sources: Collection[str], settings: Settings) -> None:
    """Make what stands in gold_next the published version of a domain.

    A table that the domain published before and no longer builds leaves gold in the same swap, and comes back with a
    rollback. Repeated for a run that is published already, it changes nothing.

    Args:
        domain: whose tables they are.
        tables: every gold table of the domain, without schema.
        run_id: of the transform that built and checked them.
        sources: the source systems that feed the domain; what analysts read about freshness rests on them.
        settings: of the installation.

    Raises:
        ContractError: tables are missing in gold_next, or are another domain's; gold is as it was.
        LakehouseUnavailableError: readers held a table all the time; gold is as it was.
    """
    chosen = set(tables)

    def swap(cursor: Cursor) -> None:
        built = present(cursor, "gold_next", chosen)
        if not built and was_published(cursor, domain, run_id):
            logger.info("%s: run %s is published already", domain, run_id)
            return
        refuse_missing(domain, chosen - built)
        refuse_foreign(domain, {name: other for name, other in current_tables(cursor).items() if name in chosen})
        counts = count_rows(cursor, "gold_next", chosen)
        earlier = known_tables(cursor, domain) | chosen
        drop_previous(cursor, present(cursor, "gold_previous", earlier))
        for table in sorted(present(cursor, "gold", earlier)):
            move(cursor, table, "gold", "gold_previous")
        for table in sorted(chosen):
            move(cursor, table, "gold_next", "gold")
            hand_over(cursor, table)
        record(cursor, domain, "publish", counts, run_id)
        cursor.execute("delete from ops.domain_sources where domain = %s", (domain,))
        cursor.execute(
            "insert into ops.domain_sources (domain, source) select %s, unnest(%s::text[])",
            (domain, sorted(set(sources))),
        )
        logger.info("%s: published %s", domain, counts)

    as_publisher(domain, swap, settings)


def rollback(domain: str, *, settings: Settings) -> None:
    """Exchange the published version of a domain with the one before it; repeated, it undoes itself.

    Raises:
        ContractError: there is no earlier version; gold is as it was.
        LakehouseUnavailableError: readers held a table all the time; gold is as it was.
    """

    def swap_back(cursor: Cursor) -> None:
        known = known_tables(cursor, domain)
        previous = present(cursor, "gold_previous", known)
        if not previous:
            raise ContractError(
                f"rollback of {domain}: found no earlier version in gold_previous, expected one. "
                "There is one as soon as the domain has been published twice."
            )
        counts = count_rows(cursor, "gold_previous", previous)
        current = present(cursor, "gold", known)
        for table in sorted(current):
            move(cursor, table, "gold", "gold", to_name=aside(table))
        for table in sorted(previous):
            move(cursor, table, "gold_previous", "gold")
        for table in sorted(current):
            move(cursor, aside(table), "gold", "gold_previous", to_name=table)
        record(cursor, domain, "rollback", counts, None)
        logger.info("%s: rolled back to %s", domain, counts)

    as_publisher(domain, swap_back, settings)


def as_publisher(domain: str, act: Callable[[Cursor], None], settings: Settings) -> None:
    """Run a swap in one transaction, one at a time per domain; again when readers hold its tables."""
    connection = psycopg2.connect(settings.dsn("publisher"), connect_timeout=10, application_name="lagoa publish")
    try:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute("select set_config('lock_timeout', %s, true)", (f"{LOCK_TIMEOUT_SECONDS}s",))
                    cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"publish {domain}",))
                    act(cursor)
                    return
            except (LockNotAvailable, DeadlockDetected):
                logger.info("%s: readers hold its tables, attempt %s of %s", domain, attempt, ATTEMPTS)
                time.sleep(PAUSE_SECONDS)
            except DependentObjectsStillExist as error:
                raise ContractError(
                    f"gold tables of {domain}: found objects that depend on an old version "
                    f"({(error.diag.message_detail or '').strip()}), expected none. Drop them: gold is for tables."
                ) from None
    finally:
        connection.close()
    raise LakehouseUnavailableError(
        f"gold tables of {domain}: found readers holding them in {ATTEMPTS} attempts, expected a moment without. "
        "Try again, or end the long queries (pg_stat_activity shows them)."
    )


def aside(table: str) -> str:
    """The name of a table for the moment in which two versions share a schema."""
    return f"{table[:50]}__aside"


def refuse_missing(domain: str, missing: set[str]) -> None:
    """Stop where a table was not built.

    Raises:
        ContractError: naming all of them.
    """
    if missing:
        raise ContractError(
            f"publication of {domain}: found no {', '.join(f'gold_next.{name}' for name in sorted(missing))}, expected "
            f"every table of the domain. Nothing was published; run transform__{domain} again."
        )


def refuse_foreign(domain: str, published: dict[str, str]) -> None:
    """Stop where another domain shows a table of that name.

    Raises:
        ContractError: naming all of them.
    """
    foreign = sorted(f"{name} ({other})" for name, other in published.items() if other != domain)
    if foreign:
        raise ContractError(
            f"publication of {domain}: found tables that another domain publishes: {', '.join(foreign)}; expected its "
            "own only. Nothing was published; publish that domain without them first, or rename the models."
        )
