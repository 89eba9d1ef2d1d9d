"""SIAFI over SOAP: numbers with gaps, values as sent, and what the service refuses."""

from typing import Any

import httpx
import pytest
from lxml import etree
from tests.specs.conftest import Row, arm, at_edition, control, extracted, loaded, query

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.lake.run import spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federation import federation
from lagoa.simulator.generated.siafi_documents import commitments, financial_programmings
from lagoa.simulator.generated.ted import numbers, programmings
from lagoa.sources.spec import load_agency


def agency(settings: Settings) -> dict[str, list[str]]:
    return load_agency(settings.home / "include" / "agencies", settings.agency)


def cents(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole + rest)


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_commitment_of_the_agency_comes_with_its_operations(generated: Settings, edition: str) -> None:
    at_edition(generated, "siafi", edition)
    asked = agency(generated)
    known = {
        key: state
        for key, state in commitments(generated.simulator_seed, generated.simulator_scale, edition).items()
        if key[0] in asked["ugs"] and str(key[1]) in asked["exercicios_siafi"]
    }

    manifest, rows = extracted(generated, "siafi", "empenhos")

    found = {
        (row["ugEmitente"], int(row["anoEmpenho"]), int(row["numEmpenho"])): cents(row["vlrEmpenho"]) for row in rows
    }
    assert found == {key: state.cents for key, state in known.items()}
    assert len(rows) == len(found) > 3
    books = {
        (ug, year): [key[2] for key in known if key[:2] == (ug, int(year))]
        for ug in asked["ugs"]
        for year in asked["exercicios_siafi"]
    }
    assert {(item.asked["ug"], item.asked["ano"]): item.missing for item in manifest.slices} == {
        book: max(numbers_, default=0) - len(numbers_) for book, numbers_ in books.items()
    }


def test_at_the_last_edition_they_are_those_of_the_federation(generated: Settings) -> None:
    whole = federation(generated.simulator_seed, generated.simulator_scale)
    known = commitments(generated.simulator_seed, generated.simulator_scale, EDITIONS[-1])

    assert {state.commitment.documento: state.cents for state in known.values()} == {
        made.documento: made.valor_cents for made in whole.commitments
    }
    assert len(known) == len(whole.commitments)


def test_a_commitment_keeps_the_texts_that_were_sent(generated: Settings) -> None:
    _, rows = extracted(generated, "siafi", "empenhos")
    row = rows[0]
    key = row["ugEmitente"], int(row["anoEmpenho"]), int(row["numEmpenho"])
    state = commitments(generated.simulator_seed, generated.simulator_scale, EDITIONS[-1])[key]
    made = state.commitment

    assert row["dtEmis"] == f"{made.data_emissao}-03:00"
    assert (row["codFavorecido"], row["txtDescricao"]) == (made.supplier.public, made.observacao)
    assert row["vlrTaxaCambio"] is None
    assert f'"codPTRES":"{made.ptres}"' in row["celulaOrcamentaria"]
    assert row["itemEmpenho"].count("tipoOperacaoItemEmpenho") == len(state.operations)
    assert '"quantidade":"1.00000"' in row["itemEmpenho"]


def test_financial_programmings_are_those_of_the_teds(generated: Settings) -> None:
    asked = agency(generated)
    seed, scale = generated.simulator_seed, generated.simulator_scale
    known = {
        (note.issuer.codigo, numbers(seed, scale, "PF")[note.id]): sum(value for _, value in note.lines)
        for note in programmings(seed, scale, EDITIONS[-1])
        if note.issuer.codigo in asked["ugs_repassadoras"] and str(note.issued.year) in asked["exercicios_siafi"]
    }

    _, rows = extracted(generated, "siafi", "programacoes_financeiras")

    assert {(row["codUgEmit"], f"{row['ano']}PF{row['numeroDocumento']}"): cents(row["valor"]) for row in rows} == known
    assert len(financial_programmings(seed, scale, EDITIONS[-1])) >= len(rows) == len(known)


def test_a_later_operation_restates_a_commitment(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, "siafi", edition)
        result = loaded(generated, "siafi", "empenhos")["empenhos"]
    seed, scale, asked = generated.simulator_seed, generated.simulator_scale, agency(generated)
    before, after = (commitments(seed, scale, edition) for edition in (EDITIONS[0], EDITIONS[-1]))
    changed = [
        key
        for key, state in before.items()
        if key[0] in asked["ugs"] and str(key[1]) in asked["exercicios_siafi"] and state != after[key]
    ]

    versions = query(generated, "select count(*) as count from bronze.siafi__empenhos where _row_version > 1")
    assert result.updated == len(changed)
    assert versions[0]["count"] >= len(changed)


def envelope(user: str = "simulated-siafi_usuario", nonce: str = "1", system: str = "SIAFI2026") -> str:
    soap, wsse = (
        "http://schemas.xmlsoap.org/soap/envelope/",
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    )
    return f"""<s:Envelope xmlns:s="{soap}"><s:Header>
      <w:Security xmlns:w="{wsse}"><w:UsernameToken><w:Username>{user}</w:Username>
        <w:Password>simulated-siafi_senha</w:Password></w:UsernameToken></w:Security>
      <o:cabecalhoSIAFI xmlns:o="x"><nomeSistemaSIAFI>{system}</nomeSistemaSIAFI><ug>150002</ug>
        <bilhetador><nonce>{nonce}</nonce></bilhetador></o:cabecalhoSIAFI>
    </s:Header><s:Body><o:orcDetalharEmpenho xmlns:o="x"><consultaEmpenho><ugEmitente>150002</ugEmitente>
      <anoEmpenho>2026</anoEmpenho><numEmpenho>999999</numEmpenho></consultaEmpenho></o:orcDetalharEmpenho>
    </s:Body></s:Envelope>"""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"user": "outro"}, "wsse:FailedAuthentication"),
        ({"system": "SIAFI2025"}, "(0007) SISTEMA INVALIDO PARA O EXERCICIO."),
        ({"nonce": ""}, "(0012) BILHETADOR JA UTILIZADO."),
        ({"nonce": "twice"}, "(0012) BILHETADOR JA UTILIZADO."),
        ({"nonce": "once"}, "(0063) DOCUMENTO NAO EXISTE."),
    ],
    ids=["user", "year", "no nonce", "used nonce", "no such document"],
)
def test_the_service_refuses_as_the_real_one(generated: Settings, options: dict[str, Any], told: str) -> None:
    url = f"{generated.simulator_base}/siafi/siafi2026/services/orcamentario/manterOrcamentario"
    if options.get("nonce") == "twice":
        httpx.post(url, content=envelope(**options), trust_env=False)

    answer = httpx.post(url, content=envelope(**options), trust_env=False)

    assert answer.status_code == 500
    assert told in [element.text for element in etree.fromstring(answer.content).iter()]


def test_no_wsdl_of_a_year_without_a_system(generated: Settings) -> None:
    url = f"{generated.simulator_base}/siafi/siafi1999/services/orcamentario/manterOrcamentario?wsdl"

    assert httpx.get(url, trust_env=False).status_code == 404
    with pytest.raises(PermanentSourceError, match="404"):
        extracted(generated.model_copy(update={"agency_values": {"exercicios_siafi": "1999"}}), "siafi", "empenhos")


def test_a_missing_value_fails_the_run(generated: Settings) -> None:
    arm(generated, {"source": "siafi", "fault": "missing_field"})

    with pytest.raises(ContractError, match="missing field vlrEmpenho"):
        extracted(generated, "siafi", "empenhos")


def test_the_wsdl_is_asked_for_once_a_year_and_service(generated: Settings) -> None:
    extracted(generated, "siafi", "empenhos")
    control(generated, "DELETE", "requests")
    extracted(generated, "siafi", "empenhos")

    asked: Row = control(generated, "GET", "requests")["siafi"]["paths"]
    calls = sum(sum(path.values()) for path in asked.values())
    known = len(extracted(generated, "siafi", "empenhos")[1])
    books = len(agency(generated)["ugs"]) * len(agency(generated)["exercicios_siafi"])
    paging: Any = spec_of(generated, "siafi").resources["empenhos"].paging  # type: ignore[union-attr]
    assert calls >= known + books * paging.misses
    assert calls <= known * 2 + books * (paging.misses + 3)


def test_a_run_that_was_broken_off_goes_on_where_it_was(generated: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.soap.BATCH", 2)
    monkeypatch.setattr("lagoa.sources.connectors.soap.channel.LONGEST_PAUSE_SIMULATOR", 0.02)
    _, whole = extracted(generated, "siafi", "empenhos")
    control(generated, "DELETE", "requests")
    arm(generated, {"source": "siafi", "fault": "http_500_text", "after": 60})
    with pytest.raises(TransientSourceError):
        extracted(generated, "siafi", "empenhos", run_id="broken")
    arm(generated)
    control(generated, "DELETE", "requests")

    _, rows = extracted(generated, "siafi", "empenhos", run_id="broken")

    asked: Row = control(generated, "GET", "requests")["siafi"]["paths"]
    again = sum(sum(path.values()) for path in asked.values())
    books = len(agency(generated)["ugs"]) * len(agency(generated)["exercicios_siafi"])
    paging: Any = spec_of(generated, "siafi").resources["empenhos"].paging  # type: ignore[union-attr]
    assert sorted(map(str, rows)) == sorted(map(str, whole))
    assert again < len(whole) + books * paging.misses
