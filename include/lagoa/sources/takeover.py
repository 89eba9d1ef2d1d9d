"""What an earlier run left behind, gone on with under another run id.

journals of this installation -> the latest that stands for the same, renamed; what is of no use is removed
"""

import datetime as dt
import hashlib
import logging
import socket

from lagoa.lake.raw import RawZone
from lagoa.settings import Settings
from lagoa.sources.journal import Journal

log = logging.getLogger(__name__)


def installation(settings: Settings) -> str:
    """What tells this installation from another that writes to the same raw zone."""
    return hashlib.sha256(f"{socket.gethostname()} {settings.state_dir}".encode()).hexdigest()[:8]


def left_by_another(
    zone: RawZone,
    source: str,
    name: str,
    run_id: str,
    fingerprint: str,
    made_by: str,
    now: dt.datetime,
    last_loaded: dt.datetime | None,
) -> Journal | None:
    """What an earlier run here that was given up left of the same, taken over; what is of no use is removed."""
    taken = None
    for left in Journal.left_behind(zone, source, name, made_by, now.date()):
        is_new = last_loaded is None or last_loaded < left.plan.now
        if taken is None and is_new and left.chunks and left.stands(fingerprint, now):
            log.info("%s.%s: run %s goes on with what run %s left", source, name, run_id, left.plan.run_id)
            taken = left.taken_over(source, name, run_id)
        elif not is_new or not left.stands(left.plan.fingerprint, now):
            left.clear()
    return taken
