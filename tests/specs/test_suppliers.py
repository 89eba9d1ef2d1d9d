"""Suppliers of every kind: what is stored of each document, in all the sources that name it."""

import json
from collections.abc import Callable, Iterator

import pytest
from tests.specs.conftest import Row, extracted, forget, loaded

from lagoa.settings import Settings
from lagoa.simulator.generated.federal_suppliers import COMPANY, CPF, GENERIC, PERSON, UNIT
from lagoa.simulator.generated.federation import Federation, Supplier, federation
from lagoa.sources.identity import is_cnpj

PUNCTUATED = f"{CPF[:3]}.{CPF[3:6]}.{CPF[6:9]}-{CPF[9:]}"
Document = Callable[[Row], str]


def core(settings: Settings) -> Federation:
    return federation(settings.simulator_seed, settings.simulator_scale)


@pytest.fixture
def everywhere(generated: Settings) -> Iterator[Settings]:
    """The agency of all UGs and bodies, so that suppliers of every kind are met."""
    known = core(generated)
    lists = {
        "ugs": {ug.codigo for ug in known.ugs},
        "cnpjs": {ug.cnpj for ug in known.ugs},
        "exercicios_siafi": {str(made.ano) for made in known.commitments},
    }
    forget(generated, "contratos")
    yield generated.model_copy(
        update={"agency_values": {name: ",".join(sorted(values)) for name, values in lists.items()}}
    )
    forget(generated, "contratos")


def nested(field: str) -> Document:
    return lambda row: str(json.loads(row[field])["cnpj_cpf_idgener"])


def column(field: str) -> Document:
    return lambda row: str(row[field])


def plain(document: str) -> str:
    return document if "*" in document else document.translate(str.maketrans("", "", "./-"))


@pytest.mark.parametrize(
    ("source", "resource", "document"),
    [
        ("siafi", "empenhos", column("codFavorecido")),
        ("tesouro_gerencial", "ne", column("ne_ccor_favorecido")),
        ("contratos", "empenhos", nested("credor_obj")),
        ("contratos", "historico", nested("fornecedor")),
        ("compras", "contratos", column("niFornecedor")),
        ("pncp", "contratos", column("niFornecedor")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_documents_stay_as_they_are_but_for_cpfs(
    everywhere: Settings, source: str, resource: str, document: Document
) -> None:
    if source == "contratos":
        loaded(everywhere, source, "contratos", "contratos_inativos")
    _, rows = extracted(everywhere, source, resource)
    suppliers = {supplier.public: supplier for supplier in core(everywhere).suppliers}
    stored = {plain(document(row)) for row in rows}
    assert stored <= suppliers.keys()
    assert {suppliers[each].tipo for each in stored} >= {COMPANY, PERSON, UNIT, GENERIC}
    assert any(not each.isdigit() for each in stored if suppliers[each].tipo == COMPANY)
    assert not [row for row in rows if CPF in str(row) or PUNCTUATED in str(row)]


def test_the_demo_meets_a_company_with_letters_and_a_person(generated: Settings) -> None:
    loaded(generated, "contratos", "contratos", "contratos_inativos")
    _, rows = extracted(generated, "contratos", "empenhos")
    suppliers = {supplier.public: supplier for supplier in core(generated).suppliers}
    met = [suppliers[plain(nested("credor_obj")(row))] for row in rows]
    assert {supplier.tipo for supplier in met} >= {COMPANY, PERSON}
    assert any(supplier.is_company and not supplier.documento.isdigit() for supplier in met)


def test_there_are_suppliers_of_every_kind_at_every_scale() -> None:
    for scale in (0.01, 1.0):
        suppliers = federation(20261120, scale).suppliers
        by_kind: dict[str, list[Supplier]] = {}
        for supplier in suppliers:
            by_kind.setdefault(supplier.tipo, []).append(supplier)
        assert {kind: len(found) for kind, found in by_kind.items() if kind != COMPANY} == {
            UNIT: 1,
            GENERIC: 1,
            PERSON: 1,
        }
        assert all(is_cnpj(supplier.documento) for supplier in by_kind[COMPANY])
        assert 0.1 < sum(not each.documento.isdigit() for each in by_kind[COMPANY]) / len(suppliers) < 0.2
        assert by_kind[UNIT][0].documento in {ug.codigo for ug in federation(20261120, scale).ugs}
