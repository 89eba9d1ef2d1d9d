"""Which changes of a source's bronze tables passed their gate and were told downstream, in ops.announcements."""

from lagoa.lake.session import session
from lagoa.settings import Settings


def changed_loads(settings: Settings, source: str, run_id: str) -> int:
    """The newest load of a source that changed rows and was not announced yet; 0 where there is none.

    A long load may have begun before one that was announced, and have ended after it: its id alone would hide it. What
    the same run announced counts as not told: Airflow tells it with the task's success, and a task that is killed just
    before that must tell it again.
    """
    with session(settings) as cursor:
        cursor.execute(
            "select coalesce(max(loads.load_id), 0) from ops.loads as loads"
            " left join ops.announcements as told on told.source = loads.source"
            " where loads.source = %s and loads.status = 'success'"
            " and loads.inserted + loads.updated + loads.deleted > 0"
            " and (told.source is null or loads.load_id > told.load_id or loads.finished_at > told.announced_at"
            " or told.run_id = %s)",
            (source, run_id),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def announced(settings: Settings, source: str, load_id: int, run_id: str) -> None:
    """Remember that a run announced everything up to a load."""
    with session(settings) as cursor:
        cursor.execute(
            "insert into ops.announcements as told (source, load_id, run_id) values (%s, %s, %s) on conflict (source)"
            " do update set load_id = greatest(told.load_id, excluded.load_id), run_id = excluded.run_id,"
            " announced_at = now()",
            (source, load_id, run_id),
        )
