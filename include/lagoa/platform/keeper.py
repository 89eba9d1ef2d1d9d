"""Keeps the supervisor itself alive: supervisord dies -> wait for its guards to end -> a new supervisord.

It is a program of supervisord, which in turn starts it anew when it dies. `lagoa down` stops it first.
Run as `python -m lagoa.platform.keeper <run folder>` by supervisord; useless alone.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import psutil

from lagoa.platform.processes import descendants, end, wait_for_end
from lagoa.platform.supervisord import spawn

POLL_SECONDS = 0.2
GUARDS_POLL_SECONDS = 3
GUARDS_SECONDS = 60


def main(run_dir: Path) -> int:
    """Watch the parent process until it is gone; then put a new supervisord in its place."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    supervisor = os.getppid()
    guards: set[psutil.Process] = set()
    looked_at = 0.0
    while os.getppid() == supervisor:
        if time.monotonic() > looked_at + GUARDS_POLL_SECONDS:
            with contextlib.suppress(psutil.NoSuchProcess):
                guards = {child for child in psutil.Process(supervisor).children() if child.pid != os.getpid()}
            looked_at = time.monotonic()
        time.sleep(POLL_SECONDS)
    left = wait_for_end(guards, GUARDS_SECONDS)
    end([*left, *(child for process in left for child in descendants(process.pid))], grace=1)
    spawn(run_dir)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
