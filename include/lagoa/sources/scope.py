"""What of its source a resource is about, as the agency's parameters have it: when that grows, the new has no history.

agency -> scope of this run, beside the scope of the last whole run (ops.resource_state) -> ask for everything or not
"""

from collections.abc import Mapping

from lagoa.sources.slices import first_day
from lagoa.sources.spec import Agency, Resource

EVERY = ["*"]
"""In place of an empty list: the parameter is left out, and the source answers for all values."""

Scope = Mapping[str, list[str]]


def scope_of(resource: Resource, agency: Agency) -> dict[str, list[str]]:
    """Parameter -> the agency's values for it; under the windows' parameter the day where they begin.

    Raises:
        ConfigError: the agency lacks the day.
    """
    scope = {parameter: sorted(agency.get(name, [])) or EVERY for parameter, name in resource.for_each.items()}
    if resource.window is not None:
        scope[resource.window.start] = [first_day(resource, agency).isoformat()]
    return scope


def has_grown(resource: Resource, scope: Scope, before: Scope) -> bool:
    """Whether a run is about more than the last whole one; of one that did not tell nothing is known."""
    window = resource.window.start if resource.window else None
    for name, known in before.items():
        values = scope.get(name, EVERY)
        is_more = values < known if name == window else known != EVERY and not set(values) <= set(known)
        if is_more:
            return True
    return False
