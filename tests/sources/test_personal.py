"""Personal data is treated before anything is stored: in the raw zone, and so in bronze."""

import hmac
import itertools
import json
import re
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from tests.sources.fake_source import Answer, FakeSource, spec_of

from lagoa.errors import ConfigError
from lagoa.lake.bronze_table import bronze_table
from lagoa.lake.manifest import Manifest
from lagoa.lake.state import ResourceState
from lagoa.settings import Settings
from lagoa.sources.extract import extract
from lagoa.sources.identity import cpf_of, is_cnpj
from lagoa.sources.masks import mask, mask_cpf, mask_id
from lagoa.sources.personal import Treatments
from lagoa.sources.pseudonyms import Pseudonyms
from lagoa.sources.records import as_json, read_json
from lagoa.sources.spec import SourceSpec

KEY = SecretStr("a key of the tests")
CPF = "12345678901"


def pseudonym(text: str, key: bytes) -> str:
    return Pseudonyms(key).of(text)


def treated(personal: dict[str, str], table: pa.Table, **resource: Any) -> pa.Table:
    spec = spec_of({"personal": personal, "fields": ["id", "nome", "cpf"], **resource})
    return Treatments(spec, "linhas", Settings(pseudonym_key=KEY)).apply(table)


def people(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


# --- masks and pseudonyms


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (CPF, "***.456.789-**"),
        ("123.456.789-01", "***.456.789-**"),
        (" 12345678901 ", "***.456.789-**"),
        ("***.456.789-**", "***.456.789-**"),
        ("***456789**", "***456789**"),
        ("022****", "022****"),
        ("*** Maria da Silva 12345678901", "****"),
        ("12345678901 ***", "1***"),
        ("12345678000190", "12345678000190"),
        ("12.345.678/0001-90", "12.345.678/0001-90"),
        ("12ABC34501DE35", "12ABC34501DE35"),  # pragma: allowlist secret
        ("12.ABC.345/01DE-35", "12.ABC.345/01DE-35"),
        ("12ABC34501DE34", "1***"),  # pragma: allowlist secret
        ("1234567890", "***.345.678-**"),
        ("00052998224725", "***.982.247-**"),
        ("1234567891", "1***"),
        ("Maria da Silva", "M***"),
        ("Águeda", "Á***"),
        ("", ""),
    ],
    ids=[
        "digits",
        "dotted",
        "blanks",
        "masked",
        "masked otherwise",
        "masked number",
        "stars beside a name",
        "stars beside a CPF",
        "CNPJ",
        "dotted CNPJ",
        "CNPJ with letters",
        "dotted CNPJ with letters",
        "letters that do not check",
        "CPF without its zero",
        "CPF with zeros before it",
        "ten digits",
        "name",
        "accent",
        "empty",
    ],
)
def test_a_mask_leaves_the_middle_of_a_cpf_and_the_first_letter_of_anything_else(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.text(min_size=1))
def test_what_is_masked_once_stays_as_it_is(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_a_masked_cpf_does_not_tell_its_first_and_last_digits(cpf: str) -> None:
    assert mask(cpf) == f"***.{cpf[3:6]}.{cpf[6:9]}-**"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("52998224725", "***.982.247-**"),
        (" 52998224725 ", "***.982.247-**"),
        ("529.982.247-25", "***.982.247-**"),
        ("529.982.247-26", "***.982.247-**"),
        ("1234567890", "***.345.678-**"),
        ("00052998224725", "***.982.247-**"),
        ("52998224725 - MARIA DA SILVA", "***.982.247-** - MARIA DA SILVA"),
        ("***.982.247-**", "***.982.247-**"),
        ("***982247**", "***982247**"),
        ("15316500001", "15316500001"),
        ("153165", "153165"),
        ("00153165", "00153165"),
        ("00394460005887", "00394460005887"),
        ("394460005887", "394460005887"),
        ("00000000000191", "00000000000191"),
        ("00.394.460/0058-87", "00.394.460/0058-87"),
        ("12ABC34501DE35", "12ABC34501DE35"),  # pragma: allowlist secret
        ("12.ABC.345/01DE-35", "12.ABC.345/01DE-35"),
        ("EXOTT1000", "EXOTT1000"),
        ("-1", "-1"),
        ("", ""),
    ],
    ids=[
        "CPF",
        "blanks",
        "dotted CPF",
        "dotted CPF that does not check",
        "CPF without its zero",
        "CPF with zeros before it",
        "CPF and name",
        "masked",
        "masked otherwise",
        "UG and gestão",
        "UG",
        "UG with zeros before it",
        "CNPJ",
        "CNPJ without its zeros",
        "CNPJ that ends like a CPF",
        "dotted CNPJ",
        "CNPJ with letters",
        "dotted CNPJ with letters",
        "generic id",
        "nobody",
        "empty",
    ],
)
def test_of_an_identifier_only_a_cpf_is_masked(text: str, stored: str) -> None:
    assert mask_id(text) == stored
    assert mask_id(stored) == stored


def test_a_cnpj_that_begins_like_a_word_before_a_cpf_is_one_identifier() -> None:
    letters = ("".join(each) for each in itertools.product("ABCDEFGH", repeat=3))
    cnpj = next(found for each in letters if is_cnpj(found := f"{each}52998224725"))
    assert mask_id(cnpj) == mask(cnpj) == cnpj


@given(st.integers(0, 999_999_999))
def test_every_cpf_is_found_however_its_zeros_were_lost(first: int) -> None:
    cpf = next(cpf for end in range(100) if cpf_of(cpf := f"{first:09}{end:02}"))
    shown = mask_id(cpf)
    assert shown == f"***.{cpf[3:6]}.{cpf[6:9]}-**"
    assert mask_id(f"{cpf[:3]}.{cpf[3:6]}.{cpf[6:9]}-{cpf[9:]}") == shown
    if len(number := cpf.lstrip("0")) >= 9:
        assert mask_id(number) == mask(number) == shown


def test_a_pseudonym_joins_what_is_equal_and_needs_the_key_of_the_installation() -> None:
    first = pseudonym(CPF, b"one")
    assert first == hmac.digest(b"one", CPF.encode(), "sha256").hex()[:32]
    assert first == pseudonym("123.456.789-01", b"one") == pseudonym(f" {CPF} ", b"one")
    assert len({first, pseudonym(CPF, b"other"), pseudonym("12345678902", b"one")}) == 3
    assert pseudonym("", b"one") == ""


def test_the_pseudonym_of_a_person_written_as_cpf_and_name_is_that_of_the_cpf() -> None:
    of_cpf = pseudonym("52998224725", b"one")
    assert pseudonym("529.982.247-25 - MARIA DA SILVA", b"one") == of_cpf
    assert pseudonym("52998224725 - Maria Silva", b"one") == of_cpf
    masked = {pseudonym(f"***.982.247-** - {name}", b"one") for name in ("MARIA", "ANA")}
    assert len(masked | {of_cpf}) == 3


def test_without_a_key_there_are_no_pseudonyms_and_nothing_is_asked(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    with pytest.raises(ConfigError, match=r"^fonte\.linhas: found no LAGOA_PSEUDONYM_KEY, expected the key of its"):
        run(settings_of_fake, {"personal": {"nome": "pseudonym"}})
    assert fake.asked == []


# --- fields


def test_each_field_is_treated_in_its_own_way_and_nothing_stays_nothing() -> None:
    table = people(id=["1", "2", "3"], nome=["Ana", None, "Ana"], cpf=[CPF, CPF, None], outro=["x", "y", "z"])
    got = treated({"nome": "mask", "cpf": "pseudonym", "id": "keep"}, table)
    alias = pseudonym(CPF, KEY.get_secret_value().encode())
    assert got.to_pydict() == {
        "id": ["1", "2", "3"],
        "nome": ["A***", None, "A***"],
        "cpf": [alias, alias, None],
        "outro": ["x***", "y***", "z***"],
    }
    assert {field.type for field in got.schema} == {pa.string()}
    assert treated({"cpf": "drop"}, table).column_names == ["id", "nome", "outro"]


@pytest.mark.parametrize(
    ("personal", "stored"),
    [
        ({}, "CPF 529.982.247-25"),
        ({"nome": "keep"}, "CPF ***.982.247-**"),
        ({"nome": "mask_id"}, "CPF ***.982.247-**"),
        ({"nome": "mask_cpf"}, "CPF ***.982.247-**"),
        ({"nome": "pseudonym"}, "C***"),
        ({"nome": "mask_cpf", "cpf": "drop"}, "C***"),
    ],
)
def test_a_field_that_the_source_adds_is_as_private_as_those_that_are_known(
    personal: dict[str, str], stored: str
) -> None:
    got = treated(personal, people(nome=["Ana"], novo=["CPF 529.982.247-25"]))
    assert got.column("novo").to_pylist() == [stored]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("529.982.247-25", "***.982.247-**"),
        ("52998224725 - MARIA DA SILVA", "***.982.247-** - MARIA DA SILVA"),
        ("a 529.982.247-25 e a 111.444.777-35.", "a ***.982.247-** e a ***.444.777-**."),
        ("111.111.111-11 escrito como um", "***.111.111-** escrito como um"),
        ("processo 02000045678, nota 52998224724", "processo 02000045678, nota 52998224724"),
        ("CNPJ 00.394.460/0058-87 e 00394460005887", "CNPJ 00.394.460/0058-87 e 00394460005887"),
        ("NE 2024NE000123 de R$ 529.982.247,25", "NE 2024NE000123 de R$ 529.982.247,25"),
        ("SEI 52998224725/2024-11", "SEI 52998224725/2024-11"),
        ("529.982.247-25-Maria, 52998224725/MARIA", "***.982.247-**-Maria, ***.982.247-**/MARIA"),
        ("CPF.529.982.247-25 e N.52998224725", "CPF.***.982.247-** e N.***.982.247-**"),
        ("529.982.247-25/111.444.777-35", "***.982.247-**/***.444.777-**"),
        ("529 982 247 25, 529.982.247 -25, 529.982.247–25", "***.982.247-**, ***.982.247-**, ***.982.247-**"),
        ("conta 123 456 789 10", "conta 123 456 789 10"),
        ("***.982.247-**", "***.982.247-**"),
        ("", ""),
    ],
)
def test_a_cpf_inside_a_text_is_masked_and_all_else_stays(text: str, masked: str) -> None:
    assert mask_cpf(text) == masked
    assert mask_cpf(masked) == masked


def test_cpfs_anywhere_in_a_nested_field_are_masked_and_it_stays_json() -> None:
    credores = '[{"cpf":52998224725,"nome":"Ana 529.982.247-25","valor":1.50},null,"x"]'
    got = treated({"credores": "mask_cpf"}, people(credores=[credores, None, "[x"]), fields=["id"], nested=["credores"])
    assert got.column("credores").to_pylist() == [
        '[{"cpf":"***.982.247-**","nome":"Ana ***.982.247-**","valor":1.50},null,"x"]',
        None,
        "[x",
    ]


def test_a_field_that_did_not_come_needs_no_treatment() -> None:
    table = people(id=["1"], nome=["Ana"])
    assert treated({"cpf": "drop"}, table, optional=["cpf"]).equals(table)


def test_columns_in_several_pieces_and_without_rows_are_treated_too() -> None:
    pieces = pa.concat_tables([people(nome=["Ana"]), people(nome=["Bia", "Ana"])])
    assert treated({"nome": "mask"}, pieces).to_pydict() == {"nome": ["A***", "B***", "A***"]}
    assert treated({"nome": "mask"}, pieces.slice(0, 0)).to_pydict() == {"nome": []}


# --- inside nested fields


NESTED = {"fields": ["id"], "nested": ["credor"]}


def test_a_value_inside_a_nested_field_is_treated_and_all_else_stays_as_it_was_written() -> None:
    credor = '{"cpf":"12345678901","nome":"Ana","valor":0.10,"vezes":3e+05}'
    got = treated({"credor.cpf": "mask", "credor.nome": "drop"}, people(credor=[credor, None]), **NESTED)
    assert got.to_pydict() == {"credor": ['{"cpf":"***.456.789-**","valor":0.10,"vezes":3e+05}', None]}


def test_lists_on_the_way_are_gone_through_and_numbers_are_treated_as_their_text() -> None:
    credor = '{"socios":[{"cpf":12345678901},{"cpf":null},{"outro":1}],"cpfs":["12345678901","Ana"]}'
    ways = {"credor.socios.cpf": "mask", "credor.cpfs": "mask", "credor.nada.cpf": "mask"}
    got = json.loads(treated(ways, people(credor=[credor]), **NESTED).column("credor")[0].as_py())
    assert got == {
        "socios": [{"cpf": "***.456.789-**"}, {"cpf": None}, {"outro": 1}],
        "cpfs": ["***.456.789-**", "A***"],
    }


def test_a_key_that_the_source_renamed_does_not_store_a_cpf(
    fake: FakeSource, settings_of_fake: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    fake.says(Answer([{"id": "1", "fornecedor": {"documento": "529.982.247-25", "nome": "Ana"}}]))
    manifest = run(
        settings_of_fake,
        {"fields": ["id"], "nested": ["fornecedor"], "personal": {"fornecedor.cnpj_cpf": "mask_id"}},
    )
    (row,) = pq.read_table(manifest.parts[0].path).to_pylist()
    assert row["fornecedor"] == '{"documento":"***.982.247-**","nome":"Ana"}'
    (told,) = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert told == (
        "fonte.linhas: found no fornecedor.cnpj_cpf in run run-1, expected it in its nested field. CPFs were masked in "
        "all of it; see what the source calls it now, then mend `personal`."
    )


@pytest.mark.parametrize(
    "fornecedor",
    [None, [], {"cnpj_cpf": None}, [{"outro": 1}, {"cnpj_cpf": "1"}]],
    ids=["null", "empty list", "null inside", "in one of them"],
)
def test_a_path_that_led_to_something_or_had_nothing_to_search_is_not_told(
    fake: FakeSource, settings_of_fake: Settings, caplog: pytest.LogCaptureFixture, fornecedor: Any
) -> None:
    fake.says(Answer([{"id": "1", "fornecedor": fornecedor}]))
    resource = {"fields": ["id"], "nested": ["fornecedor"], "personal": {"fornecedor.cnpj_cpf": "mask_id"}}
    run(settings_of_fake, resource)
    assert [each for each in caplog.records if each.levelname == "WARNING"] == []


def test_what_is_kept_by_name_stays_while_cpfs_in_the_rest_are_masked() -> None:
    credor = '{"cpf":"529.982.247-25","nota":"de 52998224725","socios":[{"cpf":52998224725,"id":7}],"valor":1.50}'
    got = treated({"credor.cpf": "keep"}, people(credor=[credor]), **NESTED)
    assert got.column("credor").to_pylist() == [
        '{"cpf":"529.982.247-25","nota":"de ***.982.247-**","socios":[{"cpf":"***.982.247-**","id":7}],"valor":1.50}'
    ]


@pytest.mark.parametrize(
    ("personal", "credor"),
    [
        ({}, '{"cpf":"529.982.247-25"}'),
        ({"id": "mask"}, '{"cpf":"***.982.247-**"}'),
        ({"id": "keep"}, '{"cpf":"***.982.247-**"}'),
        ({"credor": "keep"}, '{"cpf":"529.982.247-25"}'),
        ({"credor": "mask_cpf"}, '{"cpf":"***.982.247-**"}'),
    ],
    ids=str,
)
def test_nested_fields_that_nothing_names_are_free_of_cpfs_where_persons_are_treated(
    personal: dict[str, str], credor: str
) -> None:
    got = treated(personal, people(credor=['{"cpf":"529.982.247-25"}']), **NESTED, write={"mode": "append"})
    assert got.column("credor").to_pylist() == [credor]


def test_a_source_that_treats_persons_in_one_resource_does_so_in_all_of_them() -> None:
    known = spec_of({"fields": ["id"], "nested": ["partes"]}).model_dump(exclude_unset=True)
    persons = {**known["resources"]["linhas"], "path": "/pessoas", "personal": {"id": "pseudonym"}}
    both = {"linhas": known["resources"]["linhas"], "pessoas": persons | {"write": {"mode": "append"}}}
    spec = SourceSpec.model_validate(known | {"resources": both})
    table = people(id=["1"], partes=['{"cpf":52998224725}'], CardName=["Ana"])
    got = Treatments(spec, "linhas", Settings(pseudonym_key=KEY)).apply(table)
    assert got.to_pylist() == [{"id": "1", "partes": '{"cpf":"***.982.247-**"}', "CardName": "A***"}]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet="abc", max_size=3), inner),
)


@given(json_values)
def test_nested_values_are_read_back_as_they_are_stored(value: Any) -> None:
    text = as_json(value)
    assert text is None or as_json(read_json(text)) == text


def test_a_dotted_name_must_lead_into_a_nested_field() -> None:
    with pytest.raises(ValueError, match=r"personal"):
        spec_of({"personal": {"credor.cpf": "mask"}})


# --- what is stored


def run(settings: Settings, resource: dict[str, Any]) -> Manifest:
    return extract(spec_of(resource), "linhas", "run-1", settings=settings, agency={}, state=ResourceState())


def test_neither_raw_zone_nor_bronze_hold_what_is_dropped_or_replaced(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    resource = {
        "fields": ["id", "nome", "cpf", "mae"],
        "personal": {"nome": "mask", "cpf": "pseudonym", "mae": "drop"},
    }
    fake.says(Answer([{"id": "1", "nome": "Ana", "cpf": CPF, "mae": "Beatriz"}]))
    settings = settings_of_fake.model_copy(update={"pseudonym_key": KEY})
    manifest = run(settings, resource)
    assert manifest.fields == ["id", "nome", "cpf"]
    alias = pseudonym(CPF, KEY.get_secret_value().encode())
    assert pq.read_table(manifest.parts[0].path).to_pylist() == [{"id": "1", "nome": "A***", "cpf": alias}]
    assert list(bronze_table(spec_of(resource), "linhas", manifest.fields).columns) == ["cpf", "id", "nome"]


def test_a_run_without_rows_tells_no_dropped_field_either(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.says(Answer([]))
    resource = {"fields": ["id", "nome", "mae"], "personal": {"mae": "drop"}}
    assert run(settings_of_fake, resource).fields == ["id", "nome"]


# --- the specs that Lagoa ships


@pytest.mark.parametrize(
    ("source", "resource", "field"),
    [
        ("pncp", "contratos", "nomeRazaoSocialFornecedor"),
        ("pncp", "contratos", "nomeFornecedorSubContratado"),
        ("pncp", "contratos", "objetoContrato"),
        ("compras", "contratos", "nomeRazaoSocialFornecedor"),
        ("compras", "contratos", "objeto"),
        ("compras", "fornecedor", "nomeRazaoSocialFornecedor"),
        ("contratos", "contratos", "objeto"),
        ("portal_despesas", "empenhos", "Favorecido"),
        ("portal_despesas", "pagamentos", "Observação"),
        ("portal_despesas", "pagamento_favorecidos", "Favorecido"),
        ("tesouro_gerencial", "ne", "ne_ccor_favorecido_descricao"),
    ],
)
def test_the_name_of_a_one_person_company_does_not_tell_the_cpf_of_its_owner(
    shipped: dict[str, SourceSpec], source: str, resource: str, field: str
) -> None:
    treatments = Treatments(shipped[source], resource, Settings())
    table = pa.table({field: ["ANA DA SILVA 52998224725", "PADARIA LTDA"]})
    assert treatments.apply(table).column(field).to_pylist() == ["ANA DA SILVA ***.982.247-**", "PADARIA LTDA"]


def test_every_field_that_may_hold_a_cpf_has_a_treatment(shipped: dict[str, SourceSpec]) -> None:
    of_bodies = {"cnpjCpfUasg", "cnpjCpfOrgao", "cnpjCpfOrgaoVinculado", "cnpjCpfOrgaoSuperior"}
    untreated = [
        f"{spec.table(name)}: {field}"
        for spec in shipped.values()
        for name, resource in spec.resources.items()
        for field in resource.declared
        if re.search("cpf|nifornecedor", field.lower()) and field not in {*resource.personal, *of_bodies}
    ]
    assert untreated == []
