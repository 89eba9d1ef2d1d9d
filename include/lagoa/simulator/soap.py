"""What simulated SOAP services share: envelope -> operation and its arguments; values -> envelope, or a fault.

Lists become repeated elements, None becomes nothing; faults come with status 500, as SOAP 1.1 wants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any
from xml.sax.saxutils import escape

from fastapi import Response
from lxml import etree

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ADDRESS = "@ADDRESS@"
"""Stands in a WSDL file for the service's address."""


@dataclass(frozen=True)
class Call:
    """One request: the operation's name, its arguments and the elements of the SOAP header by local name."""

    operation: str
    arguments: dict[str, Any]
    header: dict[str, Any]

    def credentials(self) -> tuple[str | None, str | None]:
        """User and password of the UsernameToken."""
        token = (self.header.get("Security") or {}).get("UsernameToken") or {}
        return token.get("Username"), token.get("Password")


class NotAnEnvelope(Exception):
    """The request is no SOAP."""


def parse(body: bytes) -> Call:
    """The call in an envelope.

    Raises:
        NotAnEnvelope: it is none.
    """
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    except etree.XMLSyntaxError:
        raise NotAnEnvelope from None
    content = root.find(f"{{{ENVELOPE}}}Body")
    if content is None or len(content) != 1:
        raise NotAnEnvelope
    header = root.find(f"{{{ENVELOPE}}}Header")
    operation = content[0]
    return Call(
        etree.QName(operation).localname,
        _values(operation) or {},
        {} if header is None else {etree.QName(each).localname: _values(each) for each in header},
    )


def answer(operation: str, namespace: str, values: Mapping[str, Any]) -> Response:
    """The envelope of a result: `<operation>Response` around the values."""
    inside = "".join(_element(name, value) for name, value in values.items())
    return _envelope(f'<ns:{operation}Response xmlns:ns="{namespace}">{inside}</ns:{operation}Response>', 200)


def fault(code: str, text: str) -> Response:
    """A fault; `code` may carry the prefix wsse."""
    space = f' xmlns:wsse="{WSSE}"' if code.startswith("wsse:") else ""
    named = code if ":" in code else f"soap:{code}"
    content = f"<faultcode{space}>{named}</faultcode><faultstring>{escape(text)}</faultstring>"
    return _envelope(f"<soap:Fault>{content}</soap:Fault>", 500)


def wsdl(package: str, name: str, address: str) -> Response:
    """A WSDL file beside a module, with the service's address in it."""
    text = resources.files(package).joinpath(name).read_text("utf-8")
    return Response(text.replace(ADDRESS, escape(address)), media_type="text/xml")


def _envelope(content: str, status: int) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{ENVELOPE}">'
    text += f"<soap:Body>{content}</soap:Body></soap:Envelope>"
    return Response(text, status, media_type="text/xml; charset=utf-8")


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "".join(_element(name, each) for each in value)
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, each) for key, each in value.items())}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def _values(node: etree._Element) -> Any:
    """Text of a leaf, a mapping of anything else; what is repeated counts once, the last one."""
    if len(node) == 0:
        return node.text
    return {etree.QName(child).localname: _values(child) for child in node}
