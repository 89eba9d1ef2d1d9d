"""Which changes of a source's bronze tables passed their gate and were told downstream, in ops.announcements."""

from lagoa.lake.session import session
from lagoa.settings import Settings


def changed_loads(settings: Settings, source: str) -> int:
    """The newest load of a source that changed rows and was not announced yet; 0 where there is none."""
    with session(settings) as cursor:
        cursor.execute(
            "select coalesce(max(load_id), 0) from ops.loads where source = %s and status = 'success'"
            " and inserted + updated + deleted > 0"
            " and load_id > coalesce((select load_id from ops.announcements where source = %s), 0)",
            (source, source),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def announced(settings: Settings, source: str, load_id: int) -> None:
    """Remember that everything up to a load was announced."""
    with session(settings) as cursor:
        cursor.execute(
            "insert into ops.announcements (source, load_id) values (%s, %s) on conflict (source)"
            " do update set load_id = excluded.load_id, announced_at = now()",
            (source, load_id),
        )
