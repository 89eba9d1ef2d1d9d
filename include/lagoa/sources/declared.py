"""Which declaration of a resource its files were read by: when that was mended, an unchanged file must be read again.

resource -> digest -> manifest -> ops.resource_state, beside each file
"""

import hashlib
import json

from lagoa.sources.spec import Resource

BESIDE = {
    "title", "owner", "licence", "schedule", "sla", "completeness", "for_each", "window", "parent", "mail", "pick",
}  # fmt: skip
"""What says nothing of a file's rows: descriptions, promises, and which files are asked for."""
TUNING = {"max_shrink", "shrink_floor", "look_back_days", "full_every_days"}
"""What says nothing of how rows are written, but how often and how cautiously."""


def digest_of(resource: Resource) -> str:
    """A digest of what decides how the rows of a file become rows of bronze.

    Defaults are left out: keys that a later version of the grammar adds do not change it.
    """
    declared = resource.model_dump(mode="json", exclude=BESIDE, exclude_defaults=True)
    declared["write"] = {key: value for key, value in declared["write"].items() if key not in TUNING}
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()[:32]
