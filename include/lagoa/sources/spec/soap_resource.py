"""Records of a SOAP operation."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from lagoa.sources.spec.base import Path, Problem, Strict, Text, malformed, placeholders, texts
from lagoa.sources.spec.paging import Sequence, SinglePage
from lagoa.sources.spec.resource import Resource


class Lookup(Strict):
    """A call that is made first: the records of it are asked for in turn, so that a CPF need not be stored to be used.

    Wrong where what is looked up may be stored: there a `parent` shows what was asked, and asks for less.
    """

    operation: Text
    """Its name in the WSDL."""
    arguments: dict[str, Any] = {}
    """Of that operation."""
    records: Text | None = None
    """The key of its result that holds the records, dotted."""
    fields: dict[str, str] = Field(min_length=1)
    """Parameter -> the field of its records that fills it; `keep` makes it a field of what comes."""


class SoapResource(Resource):
    """Records of a SOAP operation; `path` is where the WSDL lies, below the connection's base URL."""

    kind: Literal["soap"]
    operation: Text
    """Its name in the WSDL."""
    arguments: dict[str, Any] = {}
    """Of the operation; texts may hold `{name}`, a parameter of the request or of the agency, and `{secret:name}`."""
    soap_headers: dict[str, Any] = {}
    """Elements of the SOAP header, written as `arguments`; `{nonce}` is a number of its own in each call."""
    endpoint: Path | None = None
    """Where calls go, if not where the WSDL says."""
    records: Text | None = None
    """The key of the result that holds the records, dotted; None = the result is the record or the list of them."""
    empty_fault: list[Text] = []
    """Texts of SOAP faults that mean "no such document"."""
    lookup: Lookup | None = None
    """A call whose records this operation is asked for, each in turn."""
    paging: Sequence | SinglePage = Field(default=SinglePage(), discriminator="type")
    """One call, or one for each number of a sequence."""

    def problems(self) -> Iterator[Problem]:
        """A number that is counted and never sent."""
        yield from super().problems()
        sent = {name for _, text in texts([self.arguments, self.soap_headers]) for name in placeholders(text)}
        if isinstance(self.paging, Sequence) and self.paging.parameter not in sent:
            yield Problem(
                ("arguments",),
                f"no {{{self.paging.parameter}}}",
                "the number that `paging` counts",
                f"Add an argument with {{{self.paging.parameter}}}",
            )
        if self.lookup is not None and isinstance(self.paging, Sequence):
            yield Problem(
                ("lookup",), "it beside `paging`", "one of them: both say what is asked in turn", "Remove one"
            )
        yield from malformed(self.arguments, ("arguments",))
        yield from malformed(self.soap_headers, ("soap_headers",))

    @property
    def templates(self) -> dict[str, Any]:
        """Also the arguments and headers of the call."""
        own: dict[str, Any] = {"arguments": self.arguments, "soap_headers": self.soap_headers}
        if self.lookup is not None:
            own["lookup"] = {"arguments": self.lookup.arguments}
        return {**super().templates, **own}

    @property
    def parameters(self) -> list[str]:
        """Also the number of a sequence, what is looked up, and `nonce`, which is another one in each call."""
        number = [self.paging.parameter] if isinstance(self.paging, Sequence) else []
        number += self.lookup.fields if self.lookup else []
        sent = {name for _, text in texts([self.arguments, self.soap_headers]) for name in placeholders(text)}
        return [*super().parameters, *number, *(["nonce"] if "nonce" in sent else [])]
