"""SIAPE's restricted consultation: unit by unit, person by person, and no CPF that leaves the memory."""

import re

import fsspec
import httpx
import pytest
from tests.specs.conftest import at_edition, control, extracted, loaded, query

from lagoa.errors import PermanentSourceError
from lagoa.lake.run import spec_of
from lagoa.settings import Settings
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.people import check_digits
from lagoa.simulator.generated.servants import Servant
from lagoa.simulator.generated.staff_records import cpf, functional_records, staff, unit_records
from lagoa.sources.connector import Context
from lagoa.sources.connectors.soap import SoapConnector
from lagoa.sources.spec import load_agency

SOURCE = "siape_consulta"


def bodies_of(settings: Settings) -> list[str]:
    return load_agency(settings.home / "include" / "agencies", settings.agency)["orgaos_siape"]


def people(settings: Settings, edition: str) -> list[Servant]:
    """Who is listed in the agency's units."""
    listed = staff(settings.simulator_seed, settings.simulator_scale, edition)
    return [servant for (body, _), servants in listed.items() if body in bodies_of(settings) for servant in servants]


def test_units_are_those_of_the_agencys_bodies(generated: Settings) -> None:
    _, rows = extracted(generated, SOURCE, "uorgs")

    assert sorted(rows, key=lambda row: row["codigo"]) == sorted(
        (
            {**record, "codOrgao": body}
            for body in bodies_of(generated)
            for record in unit_records(generated.simulator_seed, body, EDITIONS[-1])
        ),
        key=lambda row: str(row["codigo"]),
    )
    assert rows


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_servant_is_listed_under_a_pseudonym(generated: Settings, edition: str) -> None:
    at_edition(generated, SOURCE, edition)
    loaded(generated, SOURCE, "uorgs")

    _, rows = extracted(generated, SOURCE, "servidores")

    assert len(rows) == len({row["cpf"] for row in rows}) == len(people(generated, edition))
    assert all(re.fullmatch(r"[0-9a-f]{32}", row["cpf"]) for row in rows)


def test_functional_records_come_for_everybody_who_has_some(generated: Settings) -> None:
    loaded(generated, SOURCE, "uorgs")

    manifest, rows = extracted(generated, SOURCE, "dados_funcionais")

    known = [functional_records(generated.simulator_seed, servant) for servant in people(generated, EDITIONS[-1])]
    assert len(rows) == sum(map(len, known))
    assert sum(item.missing for item in manifest.slices) == sum(not records for records in known)
    assert sorted(row["dataOcorrIngressoOrgao"] for row in rows) == sorted(
        str(record["dataOcorrIngressoOrgao"]) for records in known for record in records
    )
    assert {row["dataOcorrAposentadoria"] for row in rows} == {"00000000"}


def test_pseudonyms_join_the_list_with_the_records(generated: Settings) -> None:
    loaded(generated, SOURCE)

    found = query(
        generated,
        "select count(*) as records, count(distinct cpf_servidor) as people, count(servidores.cpf) as joined"
        " from bronze.siape_consulta__dados_funcionais as dados"
        " left join bronze.siape_consulta__servidores as servidores on dados.cpf_servidor = servidores.cpf",
    )[0]
    assert found["records"] == found["joined"] > found["people"] > 0


def test_no_cpf_and_no_address_is_written_anywhere(generated: Settings) -> None:
    loaded(generated, SOURCE)
    known = [cpf(generated.simulator_seed, servant) for servant in people(generated, EDITIONS[-1])]

    tables = {
        name: query(generated, f"select (to_jsonb(t) - '_run_id')::text as row from bronze.siape_consulta__{name} as t")
        for name in spec_of(generated, SOURCE).resources
    }
    text = str(tables)
    assert not [number for number in known if number in text]
    assert "@orgao.example" not in text
    filesystem, root = fsspec.core.url_to_fs(generated.raw_base)
    manifests = filesystem.glob(f"{root}/{SOURCE}/**/*.json")
    written = b"".join(filesystem.cat_file(path) for path in manifests).decode()
    assert manifests
    assert not [number for number in known if number in written]


def test_the_invented_cpfs_are_nobodys(generated: Settings) -> None:
    for servant in people(generated, EDITIONS[-1]):
        number = cpf(generated.simulator_seed, servant)
        assert f"***.{number[3:6]}.{number[6:9]}-**" == servant.cpf
        assert int(number[10]) != check_digits(number[:9])[1]


def test_who_left_is_marked_as_vanished(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, SOURCE, edition)
        loaded(generated, SOURCE, "servidores")

    found = query(generated, "select count(*) from bronze.siape_consulta__servidores where _deleted_at is null")
    assert found[0]["count"] == len(people(generated, EDITIONS[-1]))


def test_the_gateway_wants_a_token_and_a_cpf(generated: Settings) -> None:
    base = f"{generated.simulator_base}/{SOURCE}"
    wrong = httpx.post(
        f"{base}/oauth2/jwt-token/", auth=("x", "y"), data={"grant_type": "client_credentials"}, trust_env=False
    )
    without = httpx.get(f"{base}/api-consulta-siape/v1/consulta-siape?wsdl", trust_env=False)

    assert (wrong.status_code, without.status_code) == (401, 401)


def test_one_token_serves_a_run(generated: Settings) -> None:
    loaded(generated, SOURCE, "uorgs")
    control(generated, "DELETE", "requests")
    extracted(generated, SOURCE, "servidores")

    paths = control(generated, "GET", "requests")[SOURCE]["paths"]
    assert sum(paths.get("/oauth2/jwt-token/", {}).values()) <= 1
    assert set(paths["/api-consulta-siape/v1/consulta-siape"]) <= {"200", "500"}


def test_a_password_that_is_refused_fails_for_good(generated: Settings) -> None:
    broken = spec_of(generated, SOURCE)
    arguments = {**broken.resources["uorgs"].arguments, "senha": "errada"}  # type: ignore[union-attr]
    spec = broken.model_copy(
        update={"resources": {"uorgs": broken.resources["uorgs"].model_copy(update={"arguments": arguments})}}
    )
    values = {"siape_sigla_sistema": ["L"], "siape_nome_sistema": ["L"]}
    with (
        SoapConnector(Context(spec, "uorgs", generated, values)) as connector,
        pytest.raises(PermanentSourceError, match="Client 0004") as caught,
    ):
        list(connector.read({"codOrgao": "26248"}).batches())
    assert "errada" not in str(caught.value)
