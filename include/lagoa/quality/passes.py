"""Which bronze tables are as they were when they last passed whole: their results stand and are not asked for again.

What a check finds can only change with the table, with its suite, or with something else that the suite looks at. A
source with nothing new is thereby gated without reading its tables again, whatever their size. `ops.quality_passes`
keeps, for each table, the state in which it passed; a table is checked anew after a day in any case.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from lagoa.quality.ledger import Load
from lagoa.quality.observed import describe_load
from lagoa.quality.plan import Target, plan
from lagoa.quality.report import CheckResult

STANDS_FOR = dt.timedelta(days=1)
"""The age up to which a pass, and the load that it is about, need no other look."""


def read_states(connection: Connection, targets: list[Target]) -> dict[str, str]:
    """The state of each bronze table whose suite looks at nothing else: one text, other after whatever could matter.

    It takes in the checks, the table's columns, the rows that the ledger expects, the newest load that changed any, and
    what Postgres counts by itself (the table's file, rows inserted, updated and deleted, and since when it counts),
    which tells of changes by hand once their session has been idle for ten seconds or has ended.

    Args:
        connection: as the role that may read the ledger.
        targets: the tables.

    Returns:
        The state by table; a table that was never loaded has none, nor has any outside bronze.
    """
    loaded = {target.suite.relation: target for target in targets if target.load and not target.suite.looks_elsewhere}
    if not loaded:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select wanted.relation, concat_ws(
                ' ',
                class.oid,
                pg_relation_filenode(class.oid),
                pg_stat_get_tuples_inserted(class.oid),
                pg_stat_get_tuples_updated(class.oid),
                pg_stat_get_tuples_deleted(class.oid),
                pg_stat_get_bgwriter_stat_reset_time(),
                pg_stat_get_db_stat_reset_time((select oid from pg_database where datname = current_database())),
                (
                    select string_agg(concat_ws(' ', attnum, attname, atttypid), ' ' order by attnum)
                    from pg_catalog.pg_attribute
                    where attrelid = class.oid and attnum > 0 and not attisdropped
                ),
                (
                    select max(loads.load_id) from ops.loads as loads
                    where loads.source = wanted.source and loads.resource = wanted.resource
                      and loads.status = 'success' and loads.inserted + loads.updated + loads.deleted > 0
                )
            )
            from unnest(%s::text [], %s::text [], %s::text []) as wanted (relation, source, resource)
            join pg_catalog.pg_class as class on class.oid = to_regclass(wanted.relation) and class.relkind = 'r'
            """,
            (
                list(loaded),
                [target.suite.source for target in loaded.values()],
                [target.suite.resource for target in loaded.values()],
            ),
        )
        found = cursor.fetchall()
    states = {}
    for relation, own in found:
        suite, load = loaded[relation].suite, loaded[relation].load
        checks = plan(suite, loaded[relation].present, None)
        state = f"{own} {load.rows_after if load else None} {suite.rows} {checks!r}"
        states[suite.table] = hashlib.sha256(state.encode()).hexdigest()
    return states


def standing(
    connection: Connection, domain: str, targets: list[Target], states: Mapping[str, str]
) -> dict[str, list[CheckResult]]:
    """The results that still stand, by table: nothing failed then, and nothing is other now.

    What they say of the last load is said of the present one.
    """
    last = {each.suite.table: each.load for each in targets if each.load and _is_whole_and_recent(each.load)}
    asked = sorted(states.keys() & last.keys())
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select results.table_name, results.expectation, results.column_name, results.severity, results.success,
                results.observed, results.meaning, results.checked_at
            from unnest(%s::text [], %s::text []) as present (table_name, state)
            join ops.quality_passes as passes using (table_name, state)
            join ops.quality_results as results
                on results.table_name = passes.table_name and results.checked_at = passes.checked_at
                and results.run_id = passes.run_id and results.layer = 'bronze' and results.domain = %s
            where passes.checked_at > now() - %s
            order by results.id
            """,
            (asked, [states[table] for table in asked], domain, STANDS_FOR),
        )
        rows = cursor.fetchall()
    found: dict[str, list[CheckResult]] = {}
    for *answer, checked_at in rows:
        result = CheckResult(*answer)
        since = f"{result.observed}; sem mudança desde a verificação de {checked_at:%d/%m/%Y %H:%M}"
        observed = describe_load(result.expectation, last[result.table]) or since
        found.setdefault(result.table, []).append(replace(result, observed=observed))
    return found


def _is_whole_and_recent(load: Load) -> bool:
    """Whether what the ledger says of a load passes every check that a suite may have on it."""
    return (load.announced or 0) <= load.received and load.finished_at > dt.datetime.now(dt.UTC) - STANDS_FOR


def remember(cursor: Cursor, states: Mapping[str, str], run_id: str, checked_at: dt.datetime) -> None:
    """Keep in which state tables passed every check; their results bear this run and moment.

    A table that failed is remembered in no state (""), so that what it passed before stands no more.
    """
    execute_values(
        cursor,
        "insert into ops.quality_passes (table_name, state, run_id, checked_at) values %s on conflict (table_name)"
        " do update set state = excluded.state, run_id = excluded.run_id, checked_at = excluded.checked_at",
        [(table, state, run_id, checked_at) for table, state in sorted(states.items())],
    )
