"""What the versions of OData call things (OASIS OData JSON Format 4.01; Microsoft's OData 2 and 3 documents)."""

import re
from typing import Any

from lagoa.sources.connectors.rest.envelope import text_of
from lagoa.sources.connectors.rest.paging.walk import Answer, total_of
from lagoa.sources.spec import OData, RestResource

RECORDS = {2: "d.results", 3: "value", 4: "value"}
NEXT = {2: "d.__next", 3: "odata.nextLink", 4: "@odata.nextLink"}
COUNT = {2: "d.__count", 3: "odata.count", 4: "@odata.count"}


def records(paging: OData) -> str:
    """Where the records are."""
    return RECORDS[paging.version]


def keys(paging: OData) -> list[str | None]:
    """Where the total and the next link are."""
    return [COUNT[paging.version], NEXT[paging.version]]


def selected(resource: RestResource) -> str | None:
    """The declared fields for `$select`, where they are asked for: those of `$expand` come without."""
    if not isinstance(resource.paging, OData) or not resource.paging.select:
        return None
    expanded = re.findall(r"\w+", str(resource.params.get("$expand", "")))
    return ",".join(name for name in [*resource.fields, *resource.nested] if name not in expanded)


def options(paging: OData, selected: str | None) -> dict[str, Any]:
    """The order, the fields, and the wish to be told the total."""
    asked = {} if paging.order is None else {"$orderby": paging.order}
    if selected is not None:
        asked["$select"] = selected
    if not paging.count:
        return asked
    return asked | ({"$count": "true"} if paging.version == 4 else {"$inlinecount": "allpages"})


def next_link(paging: OData, answer: Answer) -> str | None:
    """The server's address of the next page."""
    return text_of(answer.body, NEXT[paging.version], answer.subject)


def count(paging: OData, answer: Answer, is_first: bool) -> int | None:
    """The total, where it was asked for; the pages of a next link may leave it out."""
    return total_of(COUNT[paging.version] if paging.count else None, answer, is_first)
