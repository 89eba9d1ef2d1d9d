"""What an earlier run left behind: which of it another run can go on with."""

import datetime as dt
import hashlib
import socket
from collections.abc import Iterable

from lagoa.settings import Settings
from lagoa.sources.journal import Journal


def installation(settings: Settings) -> str:
    """What tells this installation from another that writes to the same raw zone."""
    return hashlib.sha256(f"{socket.gethostname()} {settings.state_dir}".encode()).hexdigest()[:8]


def left_by_another(
    left_behind: Iterable[Journal], fingerprint: str, now: dt.datetime, last_loaded: dt.datetime | None
) -> Journal | None:
    """The latest of the journals that stands for the same as the run at hand; what is of no use is removed.

    Of a run that was whole and killed while it cleared up, the parts are its manifest's: it may have been loaded.

    Args:
        left_behind: by runs here that were given up, the latest first.
        fingerprint: of the spec and of what the run at hand asks for.
        now: when it began.
        last_loaded: when the latest run that is loaded began: what an earlier one left is of no use.
    """
    found = None
    for journal in left_behind:
        if manifest := journal.whole():
            journal.clear(keep=manifest.parts)
            continue
        is_new = last_loaded is None or last_loaded < journal.plan.now
        if found is None and is_new and journal.chunks and journal.stands(fingerprint, now):
            found = journal
        elif not is_new or not journal.stands(journal.plan.fingerprint, now):
            journal.clear()
    return found
