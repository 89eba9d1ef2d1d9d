"""`make bench`: every benchmark in turn, or those named: `make bench ARGS="bronze_load dag_parse"`.

transform and dashboards measure a running platform (`make demo`) and are left out, saying so, where none runs.
"""

import subprocess
import sys

from rich.console import Console

from lagoa.platform.supervisor import Supervisor
from lagoa.settings import Settings

ALONE = ("bronze_load", "bronze_merge", "nothing_new", "extraction", "dag_parse")
ON_A_RUNNING_PLATFORM = ("transform", "dashboards")


def main() -> None:
    """Run them, each in a process of its own, so that none measures another's memory."""
    console, known = Console(), (*ALONE, *ON_A_RUNNING_PLATFORM)
    wanted = sys.argv[1:] or known
    if unknown := sorted(set(wanted) - set(known)):
        raise SystemExit(f"bench: found {', '.join(unknown)}, expected some of: {', '.join(known)}.")
    runs = Supervisor(Settings.load().state_dir).pid() is not None
    broken = []
    for name in wanted:
        if name in ON_A_RUNNING_PLATFORM and not runs:
            console.print(f"[yellow]{name}: left out, for no platform runs here. Start one with `make demo`.[/]")
            continue
        console.rule(name)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            broken.append(name)
    if broken:
        raise SystemExit(f"bench: {', '.join(broken)} failed or broke a limit; see above.")


if __name__ == "__main__":
    main()
