"""The ways of paging, one tiny object for each kind of the grammar."""

from lagoa.sources.connectors.rest.paging import odata
from lagoa.sources.connectors.rest.paging.linked import Links, ODataLinks, Tokens
from lagoa.sources.connectors.rest.paging.numbered import Numbered
from lagoa.sources.connectors.rest.paging.offset import ODataSkip, Offsets
from lagoa.sources.connectors.rest.paging.sequence import Documents
from lagoa.sources.connectors.rest.paging.walk import Answer, Asking, Walk
from lagoa.sources.spec import Cursor, LimitOffset, NextLink, OData, PageNumber, RestResource, Sequence

__all__ = ["Answer", "Asking", "Walk", "walk_of"]


def walk_of(resource: RestResource) -> Walk:
    """How the pages of a resource are walked."""
    match resource.paging:
        case PageNumber() as paging:
            return Numbered(paging)
        case LimitOffset() as paging:
            return Offsets(paging)
        case OData(by="skip") as paging:
            return ODataSkip(paging, odata.selected(resource))
        case OData() as paging:
            return ODataLinks(paging, odata.selected(resource))
        case Cursor() as paging:
            return Tokens(paging)
        case NextLink() as paging:
            return Links(paging)
        case Sequence() as paging:
            return Documents(paging)
        case _:
            return Walk()
