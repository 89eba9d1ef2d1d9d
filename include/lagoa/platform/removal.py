"""The end of an installation: everything ended, its state folder and its cluster deleted."""

import shutil
from contextlib import nullcontext

from lagoa.errors import ConfigError
from lagoa.platform import installation
from lagoa.platform.postgres import EmbeddedPostgres
from lagoa.settings import Settings

OURS = ("generated.env", "run", "lock")
"""One of these marks a folder as a state folder of Lagoa's."""


def remove(settings: Settings, report: installation.Reporter = lambda _: nullcontext()) -> None:
    """End every process and delete all state. An external database is left as it is.

    Raises:
        ConfigError: the folder is not a state folder of Lagoa's.
    """
    folder = settings.state_dir
    if not folder.exists():
        return
    if any(folder.iterdir()) and not any((folder / name).exists() for name in OURS):
        raise ConfigError(
            f"clean: {folder} has none of {', '.join(OURS)}, expected a state folder. Check LAGOA_STATE_DIR."
        )
    installation.down(settings, report)
    with report("state"):
        if settings.embedded and settings.admin_password is not None:
            EmbeddedPostgres.of(settings).destroy()
        shutil.rmtree(folder)
