"""How a resource comes in pages. Keys of a body may be dotted: `paging.next`."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from lagoa.sources.spec.base import Problem, Strict, Text, Whole


class SinglePage(Strict):
    """One request brings everything."""

    type: Literal["single"] = "single"


class PageNumber(Strict):
    """Pages counted from `first`; the body announces the totals, or an empty page is the end."""

    type: Literal["page_number"]
    page: Text
    """The parameter of the page's number."""
    size: Text | None = None
    """The parameter of the page's size; None = the source fixes it."""
    page_size: Whole = Field(gt=0)
    """Records a page; as many as the source allows."""
    first: Whole = Field(default=1, ge=0)
    """The number of the first page."""
    total: Text | None = None
    """The body's key with the number of records of the whole slice."""
    pages: Text | None = None
    """The body's key with the number of pages. Without it, it follows from `total`; without both, `end` says."""
    end: Literal["short_page", "empty_page"] = "empty_page"
    """What the last page is where nothing is announced. `short_page` saves a request, but any short page ends it."""


class LimitOffset(Strict):
    """A limit and an offset; the total stands in the header Content-Range (PostgREST), in the body, or nowhere."""

    type: Literal["limit_offset"]
    page_size: Whole = Field(gt=0)
    """Records a page; as many as the source allows."""
    limit: Text = "limit"
    """The parameter of the page's size."""
    offset: Text = "offset"
    """The parameter of the records to pass over."""
    order: Text | None = None
    """Columns of a total order, sent as `order`; without one, PostgREST's pages overlap."""
    announced_in: Literal["content_range", "body", "nowhere"] = "content_range"
    """Where the total stands."""
    total: Text | None = None
    """The body's key with the total, for `announced_in: body`."""
    more: Text | None = None
    """The body's key that says whether more follows (Oracle ORDS: hasMore), for `announced_in: nowhere`."""

    def problems(self) -> Iterator[Problem]:
        """Keys that say nothing where the total stands elsewhere."""
        if self.announced_in == "body" and self.total is None:
            yield Problem(("total",), "nothing", "the body's key with the total, for `announced_in: body`", "Add it")
        if self.total is not None and self.announced_in != "body":
            yield Problem(("total",), f"{self.total!r}", "`total` with `announced_in: body` only", "Remove one of them")
        if self.more is not None and self.announced_in != "nowhere":
            yield Problem(("more",), f"{self.more!r}", "`more` with `announced_in: nowhere` only", "Remove one of them")


class OData(Strict):
    """OData: `$top` and `$skip`, or the server's own next link; `@odata.count` or `odata.count` announces."""

    type: Literal["odata"]
    version: Literal[2, 3, 4] = 4
    """Of the protocol: before 4 the total is asked for by `$inlinecount`."""
    page_size: Whole = Field(gt=0)
    """Records a page; as many as the source allows."""
    by: Literal["skip", "next_link"] = "skip"
    """How the next page is asked for."""
    order: Text | None = None
    """Sent as `$orderby`: pages drift under writes without a total order."""
    count: bool = True
    """Ask for the total: `$count=true`, before version 4 `$inlinecount=allpages`."""
    select: bool = False
    """Ask for the declared fields alone, by `$select`: what the spec does not know is not even sent. A service refuses
    a field that it does not have, so not where some are `optional`."""


class Cursor(Strict):
    """Each body names the next page by a token, which is sent back; without a token it was the last."""

    type: Literal["cursor"]
    cursor: Text
    """The body's key of the token."""
    parameter: Text
    """Where it is sent: a parameter of the query, or a key of the body."""
    sent_in: Literal["query", "body"] = "query"
    """With the query, or in the body that is posted."""
    size: Text | None = None
    """The parameter of the page's size; None = the source fixes it."""
    page_size: Whole = Field(default=100, gt=0)
    """Records a page; sent only where `size` names the parameter."""
    total: Text | None = None
    """The body's key with the number of records of the whole slice."""
    more: Text | None = None
    """The body's key without which the page was the last, where even that has a token (Meta: paging.next)."""


class NextLink(Strict):
    """Each answer holds the address of the next, in the body or in the header Link; without one it was the last."""

    type: Literal["next_link"]
    found_in: Literal["body", "header"] = "body"
    """Where the address stands: under a key of the body, or in the header Link."""
    next: Text | None = None
    """The body's key of the address."""
    size: Text | None = None
    """The parameter of the page's size; None = the source fixes it."""
    page_size: Whole = Field(default=100, gt=0)
    """Records a page; sent only where `size` names the parameter."""
    total: Text | None = None
    """The body's key with the number of records of the whole slice."""

    def problems(self) -> Iterator[Problem]:
        """A link that is looked for where its name means nothing."""
        if self.found_in == "body" and self.next is None:
            yield Problem(("next",), "nothing", "the body's key of the next address", "Add it, or `found_in: header`")
        if self.found_in == "header" and self.next is not None:
            yield Problem(
                ("next",), f"{self.next!r}", "no key of the body with `found_in: header`", "Remove one of them"
            )


class Sequence(Strict):
    """Documents are numbered: the numbers are asked for in turn until `misses` of them in a row do not exist."""

    type: Literal["sequence"]
    parameter: Text
    """Which `{name}` of path, body or arguments the number fills."""
    first: Whole = Field(default=1, ge=0)
    """The first number."""
    width: Whole = Field(default=0, ge=0)
    """Digits, filled with zeros at the left; 0 = as they are."""
    misses: Whole = Field(default=20, gt=0)
    """How many missing numbers in a row end the walk; a gap shorter than that is counted, not taken for the end."""


Paging = Annotated[
    SinglePage | PageNumber | LimitOffset | OData | Cursor | NextLink | Sequence, Field(discriminator="type")
]


def may_move(paging: object) -> bool:
    """Whether a page may bring other records than before once some come or go: its place is a count of records."""
    return isinstance(paging, PageNumber | LimitOffset | OData | NextLink)


def announces(paging: object) -> bool:
    """Whether the source tells how many records a series has, so that one that was passed over is missed."""
    if isinstance(paging, OData):
        return paging.count
    if isinstance(paging, LimitOffset) and paging.announced_in == "content_range":
        return True
    return getattr(paging, "total", None) is not None
