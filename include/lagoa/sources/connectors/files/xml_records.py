"""XML -> tables of text: an element a record, its attributes and children as fields, by their local names.

Nothing is loaded from elsewhere: no entities, no document types, no network.
"""

from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa
from lxml import etree

from lagoa.errors import ContractError
from lagoa.sources.connectors.files.documents import BATCH, table_of
from lagoa.sources.connectors.files.transport import DamagedFile
from lagoa.sources.spec import FileResource


def tables(file: IO[bytes], resource: FileResource, subject: str) -> Iterator[pa.Table]:
    """The records of an XML document, in memory some at a time.

    Raises:
        DamagedFile: it is no whole XML.
        ContractError: it declares entities, holds other elements but no record, or a record lacks a declared field.
    """
    records: list[dict[str, Any]] = []
    try:
        for record in _records(file, resource, subject):
            records.append(record)
            if len(records) == BATCH:
                yield table_of(records, resource, subject)
                records = []
    except etree.XMLSyntaxError as error:
        raise DamagedFile(
            f"{subject}: the XML is damaged or cut short (line {error.lineno}), expected a whole document. "
            "Nothing was loaded. Try again later."
        ) from None
    if records:
        yield table_of(records, resource, subject)


def _records(file: IO[bytes], resource: FileResource, subject: str) -> Iterator[dict[str, Any]]:
    context = etree.iterparse(
        file,
        events=("end",),
        tag=f"{{*}}{resource.records}",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    is_empty = True
    for _, element in context:
        is_empty = False
        dtd = element.getroottree().docinfo.internalDTD
        if dtd is not None and next(dtd.iterentities(), None) is not None:
            raise ContractError(
                f"{subject}: found a document type that declares entities, expected plain XML. Nothing was loaded."
            )
        yield fields_of(element)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    if is_empty and len(context.root):
        others = list(dict.fromkeys(etree.QName(child).localname for child in context.root))
        raise ContractError(
            f"{subject}: found no element {resource.records!r} in the XML, expected some or an empty document; its "
            f"root holds: {', '.join(others[:5])}. The source changed its layout: mend `records` in the spec."
        )


def fields_of(element: Any) -> dict[str, Any]:
    """Attributes and children by local name; one that comes several times is a list, one with parts an object."""
    fields: dict[str, Any] = {etree.QName(name).localname: value for name, value in element.attrib.items()}
    repeated: set[str] = set()
    for child in element:
        name, value = etree.QName(child).localname, _value(child)
        if name not in fields:
            fields[name] = value
        elif name in repeated:
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
            repeated.add(name)
    return fields


def _value(element: Any) -> Any:
    """The text of an element; with attributes or children, an object; of a blank one, nothing."""
    if len(element) or element.attrib:
        inner = fields_of(element)
        if inner.get("nil") == "true" and len(inner) == 1:
            return None
        return inner | ({"texto": element.text} if element.text and element.text.strip() else {})
    return element.text
