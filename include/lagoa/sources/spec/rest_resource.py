"""Records of a JSON API."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from lagoa.sources.spec.base import Problem, Text, Whole, listed, malformed
from lagoa.sources.spec.paging import (
    Cursor,
    LimitOffset,
    NextLink,
    OData,
    PageNumber,
    Paging,
    Sequence,
    SinglePage,
)
from lagoa.sources.spec.resource import Resource


class RestResource(Resource):
    """Records of a JSON API."""

    kind: Literal["rest"]
    method: Literal["GET", "POST"] = "GET"
    """Of the request."""
    body: dict[str, Any] | None = None
    """Sent as JSON with POST; its texts may hold `{name}`."""
    records: Text | None = None
    """The body's key that holds the records, dotted, `*` for each of a list (`*.results`); None = the body is the list.
    An object in place of a list is one record. A dotted name under `fields` (`campaign.id`) takes that object apart."""
    metadata: list[Text] = []
    """Keys beside which the source leaves the records out where there are none (Google Ads: fieldMask). An object that
    lacks the records and has anything else is an error, and so is any without records where none is named here."""
    paging: Paging = SinglePage()
    """How the next page is asked for, and how the end is known."""
    empty_status: list[Annotated[Whole, Field(ge=100, le=599)]] = []
    """Statuses that mean "no rows" (PNCP: 204); none by which a source refuses us or is overloaded."""

    def problems(self) -> Iterator[Problem]:
        """Pages that could not be walked, bodies that could not be sent."""
        yield from super().problems()
        yield from self._envelope()
        yield from self._order()
        if isinstance(self.paging, Sequence) and self.paging.parameter not in self.written:
            yield Problem(
                ("path",), repr(self.path), f"{{{self.paging.parameter}}}, the number that `paging` counts", "Add it"
            )
        if self.body is not None and self.method == "GET":
            yield Problem(("body",), "a body beside `method: GET`", "it with `method: POST`", "Change the method")
        if isinstance(self.paging, Cursor) and self.paging.sent_in == "body" and self.method == "GET":
            yield Problem(
                ("paging", "sent_in"), "body beside `method: GET`", "it with `method: POST`", "Change the method"
            )
        if isinstance(self.paging, OData) and self.paging.select:
            yield from self._selection()
        for number, status in enumerate(self.empty_status):
            if status in (200, 206, 401, 403, 408, 425, 429) or status >= 500:
                yield Problem(("empty_status", number), str(status), "a status that means no rows", "Remove it")
        yield from malformed(self.body, ("body",))
        for key in ("page", "size", "limit", "offset"):
            if (name := getattr(self.paging, key, None)) in self.parameters:
                yield Problem(
                    ("paging", key), f"{name!r}, which the resource fills itself", "it in one place", "Remove one"
                )

    def _selection(self) -> Iterator[Problem]:
        """What `$select` cannot name."""
        at = ("paging", "select")
        if "$select" in self.params:
            yield Problem(at, "it beside `params.$select`", "one of them", "Remove one")
        if self.optional:
            yield Problem(
                at,
                f"it beside `optional` ({listed(self.optional)})",
                "fields that every service has: it refuses others",
                "Set it to false, or take them out of `optional`",
            )

    def _envelope(self) -> Iterator[Problem]:
        """What stands beside the records needs an object around them."""
        if self.records is not None or isinstance(self.paging, OData):
            return
        if self.metadata:
            yield Problem(("metadata",), listed(self.metadata), "it with `records` only", "Remove it, or add `records`")
        beside = {
            PageNumber: ("total", "pages"),
            LimitOffset: ("total", "more"),
            Cursor: ("cursor",),
            NextLink: ("next", "total"),
        }
        for key in beside.get(type(self.paging), ()):
            if (name := getattr(self.paging, key)) is not None:
                yield Problem(
                    ("records",),
                    f"nothing, beside `paging.{key}: {name}`",
                    "the body's key that holds the records: the body is an object",
                    "Add it",
                )
                return

    def _order(self) -> Iterator[Problem]:
        """Pages by offset overlap without a total order."""
        ordered = self._ordered
        if ordered is None:
            return
        if not ordered:
            key = ",".join(self.key_fields)
            yield Problem(
                ("paging", "order"),
                "nothing",
                "a total order: without one pages overlap",
                f"Add it: `order: {key or 'a column that differs in every row'}`",
            )
        elif loose := [name for name in self.key_fields if name not in ordered]:
            yield Problem(
                ("paging", "order"),
                f"{getattr(self.paging, 'order', None)!r} without {', '.join(loose)}",
                "every field of the key: without a total order pages overlap",
                f"Add {','.join(loose)}",
            )

    @property
    def _ordered(self) -> set[str] | None:
        """The fields by which pages by offset are ordered; None where we do not say so: by links, or by `params`."""
        match self.paging:
            case LimitOffset(announced_in="content_range", order=order):
                return {part.split(".")[0].strip() for part in (order or "").split(",")} - {""}
            case OData(by="skip", order=order) if "$orderby" not in self.params:
                return {part.split()[0].replace("/", ".") for part in (order or "").split(",") if part.strip()}
        return None

    @property
    def templates(self) -> dict[str, Any]:
        """Also the body."""
        return {**super().templates, "body": self.body}

    @property
    def parameters(self) -> list[str]:
        """Also the number of a sequence."""
        number = [self.paging.parameter] if isinstance(self.paging, Sequence) else []
        return [*super().parameters, *number]
