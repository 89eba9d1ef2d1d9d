"""One SOAP service: WSDL -> zeep's document, cached per process; a call -> envelope -> answer as plain values."""

import threading
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Error as ZeepError
from zeep.wsdl import Document
from zeep.wsdl.bindings import Soap12Binding
from zeep.wsse.username import UsernameToken

from lagoa.errors import ConfigError, ContractError, PermanentSourceError, TransientSourceError
from lagoa.sources.connector import Context
from lagoa.sources.connectors.soap.answer import children_of, fault_of, parse, result_of
from lagoa.sources.connectors.soap.channel import Channel
from lagoa.sources.spec import SoapResource, WsSecurityAuth, placeholders

SAFE = Settings(strict=True, forbid_dtd=True, forbid_entities=True, xml_huge_tree=False, raw_response=True)
_documents: dict[str, Document] = {}
_reading = threading.Lock()


class NoSuchDocument(Exception):
    """The service says that what was asked for does not exist."""


class Loader:
    """What zeep fetches WSDLs and schemas with: only from the host of the spec, whatever address they name."""

    def __init__(self, channel: Channel, subject: str) -> None:
        self._channel, self._subject = channel, subject

    def load(self, url: str) -> bytes:
        """A document, by its path and query at our host."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise ContractError(
                f"{self._subject}: the WSDL imports a {parts.scheme or 'local'} address, expected https."
            )
        path = self._channel.own_path(parts.path)
        return self._channel.fetch(f"{path}?{parts.query}" if parts.query else path, self._subject)


class Service:
    """One operation, under the WSDL at one address."""

    def __init__(self, context: Context, channel: Channel, asked: dict[str, str], operation: str) -> None:
        assert isinstance(context.resource, SoapResource)  # noqa: S101  (for the type checker)
        self._context, self._channel, self._resource = context, channel, context.resource
        self._name = operation
        subject = context.subject(asked)
        path, _ = self._resource.address(asked)
        document = self._document(channel.address(context.filled(path, asked)), subject)
        auth, wsse = context.spec.connection.auth, None
        if isinstance(auth, WsSecurityAuth):
            wsse = UsernameToken(context.settings.secret(auth.user), context.settings.secret(auth.password))
        self._client = Client(document, wsse=wsse, transport=Loader(channel, subject), settings=SAFE)
        self._port = self._port_of(document, subject)
        self._operation = self._port.binding.get(self._name)
        endpoint = self._resource.endpoint
        self._path = (
            context.filled(endpoint, asked)
            if endpoint
            else channel.own_path(urlsplit(self._port.binding_options["address"]).path)
        )
        self._proxy = self._client.create_service(self._port.binding.name, channel.address(self._path))

    def call(self, arguments: dict[str, Any], asked: dict[str, str], subject: str) -> Any:
        """What the operation returns, tried again while the failure may pass; each try with a nonce of its own.

        Args:
            arguments: of the operation, as the spec has them.
            asked: what fills them.
            subject: how messages name the call; without what must not be shown.

        Raises:
            NoSuchDocument: the service answers one of the resource's `empty_fault`.
            TransientSourceError: after the last attempt.
            PermanentSourceError: a fault or a status that a retry would not change.
            ContractError: the arguments or the answer do not fit the WSDL.
        """
        return self._channel.patiently(lambda: self._once(arguments, asked, subject))

    def _once(self, arguments: dict[str, Any], asked: dict[str, str], subject: str) -> Any:
        envelope, headers = self._envelope(arguments, asked, subject)
        node = self._channel.post(self._path, envelope, headers, lambda body: parse(body, subject), subject)
        fault = fault_of(node)
        if fault is None:
            return result_of(node, self._operation.output.body)
        if any(text.casefold() in fault.text.casefold() for text in self._resource.empty_fault):
            raise NoSuchDocument
        told = f"{subject}: the service answered a fault ({fault.shown}), expected a result."
        if fault.may_pass:
            raise TransientSourceError(f"{told} Try again; if it stays, ask its operator with this code.")
        raise PermanentSourceError(f"{told} Check the arguments, the user and its permissions at the service.")

    def _envelope(self, declared: dict[str, Any], asked: dict[str, str], subject: str) -> tuple[bytes, dict[str, str]]:
        values = {**asked, "nonce": uuid4().hex}
        arguments = self._placed(self._filled(declared, values, subject))
        headers = self._filled(self._resource.soap_headers, values, subject)
        try:
            told = [self._header(name, value, subject) for name, value in headers.items()]
            more = {"_soapheaders": told} if told else {}
            message = self._client.create_message(self._proxy, self._name, **arguments, **more)
        except (ZeepError, TypeError, ValueError) as error:
            # zeep's words name elements of the schema; the values, which may be secret, stay out.
            raise ConfigError(
                f"{subject}: `arguments` or `soap_headers` do not fit the WSDL ({type(error).__name__}), expected "
                f"{self._operation.input.signature()}. Mend them in the spec."
            ) from None
        action = self._operation.soapaction or ""
        if isinstance(self._port.binding, Soap12Binding):
            return _bytes(message), {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        return _bytes(message), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}

    def _placed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments where the WSDL wants them: many operations take one object, whose name says nothing."""
        declared = list(children_of(self._operation.input.body.type))
        if len(declared) != 1 or declared[0].name in arguments:
            return arguments
        inner = {child.name for child in children_of(declared[0].kind)}
        return {declared[0].name: arguments} if inner and arguments.keys() <= inner else arguments

    def _header(self, name: str, value: Any, subject: str) -> Any:
        found = [element for element in self._client.wsdl.types.elements if element.name == name]
        if not found:
            raise ConfigError(f"{subject}: soap_headers: found {name!r}, expected an element that the WSDL declares.")
        return found[0](**value) if isinstance(value, dict) else found[0](value)

    def _filled(self, value: Any, asked: dict[str, str], subject: str) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(each, asked, subject) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, asked, subject) for each in value]
        if not isinstance(value, str):
            return value
        text = self._context.filled(value, asked)
        if unfilled := sorted(placeholders(value) & placeholders(text)):
            raise ConfigError(
                f"{subject}: nothing fills {unfilled} in the arguments, expected a parameter of the request or of the "
                "agency with one value. Add it to include/agencies/<agency>.yml."
            )
        return text

    def _document(self, url: str, subject: str) -> Document:
        with _reading:
            if url not in _documents:
                try:
                    loader: Any = Loader(self._channel, subject)
                    document = Document(url, loader, settings=SAFE)
                    if not document.services:
                        raise ValueError("no service")
                    _documents[url] = document
                except (ZeepError, etree.XMLSyntaxError, KeyError, ValueError, AttributeError) as error:
                    raise PermanentSourceError(
                        f"{subject}: the WSDL could not be read ({type(error).__name__}), expected WSDL 1.1 without a "
                        "document type. Open its address; check `path` in the spec."
                    ) from None
            return _documents[url]

    def _port_of(self, document: Document, subject: str) -> Any:
        name = self._name
        ports = [port for service in document.services.values() for port in service.ports.values()]
        fitting = [port for port in ports if name in port.binding._operations]
        if not fitting:
            known = ", ".join(sorted({operation for port in ports for operation in port.binding._operations}))
            raise ConfigError(f"{subject}: operation: found {name!r}, expected one of the WSDL's: {known or 'none'}.")
        return fitting[0]


def _bytes(message: etree._Element) -> bytes:
    content: bytes = etree.tostring(message, xml_declaration=True, encoding="utf-8")
    return content
