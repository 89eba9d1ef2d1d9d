"""The Data Docs site: validation results of the last runs -> <state>/gx/data_docs/index.html.

Gates of several processes share the folder. Results are files that no two runs share; the site is rebuilt under a lock.
"""

import logging
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from lagoa.file_lock import file_lock
from lagoa.quality.data_docs_pages import finish_site
from lagoa.quality.gx import DataContextConfig, ProgressBarsConfig

log = logging.getLogger(__name__)

RUNS_KEPT = 3
"""Validations shown a table; the whole history is in ops.quality_results."""


def context_config(folder: Path) -> DataContextConfig:
    """A context whose suites and checkpoints live in memory, with results and Data Docs in the folder."""
    memory = {"class_name": "InMemoryStoreBackend"}
    stores = {
        "expectations": {"class_name": "ExpectationsStore", "store_backend": memory},
        "checkpoints": {"class_name": "CheckpointStore", "store_backend": memory},
        "validation_definition_store": {"class_name": "ValidationDefinitionStore", "store_backend": memory},
        "validations": {
            "class_name": "ValidationResultsStore",
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder / "validations"),
            },
        },
    }
    site = {
        "class_name": "SiteBuilder",
        "site_name": "Lagoa: qualidade dos dados",
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder / "data_docs"),
        },
        "site_section_builders": {"expectations": "None", "profiling": "None"},
    }
    return DataContextConfig(
        stores=stores,
        expectations_store_name="expectations",
        checkpoint_store_name="checkpoints",
        validation_results_store_name="validations",
        data_docs_sites={"lagoa": site},
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )


def build_site(context: Any, folder: Path, identifiers: list[Any]) -> None:
    """Add the pages of new results, drop those of old ones and write the index, one process at a time.

    The pages are there to look at, and decide nothing: where they cannot be drawn the gate goes on.
    """
    with file_lock(folder / "lock"):
        try:
            context.build_data_docs(resource_identifiers=identifiers, build_index=False)
            _prune(folder / "validations")
            _prune(folder / "data_docs" / "validations")
            finish_site(folder)
        except Exception:  # whatever breaks: a full disk, a result cut short
            log.warning("the Data Docs in %s could not be drawn", folder, exc_info=True)


def _prune(validations: Path) -> None:
    """Keep the last runs of each table: validations/<layer>/<table>/<run>/<time>/<batch>.json."""
    for suite in validations.glob("*/*/"):
        times = sorted(suite.glob("*/*/"), key=lambda time: time.name, reverse=True)
        for old in times[RUNS_KEPT:]:
            shutil.rmtree(old)
            with suppress(OSError):  # not empty
                old.parent.rmdir()
