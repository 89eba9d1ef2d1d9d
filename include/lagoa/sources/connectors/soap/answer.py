"""SOAP answers: XML -> a fault, or plain values with every text exactly as it was sent.

The WSDL's schema only tells what is a list and what may be left out. Values are not turned into numbers or dates and
back, as `0.10`, `1E5` or `2025-01-10-03:00` would not survive it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from zeep import xsd

from lagoa.errors import ContractError, TransientSourceError

XSI = "http://www.w3.org/2001/XMLSchema-instance"
ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
CODE = re.compile(r"^\W*([A-Z]{0,6}[-_]?\d{2,5})(?=[):\s])")
"""How a service numbers its own messages: "(0063) ...", "ER0012: ..."."""


@dataclass(frozen=True)
class Fault:
    """Why the service did not do what it was asked for."""

    code: str
    """The fault's code without its prefix: Server, Client, FailedAuthentication."""
    text: str
    """All that it says; never shown, as it may quote what was asked for."""

    @property
    def shown(self) -> str:
        """What a message may show: the code, and the service's own number where the text begins with one."""
        number = CODE.match(self.text)
        return f"{self.code} {number[1]}" if number else self.code

    @property
    def may_pass(self) -> bool:
        """Whether the service, not the request, is at fault."""
        return self.code.split(".")[0] in ("Server", "Receiver")


@dataclass(frozen=True)
class Child:
    """A declared element of a type; one of a choice is optional, too."""

    name: str
    kind: Any
    is_list: bool
    is_optional: bool


def parse(body: bytes, subject: str) -> etree._Element:
    """The first element of the envelope's body.

    Raises:
        TransientSourceError: no SOAP envelope (an HTML page with status 200, a body cut short).
        ContractError: the answer brings a document type, which could fetch or multiply entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        root = None
    if root is not None and root.getroottree().docinfo.doctype:
        raise ContractError(f"{subject}: found a document type in the answer, expected a SOAP envelope without one.")
    space = root.tag[1:].partition("}")[0] if root is not None and root.tag.startswith("{") else ""
    content = root.find(f"{{{space}}}Body") if root is not None and space in ENVELOPES else None
    if content is None or len(content) == 0:
        kind = "an HTML page" if b"<html" in body[:500].lower() else f"{len(body)} bytes that are no SOAP envelope"
        raise TransientSourceError(f"{subject}: found {kind}, expected a SOAP answer. Try again later.")
    return content[0]


def fault_of(node: etree._Element) -> Fault | None:
    """The fault that an answer is, if it is one; SOAP 1.1 and 1.2."""
    if etree.QName(node).localname != "Fault":
        return None
    code = node.findtext("faultcode") or ""
    for found in node.iter("{*}Code"):
        values = [value.text or "" for value in found.iter("{*}Value")]
        code = values[-1] if values else code
        break
    reason = node.find("faultstring") if node.find("faultstring") is not None else node.find("{*}Reason")
    texts = [
        " ".join(part.itertext()) for part in (reason, node.find("detail"), node.find("{*}Detail")) if part is not None
    ]
    return Fault(code.rpartition(":")[2] or "Fault", " ".join(" ".join(texts).split()))


def result_of(node: etree._Element, declared: xsd.Element | None) -> Any:
    """What an operation returned; the one element of a wrapper stands for the wrapper, as in zeep."""
    kind = declared.type if declared is not None else None
    value = _value(node, kind)
    names = [child.name for child in children_of(kind)]
    if isinstance(value, dict) and len(value) == 1 and (not names or names == list(value)):
        return next(iter(value.values()))
    return value


def records_of(result: Any, path: str | None, subject: str) -> list[Any]:
    """The records of a result: what lies at the dotted path, of each where there are several; absent ones are none.

    Raises:
        ContractError: the answer does not have the path's first key, and the WSDL does not say that it may lack it.
    """
    found = result if isinstance(result, list) else [result]
    for name in path.split(".") if path else []:
        deeper: list[Any] = []
        for item in found:
            if item is None:
                continue
            if not isinstance(item, dict) or name not in item:
                raise ContractError(
                    f"{subject}: found an answer without {name!r}, expected it by `records: {path}`. "
                    "Compare the WSDL with the spec."
                )
            value = item[name]
            deeper += value if isinstance(value, list) else [value]
        found = deeper
    return [item for item in found if item is not None and item != ""]


def _value(node: etree._Element, kind: Any) -> Any:
    if node.get(f"{{{XSI}}}nil") in ("true", "1"):
        return None
    attributes = {name: text for name, text in node.attrib.items() if not name.startswith("{")}
    declared = list(children_of(kind))
    if len(node) == 0 and not declared:
        text = _text(node.text or "", kind)
        return {**attributes, "_value_1": text} if attributes and not _is_plain(kind) else text
    groups: dict[str, list[etree._Element]] = {}
    for each in node:
        groups.setdefault(etree.QName(each).localname, []).append(each)
    values: dict[str, Any] = {}
    for child in declared:
        nodes = groups.pop(child.name, [])
        if child.is_list or len(nodes) > 1:
            values[child.name] = [_value(each, child.kind) for each in nodes]
        elif nodes:
            values[child.name] = _value(nodes[0], child.kind)
        elif child.is_optional:
            values[child.name] = None
    for name, nodes in groups.items():
        several = [_value(each, None) for each in nodes]
        values[name] = several if len(several) > 1 else several[0]
    return {**attributes, **values}


def _text(text: str, kind: Any) -> str:
    """Blanks around a number or a date mean nothing; those of a text are its own."""
    return text.strip() if isinstance(kind, xsd.AnySimpleType) and not isinstance(kind, xsd.String) else text


def _is_plain(kind: Any) -> bool:
    return isinstance(kind, xsd.AnySimpleType)


def children_of(kind: Any) -> Iterator[Child]:
    """The declared children of a type."""
    for _, part in getattr(kind, "elements_nested", None) or []:
        yield from _flattened(part, is_list=False, is_optional=False)


def _flattened(part: Any, *, is_list: bool, is_optional: bool) -> Iterator[Child]:
    is_list = is_list or part.accepts_multiple
    is_optional = is_optional or part.is_optional
    if isinstance(part, xsd.Element):
        if not part.attr_name.startswith("_"):
            name = part.attr_name if part.name is None else etree.QName(part.name).localname
            yield Child(name, part.type, is_list, is_optional)
    elif isinstance(part, xsd.Group):
        yield from _flattened(part.child, is_list=is_list, is_optional=is_optional)
    elif not isinstance(part, xsd.Any):
        for inner in part:
            yield from _flattened(inner, is_list=is_list, is_optional=is_optional or isinstance(part, xsd.Choice))
