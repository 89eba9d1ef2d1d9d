"""A SOAP service on this machine: one WSDL for every path, and an answer to each envelope that a test decides on."""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

NAMESPACE = "http://notas.example.org/"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSDL = f"""<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">
  <wsdl:types>
    <xsd:schema targetNamespace="{NAMESPACE}" elementFormDefault="unqualified">
      <xsd:element name="cabecalho">
        <xsd:complexType><xsd:sequence>
          <xsd:element name="sistema" type="xsd:string"/>
          <xsd:element name="bilhetador" minOccurs="0">
            <xsd:complexType><xsd:all><xsd:element name="nonce" type="xsd:string"/></xsd:all></xsd:complexType>
          </xsd:element>
        </xsd:sequence></xsd:complexType>
      </xsd:element>
      <xsd:element name="detalharNota">
        <xsd:complexType><xsd:sequence>
          <xsd:element name="ug" type="xsd:string"/>
          <xsd:element name="numero" type="xsd:string"/>
        </xsd:sequence></xsd:complexType>
      </xsd:element>
      <xsd:element name="detalharNotaResponse">
        <xsd:complexType><xsd:sequence>
          <xsd:element name="resultado" type="tns:Resultado"/>
        </xsd:sequence></xsd:complexType>
      </xsd:element>
      <xsd:complexType name="Resultado"><xsd:sequence>
        <xsd:element name="nota" type="tns:Nota" minOccurs="0" maxOccurs="unbounded"/>
      </xsd:sequence></xsd:complexType>
      <xsd:complexType name="Nota"><xsd:sequence>
        <xsd:element name="numero" type="xsd:string"/>
        <xsd:element name="emitida" type="xsd:date"/>
        <xsd:element name="valor" type="xsd:decimal"/>
        <xsd:element name="taxa" type="xsd:double" minOccurs="0"/>
        <xsd:element name="ativa" type="xsd:boolean" nillable="true"/>
        <xsd:element name="observacao" type="xsd:string" minOccurs="0"/>
        <xsd:element name="item" minOccurs="0" maxOccurs="unbounded">
          <xsd:complexType><xsd:sequence><xsd:element name="valor" type="xsd:decimal"/></xsd:sequence></xsd:complexType>
        </xsd:element>
        <xsd:choice>
          <xsd:element name="cpf" type="xsd:string"/>
          <xsd:element name="cnpj" type="xsd:string"/>
        </xsd:choice>
      </xsd:sequence></xsd:complexType>
    </xsd:schema>
  </wsdl:types>
  <wsdl:message name="pedido"><wsdl:part name="parameters" element="tns:detalharNota"/></wsdl:message>
  <wsdl:message name="resposta"><wsdl:part name="parameters" element="tns:detalharNotaResponse"/></wsdl:message>
  <wsdl:portType name="Notas">
    <wsdl:operation name="detalharNota">
      <wsdl:input message="tns:pedido"/><wsdl:output message="tns:resposta"/>
    </wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="NotasSoap" type="tns:Notas">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="detalharNota">
      <soap:operation soapAction="urn:detalharNota"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="NotasService">
    <wsdl:port name="NotasPort" binding="tns:NotasSoap">
      <soap:address location="https://elsewhere.example.com/api/notas/ws"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""


@dataclass(frozen=True)
class Call:
    """One request: method, path with query, headers, and the envelope where there was one."""

    method: str
    path: str
    headers: dict[str, str]
    envelope: etree._Element | None

    def text(self, name: str) -> str | None:
        """The text of the first element of that local name."""
        found = next(self.envelope.iter(f"{{*}}{name}"), None) if self.envelope is not None else None
        return None if found is None else found.text


@dataclass(frozen=True)
class Reply:
    """One answer to an envelope."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0


def enveloped(content: str, status: int = 200) -> Reply:
    """A SOAP envelope around some content."""
    return Reply(f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{content}</s:Body></s:Envelope>', status)


def notes(*records: str) -> Reply:
    """The answer with these records, each given as XML."""
    inside = "".join(f"<nota>{record}</nota>" for record in records)
    return enveloped(
        f'<t:detalharNotaResponse xmlns:t="{NAMESPACE}"><resultado>{inside}</resultado></t:detalharNotaResponse>'
    )


def fault(code: str, text: str) -> Reply:
    """A SOAP 1.1 fault."""
    return enveloped(f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>{text}</faultstring></s:Fault>", 500)


class SoapService:
    """Serves `wsdl` to every GET and what `answers` says to every POST; a token to whoever posts to /token."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.wsdl = WSDL
        self.answers: Callable[[Call], Reply] = lambda _: notes()
        self.calls: list[Call] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.calls.append(Call("GET", self.path, dict(self.headers), None))
                self._send(Reply(service.wsdl))

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/token"):
                    service.calls.append(Call("POST", self.path, dict(self.headers), None))
                    number = sum(call.path.endswith("/token") for call in service.calls)
                    self._send(Reply(f'{{"access_token": "token-{number}", "expires_in": 300}}'))
                    return
                call = Call("POST", self.path, dict(self.headers), etree.fromstring(content))
                service.calls.append(call)
                self._send(service.answers(call))

            def _send(self, reply: Reply) -> None:
                time.sleep(reply.seconds)
                content = reply.body.encode()
                try:
                    self.send_response(reply.status)
                    for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client gave up, as a test of time-outs wants

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def posted(self) -> list[Call]:
        """The envelopes that came."""
        return [call for call in self.calls if call.envelope is not None]

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
