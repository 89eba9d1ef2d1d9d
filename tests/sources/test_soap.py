"""The SOAP connector against a running service: what is sent, what is made of each answer, sequences and their gaps."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import SecretStr
from tests.sources.soap_service import WSDL, Call, Reply, SoapService, enveloped, fault, notes
from tests.sources.tls import make_certificates

from lagoa.errors import ConfigError, ContractError, LagoaError, PermanentSourceError, TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.settings import Settings
from lagoa.sources.connector import Batch, Context, Interrupted, Resume
from lagoa.sources.connectors.soap import SoapConnector
from lagoa.sources.connectors.soap import service as services
from lagoa.sources.spec import SoapResource, SourceSpec

FIELDS = ["numero", "emitida", "valor", "taxa", "ativa", "observacao"]
NOTE = "<numero>{}</numero><emitida>2025-01-10-03:00</emitida><valor> 0.10 </valor><ativa>true</ativa><cpf>x</cpf>"


@pytest.fixture
def soap() -> Iterator[SoapService]:
    """The service; WSDLs read before are forgotten, as ports come again."""
    services._documents.clear()
    running = SoapService()
    yield running
    running.close()


@pytest.fixture
def settings_of_soap(soap: SoapService, tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path, simulator_url=soap.url)


def context_of(
    settings: Settings,
    resource: dict[str, Any] | None = None,
    agency: dict[str, list[str]] | None = None,
    **connection: Any,
) -> Context:
    """A context of the source `fonte` with the one resource `notas`."""
    spec = SourceSpec.model_validate(
        {
            "source": "fonte",
            "title": "Fonte",
            "url": "https://example.org",
            "domain": "teste",
            "owner": "Alguém",
            "licence": "Nenhuma",
            "schedule": "0 5 * * *",
            "connection": {
                "base_url": "https://example.org/api",
                "timeout_seconds": 0.4,
                "attempts": 3,
                "backoff_seconds": 0.01,
                **connection,
            },
            "resources": {
                "notas": {
                    "title": "Notas",
                    "kind": "soap",
                    "path": "/notas?wsdl",
                    "operation": "detalharNota",
                    "arguments": {"ug": "{ug}", "numero": "1"},
                    "for_each": {"ug": "ugs"},
                    "records": "nota",
                    "fields": FIELDS,
                    "nested": ["item"],
                    "optional": ["taxa", "observacao"],
                    "empty_fault": ["não existe"],
                    "write": {"mode": "merge", "key": ["numero"]},
                    **(resource or {}),
                }
            },
        }
    )
    return Context(spec, "notas", settings, agency or {"ugs": ["170001"]})


def read(context: Context, resume: Resume | None = None) -> tuple[list[dict[str, Any]], Slice]:
    """All records of the slice for UG 170001, and what the slice tells."""
    rows, _, told = read_batches(context, resume)
    return rows, told


def read_batches(context: Context, resume: Resume | None = None) -> tuple[list[dict[str, Any]], list[Batch], Slice]:
    with SoapConnector(context) as connector:
        reading = connector.read({"ug": "170001"}, resume)
        batches = list(reading.batches())
        rows = (
            pa.concat_tables([batch.table for batch in batches], promote_options="default").to_pylist()
            if batches
            else []
        )
        return rows, batches, reading.slice


def test_one_call_brings_its_records_with_every_text_as_sent(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = lambda _: notes(
        NOTE.format("1"),
        "<numero> 2 </numero><emitida>2025-02-01</emitida><valor>1234567890123456789.00</valor><taxa>1E5</taxa>"
        '<ativa xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/><observacao>a &amp; b</observacao>'
        "<item><valor>1.50</valor></item><cnpj>y</cnpj>",
    )

    rows, told = read(context_of(settings_of_soap))

    assert rows == [
        {
            "numero": "1",
            "emitida": "2025-01-10-03:00",
            "valor": "0.10",
            "taxa": None,
            "ativa": "true",
            "observacao": None,
            "item": "[]",
            "cpf": "x",
            "cnpj": None,
        },
        {
            "numero": " 2 ",
            "emitida": "2025-02-01",
            "valor": "1234567890123456789.00",
            "taxa": "1E5",
            "ativa": None,
            "observacao": "a & b",
            "item": '[{"valor":"1.50"}]',
            "cpf": None,
            "cnpj": "y",
        },
    ]
    assert told == Slice(asked={"ug": "170001"}, announced=None, received=2)


def test_calls_go_to_the_host_of_the_spec_whatever_the_wsdl_says(soap: SoapService, settings_of_soap: Settings) -> None:
    read(context_of(settings_of_soap))

    assert [(call.method, call.path) for call in soap.calls] == [
        ("GET", "/fonte/api/notas?wsdl"),
        ("POST", "/fonte/api/notas/ws"),
    ]
    assert soap.posted[0].headers["SOAPAction"] == '"urn:detalharNota"'


def test_an_endpoint_of_the_spec_wins_over_the_wsdl(soap: SoapService, settings_of_soap: Settings) -> None:
    read(context_of(settings_of_soap, {"endpoint": "/gateway"}))

    assert [call.path for call in soap.posted] == ["/fonte/api/gateway"]


def test_the_wsdl_is_read_once_a_process(soap: SoapService, settings_of_soap: Settings) -> None:
    read(context_of(settings_of_soap))
    read(context_of(settings_of_soap))

    assert [call.method for call in soap.calls] == ["GET", "POST", "POST"]


def test_an_import_of_another_host_is_fetched_at_ours(soap: SoapService, settings_of_soap: Settings) -> None:
    served = soap.wsdl
    imported = '<xsd:schema><xsd:import namespace="urn:a" schemaLocation="https://elsewhere.example.com/api/a.xsd"/>'
    soap.wsdl = served.replace("<xsd:schema", f"{imported}</xsd:schema><xsd:schema", 1)

    with pytest.raises(PermanentSourceError, match="WSDL could not be read"):
        read(context_of(settings_of_soap))  # what is served there is no schema

    assert {call.path for call in soap.calls} == {"/fonte/api/notas?wsdl", "/fonte/api/a.xsd"}


def test_the_one_object_that_an_operation_takes_need_not_be_named(
    soap: SoapService, settings_of_soap: Settings
) -> None:
    plain = '<xsd:element name="ug" type="xsd:string"/>\n          <xsd:element name="numero" type="xsd:string"/>'
    taken = f"<xsd:complexType><xsd:sequence>{plain}</xsd:sequence></xsd:complexType>"
    soap.wsdl = WSDL.replace(plain, f'<xsd:element name="consulta">{taken}</xsd:element>', 1)

    read(context_of(settings_of_soap))

    assert soap.posted[0].text("ug") == "170001"
    envelope = soap.posted[0].envelope
    assert envelope is not None
    assert envelope.find(".//{*}consulta/{*}ug") is not None


def test_headers_of_the_envelope_are_filled_and_carry_a_fresh_nonce(
    soap: SoapService, settings_of_soap: Settings
) -> None:
    context = context_of(
        settings_of_soap,
        {"soap_headers": {"cabecalho": {"sistema": "SIAFI{ano}", "bilhetador": {"nonce": "{nonce}"}}}},
        {"ugs": ["170001"], "ano": ["2025"]},
    )

    read(context)
    read(context)

    first, second = soap.posted
    assert (first.text("sistema"), first.text("ug"), first.text("numero")) == ("SIAFI2025", "170001", "1")
    assert first.text("nonce")
    assert first.text("nonce") != second.text("nonce")


def test_a_username_token_is_sent_in_clear(soap: SoapService, settings_of_soap: Settings) -> None:
    auth = {"type": "ws_security", "user": "usuario", "password": "senha"}  # pragma: allowlist secret

    read(context_of(settings_of_soap, auth=auth))

    call = soap.posted[0]
    assert (call.text("Username"), call.text("Password")) == ("simulated-usuario", "simulated-senha")


def test_a_token_is_fetched_once_and_again_when_it_is_refused(soap: SoapService, settings_of_soap: Settings) -> None:
    auth = {"type": "oauth2", "token_url": "https://gateway.example.org/token", "client_id": "a", "client_secret": "b"}
    soap.answers = lambda call: (
        notes(NOTE.format("1")) if call.headers["Authorization"] == "Bearer token-2" else Reply("", 401)
    )

    rows, _ = read(context_of(settings_of_soap, auth=auth))

    assert [row["numero"] for row in rows] == ["1"]
    assert [call.headers["Authorization"] for call in soap.posted] == ["Bearer token-1", "Bearer token-2"]


def test_headers_of_the_connection_are_sent(soap: SoapService, settings_of_soap: Settings) -> None:
    read(context_of(settings_of_soap, headers={"x-cpf-usuario": "{secret:cpf}", "Content-Type": "application/xml"}))

    headers = soap.posted[0].headers
    assert (headers["x-cpf-usuario"], headers["Content-Type"]) == ("simulated-cpf", "application/xml")


def test_nothing_there_is_no_record(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = lambda _: notes()
    assert read(context_of(settings_of_soap)) == ([], Slice(asked={"ug": "170001"}, announced=None, received=0))

    soap.answers = lambda _: fault("Server", "(0063) O documento NÃO existe.")
    assert read(context_of(settings_of_soap)) == ([], Slice(asked={"ug": "170001"}, announced=None, received=0))


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (
            fault("Server", "(0099) CPF 111.222.333-44 em uso"),
            TransientSourceError,
            "the service answered a fault (Server 0099), expected a result. Try again",
        ),
        (
            fault("Client", "111.222.333-44 FULANA sem permissão"),
            PermanentSourceError,
            "the service answered a fault (Client), expected a result. Check the arguments",
        ),
        (
            enveloped(
                "<e:Fault xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Code><e:Value>e:Sender</e:Value></e:Code>"
                "<e:Reason><e:Text>não</e:Text></e:Reason></e:Fault>"
            ),
            PermanentSourceError,
            "the service answered a fault (Sender), expected a result.",
        ),
        (Reply("<html>manutenção</html>"), TransientSourceError, "found an HTML page, expected a SOAP answer."),
        (Reply("<s:Envelope"), TransientSourceError, "found 11 bytes that are no SOAP envelope"),
        (Reply("", 503), TransientSourceError, "the source answered 503 Service Unavailable, expected 200."),
        (Reply("erro", 500), TransientSourceError, "the source answered 500, expected a SOAP answer. It is overloaded"),
        (Reply("", 403), PermanentSourceError, "the source answered 403 Forbidden, expected 200. Check the path"),
        (Reply("", 404), PermanentSourceError, "the source answered 404 Not Found, expected 200. Check the path"),
        (Reply("", 302, {"Location": "https://elsewhere.example"}), PermanentSourceError, "redirects a POST to else"),
        (notes("<numero>1</numero><valor>1</valor>"), ContractError, "missing field emitida (in 1 of 1"),
        (enveloped("<outra><campo>1</campo><mais/></outra>"), ContractError, "found an answer without 'nota'"),
        (
            Reply('<!DOCTYPE a [<!ENTITY b "c">]>' + notes(NOTE.format("&b;")).body),
            ContractError,
            "found a document type in the answer",
        ),
        (Reply("", seconds=1), TransientSourceError, "no answer within 0.4 s. Try again later."),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)  # fmt: skip
def test_what_is_no_result_fails_and_says_why(
    soap: SoapService, settings_of_soap: Settings, reply: Reply, kind: type[LagoaError], message: str
) -> None:
    soap.answers = lambda _: reply

    with pytest.raises(LagoaError) as caught:
        read(context_of(settings_of_soap))

    assert isinstance(caught.value, kind)
    assert str(caught.value).startswith("fonte.notas (ug=170001): ")
    assert message in str(caught.value)
    assert "111" not in str(caught.value)
    assert len(soap.posted) == (3 if kind is TransientSourceError else 1)


def test_a_failure_that_passes_is_tried_again_with_another_nonce(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = lambda _: notes(NOTE.format("1")) if len(soap.posted) == 3 else fault("Server", "ocupado")

    rows, _ = read(context_of(settings_of_soap, {"soap_headers": {"cabecalho": {"sistema": "{nonce}"}}}))

    assert [row["numero"] for row in rows] == ["1"]
    assert len({call.text("sistema") for call in soap.posted}) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"operation": "apagarNota"}, "operation: found 'apagarNota', expected one of the WSDL's: detalharNota."),
        ({"arguments": {"unidade": "1"}}, "`arguments` or `soap_headers` do not fit the WSDL (TypeError)"),
        ({"arguments": {"ug": "{gestao}", "numero": "1"}}, "nothing fills ['gestao'] in the arguments"),
        ({"soap_headers": {"outro": {}}}, "soap_headers: found 'outro', expected an element that the WSDL declares."),
    ],
)
def test_a_spec_that_does_not_fit_the_wsdl_is_refused(
    soap: SoapService, settings_of_soap: Settings, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(context_of(settings_of_soap, change))

    assert message in str(caught.value)
    assert soap.posted == []


@pytest.mark.parametrize(
    "wsdl",
    [
        "<html/>",
        "",
        "texto",
        WSDL.replace("<wsdl:definitions", '<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<wsdl:definitions', 1),
    ],
    ids=["html", "empty", "text", "document type"],
)
def test_what_is_no_wsdl_is_refused(soap: SoapService, settings_of_soap: Settings, wsdl: str) -> None:
    soap.wsdl = wsdl

    with pytest.raises(PermanentSourceError, match="the WSDL could not be read"):
        read(context_of(settings_of_soap))


def numbered(existing: set[int]) -> Any:
    """Answers of a service that has these numbers."""

    def answer(call: Call) -> Reply:
        number = call.text("numero") or ""
        return notes(NOTE.format(number)) if int(number) in existing else fault("Server", "Documento não existe")

    return answer


SEQUENCE = {
    "arguments": {"ug": "{ug}", "numero": "{numero}"},
    "paging": {"type": "sequence", "parameter": "numero", "width": 6, "misses": 3},
}


def test_a_sequence_goes_over_gaps_to_its_end(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = numbered({2, 3, 6})

    rows, told = read(context_of(settings_of_soap, SEQUENCE))

    assert [row["numero"] for row in rows] == ["000002", "000003", "000006"]
    assert told == Slice(asked={"ug": "170001"}, announced=None, received=3, missing=3)
    assert [call.text("numero") for call in soap.posted] == [f"{number:06}" for number in range(1, 10)]


def test_a_gap_as_wide_as_the_misses_is_the_end(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = numbered({1, 5})

    rows, told = read(context_of(settings_of_soap, SEQUENCE))

    assert [row["numero"] for row in rows] == ["000001"]
    assert told.missing == 0


def test_a_sequence_without_a_document_is_empty(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = numbered(set())

    assert read(context_of(settings_of_soap, SEQUENCE)) == (
        [],
        Slice(asked={"ug": "170001"}, announced=None, received=0),
    )
    assert len(soap.posted) == 3


def test_a_sequence_ends_where_its_digits_end(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = numbered(set(range(1, 10)))
    paging = {"type": "sequence", "parameter": "numero", "width": 1, "misses": 3}

    rows, _ = read(context_of(settings_of_soap, {**SEQUENCE, "paging": paging}))

    assert [row["numero"] for row in rows] == [str(number) for number in range(1, 10)]


def test_a_sequence_broken_off_goes_on_where_it_was(
    soap: SoapService, settings_of_soap: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.soap.BATCH", 2)
    soap.answers = numbered({1, 2, 4, 7, 8})
    context = context_of(settings_of_soap, SEQUENCE)
    rows, batches, whole = read_batches(context)
    received = 0

    assert len(batches) > 2
    for batch in batches:
        assert batch.position is not None
        received += batch.table.num_rows
        rest, told = read(context, Resume(batch.position, received, None))
        assert rest == rows[received:]
        assert told == whole


def test_documents_that_came_stand_when_the_service_stays_away(
    soap: SoapService, settings_of_soap: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.soap.BATCH", 2)
    answers = numbered({1, 2, 3})
    soap.answers = lambda call: fault("Server", "parado") if call.text("numero") == "000003" else answers(call)

    with SoapConnector(context_of(settings_of_soap, SEQUENCE)) as connector:
        batches = connector.read({"ug": "170001"}).batches()
        first = next(batches)
        with pytest.raises(Interrupted, match="answered a fault"):
            next(batches)

    soap.answers = answers
    rest, _ = read(context_of(settings_of_soap, SEQUENCE), Resume(first.position or {}, 2, None))
    assert [row["numero"] for row in rest] == ["000003"]


def test_the_number_becomes_a_field_where_the_spec_keeps_it(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = lambda call: notes(NOTE.format("x")) if call.text("numero") == "4" else notes()
    context = context_of(
        settings_of_soap,
        {
            "arguments": {"ug": "{ug}", "numero": "{nota}"},
            "paging": {"type": "sequence", "parameter": "nota", "first": 3, "misses": 2},
            "keep": ["nota"],
        },
    )

    rows, told = read(context)

    assert [(row["numero"], row["nota"]) for row in rows] == [("x", "4")]
    assert told.missing == 1


LOOKUP = {
    "arguments": {"ug": "{ug}", "numero": "{cpf}"},
    "lookup": {
        "operation": "detalharNota",
        "arguments": {"ug": "{ug}", "numero": "lista"},
        "records": "nota",
        "fields": {"cpf": "numero"},
    },
    "keep": ["cpf"],
}


def test_what_is_looked_up_is_asked_for_in_turn_once_each(soap: SoapService, settings_of_soap: Settings) -> None:
    def answer(call: Call) -> Reply:
        asked = call.text("numero")
        if asked == "lista":
            return notes(*(NOTE.format(cpf) for cpf in ("11122233344", "55566677788", "11122233344", "99900011122")))
        return fault("Server", "Não existe") if asked == "55566677788" else notes(NOTE.format("1"), NOTE.format("2"))

    soap.answers = answer

    rows, batches, told = read_batches(context_of(settings_of_soap, LOOKUP))

    assert [(row["cpf"], row["numero"]) for row in rows] == [
        ("11122233344", "1"), ("11122233344", "2"), ("99900011122", "1"), ("99900011122", "2"),
    ]  # fmt: skip
    assert told == Slice(asked={"ug": "170001"}, announced=None, received=4, missing=1)
    assert [batch.position for batch in batches] == [None]


def test_messages_do_not_show_what_was_looked_up(soap: SoapService, settings_of_soap: Settings) -> None:
    listed = notes(NOTE.format("11122233344"))
    soap.answers = lambda call: listed if call.text("numero") == "lista" else fault("Client", "11122233344 negado")

    with pytest.raises(PermanentSourceError) as caught:
        read(context_of(settings_of_soap, LOOKUP))

    assert str(caught.value).startswith("fonte.notas (ug=170001): the service answered a fault (Client)")
    assert "111" not in str(caught.value)


def test_a_lookup_that_finds_nothing_asks_for_nothing(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = lambda _: notes()

    rows, told = read(context_of(settings_of_soap, LOOKUP))

    assert (rows, told.missing, len(soap.posted)) == ([], 0, 1)


def test_a_lookup_without_its_field_is_refused(soap: SoapService, settings_of_soap: Settings) -> None:
    soap.answers = lambda _: notes(NOTE.format("1"))
    lookup = {**LOOKUP["lookup"], "fields": {"cpf": "matricula"}}  # type: ignore[dict-item]

    with pytest.raises(ContractError, match="detalharNota: found a record without matricula"):
        read(context_of(settings_of_soap, {**LOOKUP, "lookup": lookup}))


@pytest.mark.parametrize("known", [True, False], ids=["with a certificate", "without"])
def test_a_service_may_want_a_client_certificate_and_a_user(tmp_path: Path, known: bool) -> None:
    services._documents.clear()
    files = make_certificates(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files / "server.pem", files / "server.key")
    tls.load_verify_locations(files / "authority.pem")
    tls.verify_mode = ssl.CERT_REQUIRED
    names = {"cert": str(files / "client.pem"), "key": str(files / "client.key"), "usuario": "ana", "senha": "s3nha"}
    secrets = {name: SecretStr(value) for name, value in names.items()}
    auth = {"type": "ws_security", "user": "usuario", "password": "senha"}  # pragma: allowlist secret
    connection: dict[str, Any] = {"auth": auth}
    if known:
        connection["certificate"] = {"certificate": "cert", "key": "key"}
    running = SoapService(tls)
    running.answers = lambda _: notes(NOTE.format("1"))
    try:
        live = Settings(state_dir=tmp_path, sources="live", secrets=secrets)
        own = {"base_url": f"{running.url}/api", "authority": str(files / "authority.pem"), "attempts": 1}
        context = context_of(live, **connection, **own, timeout_seconds=5)
        if not known:
            with pytest.raises(TransientSourceError, match="could not be read"):
                read(context)
            return
        rows, _ = read(context)
    finally:
        running.close()

    assert [row["numero"] for row in rows] == ["1"]
    assert [(call.path, call.text("Username"), call.text("Password")) for call in running.posted] == [
        ("/api/notas/ws", "ana", "s3nha")
    ]


def test_that_a_user_or_a_unit_does_not_exist_is_no_missing_document(shipped: dict[str, SourceSpec]) -> None:
    resource = shipped["siafi"].resources["empenhos"]
    assert isinstance(resource, SoapResource)
    for text in ("(0001) USUARIO NAO EXISTE", "(0021) UG EMITENTE NÃO EXISTE"):
        assert not [each for each in resource.empty_fault if each.casefold() in text.casefold()]
