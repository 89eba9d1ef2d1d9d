"""Whether a domain can be built, and whether it needs to be: what was loaded, announced, built and published."""

import datetime as dt

from croniter import croniter

from lagoa.lake.session import session
from lagoa.settings import Settings


def missing(settings: Settings, bronze: list[str], upstream: list[str]) -> list[str]:
    """The bronze tables never loaded and the domains never published, of those named; sorted."""
    with session(settings) as cursor:
        cursor.execute("select distinct source || '__' || resource from ops.loads where status = 'success'")
        loaded = {name for (name,) in cursor.fetchall()}
        cursor.execute("select distinct domain from ops.publications")
        published = {name for (name,) in cursor.fetchall()}
    return sorted(
        [f"bronze.{name}" for name in set(bronze) - loaded] + [f"gold ({name})" for name in set(upstream) - published]
    )


def is_up_to_date(settings: Settings, domain: str, sources: list[str], upstream: list[str]) -> bool:
    """Whether the last build that was published began after every change that was told of."""
    with session(settings) as cursor:
        cursor.execute(
            """
            with seen as (
                select max(builds.started_at) as at
                from ops.builds inner join ops.publications using (domain, run_id)
                where builds.domain = %(domain)s and publications.action = 'publish'
            ), changes as (
                select announced_at as at from ops.announcements where source = any(%(sources)s)
                union all
                select published_at from ops.publications where domain = any(%(upstream)s)
            )
            select seen.at is not null and not exists (select from changes where changes.at > seen.at) from seen
            """,
            {"domain": domain, "sources": sources, "upstream": upstream},
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def begin(settings: Settings, domain: str, run_id: str) -> None:
    """Note that a run begins to read what the domain is built from."""
    with session(settings) as cursor:
        cursor.execute(
            "insert into ops.builds (domain, run_id) values (%s, %s)"
            " on conflict (domain, run_id) do update set started_at = now()",
            (domain, run_id),
        )


def is_due(settings: Settings, source: str, resource: str, schedule: str, now: dt.datetime | None = None) -> bool:
    """Whether a resource with a schedule of its own was not loaded since that schedule's last moment.

    A backfill does not count: it asked for other days.
    """
    with session(settings) as cursor:
        cursor.execute(
            "select max(extracted_at) from ops.loads where source = %s and resource = %s and status = 'success'"
            " and not backfill",
            (source, resource),
        )
        row = cursor.fetchone()
    last_moment: dt.datetime = croniter(schedule, now or dt.datetime.now(dt.UTC)).get_prev(dt.datetime)
    return row is None or row[0] is None or row[0] < last_moment
