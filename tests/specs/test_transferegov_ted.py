"""TED over PostgREST: the tree from beneficiaries down to lines without a key."""

from collections import Counter

import pytest
from tests.specs.conftest import Row, answer, arm, at_edition, extracted, loaded, query

from lagoa.errors import ConfigError, ContractError, TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated import ted, ted_records
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.sources.spec import load_agency

LINES = {"evento": ("nota_credito", "id_nota"), "trf": ("programacao_financeira", "id_programacao")}
BY_UNIT = {
    "nota_credito_ug": ("nota_credito", ("cd_ug_emitente_nota", "cd_ug_favorecida_nota")),
    "programacao_financeira_ug": ("programacao_financeira", ("ug_emitente_programacao", "ug_favorecida_programacao")),
}
KEYS = {
    "programa": "id_programa",
    "plano_acao": "id_plano_acao",
    "termo_execucao": "id_termo",
    "nota_credito": "id_nota",
    "programacao_financeira": "id_programacao",
}


def table(settings: Settings, name: str, edition: str = EDITIONS[-1]) -> list[Row]:
    """A whole table as generated, numbers as their literal."""
    made = ted_records.table(settings.simulator_seed, settings.simulator_scale, name, edition)
    names = [column.name for column in made.columns]
    return [
        {name: None if cell is None else str(cell) for name, cell in zip(names, row, strict=True)} for row in made.rows
    ]


def expected(settings: Settings, name: str, edition: str = EDITIONS[-1]) -> list[Row]:
    """What the agency's crawl of the tree ends in."""
    agency = load_agency(settings.home / "include" / "agencies", settings.agency, settings.agency_values)
    if name in BY_UNIT:
        name, units = BY_UNIT[name]
        return [row for row in table(settings, name, edition) if {row[unit] for unit in units} & {*agency["ugs"]}]
    rows = table(settings, name, edition)
    if name == "programa_beneficiario":
        return [row for row in rows if row["tx_codigo_siorg"] in agency["siorg_orgaos"]]
    parent, key = {
        "programa": ("programa_beneficiario", "id_programa"),
        "plano_acao": ("programa", "id_programa"),
        **LINES,
    }.get(name, ("plano_acao", "id_plano_acao"))
    parents = [parent, f"{parent}_ug"] if name in LINES else [parent]
    above = {row[key] for each in parents for row in expected(settings, each, edition)}
    return [row for row in rows if row[key] in above]


def counted(rows: list[Row], names: list[str]) -> Counter[tuple[str | None, ...]]:
    return Counter(tuple(row[name] for name in names) for row in rows)


def test_every_table_reaches_bronze_as_generated_and_stays_so(generated: Settings) -> None:
    first = loaded(generated, "transferegov_ted")
    again = loaded(generated, "transferegov_ted")
    for name in ("programa_beneficiario", *KEYS, *BY_UNIT, *LINES):
        wanted = expected(generated, name)
        columns = list(wanted[0])
        rows = query(generated, f"select * from bronze.transferegov_ted__{name} where _deleted_at is null")
        assert counted(rows, columns) == counted(wanted, columns), name
        assert first[name].announced == first[name].received, name
        assert again[name].unchanged == len(rows), name


@pytest.mark.parametrize(("lines", "above"), LINES.items(), ids=LINES)
def test_what_reaches_a_unit_by_the_plan_of_another_executor_is_there_with_its_lines(
    generated: Settings, lines: str, above: tuple[str, str]
) -> None:
    name, key = above
    loaded(generated, "transferegov_ted", lines)
    only_by_unit = (
        f"select {key} from bronze.transferegov_ted__{name}_ug where _deleted_at is null except "
        f"select {key} from bronze.transferegov_ted__{name} where _deleted_at is null"
    )
    found = {row[key] for row in query(generated, only_by_unit)}
    by_plan = {row[key] for row in expected(generated, name)}
    assert found == {row[key] for row in expected(generated, f"{name}_ug")} - by_plan != set()
    own = f"select distinct {key} from bronze.transferegov_ted__{lines} where {key} in ({only_by_unit})"
    assert {row[key] for row in query(generated, own)} == found


def test_a_note_from_one_of_the_units_to_another_comes_once(generated: Settings) -> None:
    (note, *_) = [row for row in expected(generated, "nota_credito_ug") if row["cd_ug_emitente_nota"] != "150002"]
    both = generated.model_copy(
        update={"agency_values": {"ugs": f"{note['cd_ug_emitente_nota']},{note['cd_ug_favorecida_nota']}"}}
    )
    (result,) = loaded(both, "transferegov_ted", "nota_credito_ug").values()
    assert result.received == result.rows_after + result.duplicated
    assert result.duplicated > 0
    assert result.rows_after == len(expected(both, "nota_credito_ug"))


def test_without_a_unit_no_notes_are_asked_for_rather_than_those_of_no_unit(generated: Settings) -> None:
    nobody = generated.model_copy(update={"agency_values": {"ugs": ""}})
    with pytest.raises(ConfigError, match=r"^agency: found an empty list ugs, expected values"):
        extracted(nobody, "transferegov_ted", "nota_credito_ug")


def test_equal_lines_are_several_facts(generated: Settings) -> None:
    columns = ["id_nota", "cd_evento", "vl_evento"]
    assert max(counted(expected(generated, "evento"), columns).values()) == 2


def test_codes_keep_their_zeros_and_moments_their_decimals(generated: Settings) -> None:
    rows = answer(generated, "/transferegov_ted/ted/nota_credito", order="id_nota").json()
    assert {row["cd_gestao_emitente_nota"] for row in rows} >= {"00001"}
    decimals = {len(row["dt_emissao_nota"].partition(".")[2]) for row in rows}
    assert decimals <= set(range(7))
    assert len(decimals) > 1


def test_a_plan_without_a_term_has_no_instrument(generated: Settings) -> None:
    rows = table(generated, "plano_acao")
    with_term = {row["id_plano_acao"] for row in table(generated, "termo_execucao")}
    assert all(row["sq_instrumento"] is None for row in rows if row["tx_situacao_plano_acao"] != "APROVADO")
    assert {row["id_plano_acao"] for row in rows if row["sq_instrumento"] is None}.isdisjoint(with_term)


def test_the_events_of_the_notes_make_up_the_plan(generated: Settings) -> None:
    notes = {row["id_nota"]: row["id_plano_acao"] for row in table(generated, "nota_credito")}
    assert {row["id_nota"] for row in table(generated, "evento")} == set(notes)
    plans = {row["id_plano_acao"]: float(row["vl_total_plano_acao"]) for row in table(generated, "plano_acao")}
    granted: Counter[str] = Counter()
    for row in table(generated, "evento"):
        if row["cd_evento"] == ted.GRANT:
            granted[notes[row["id_nota"]]] += round(float(row["vl_evento"]) * 100)
    assert all(cents <= round(plans[plan] * 100) for plan, cents in granted.items())


def test_a_table_asked_for_without_order_or_filter_answers_as_postgrest(generated: Settings) -> None:
    base = "/transferegov_ted/ted"
    assert answer(generated, f"{base}/plano_acao", nota="eq.1").json()["code"] == "42703"
    assert answer(generated, f"{base}/nada").status_code == 404
    whole = answer(generated, f"{base}/programa_beneficiario", tx_codigo_siorg="in.(247,473)").json()
    assert {row["tx_codigo_siorg"] for row in whole} <= {"247", "473"}


def test_one_of_several_conditions_is_asked_for_as_postgrest_has_it(generated: Settings) -> None:
    notes = "/transferegov_ted/ted/nota_credito"
    whole = answer(generated, notes, order="id_nota").json()
    units = ("153165", "254420")
    either = "(cd_ug_favorecida_nota.in.(153165,254420),cd_ug_emitente_nota.eq.250005)"
    assert answer(generated, notes, **{"or": either, "order": "id_nota"}).json() == [
        row for row in whole if row["cd_ug_favorecida_nota"] in units or row["cd_ug_emitente_nota"] == "250005"
    ]
    for wrong in ("cd_ug_favorecida_nota.eq.1", "()", "(cd_ug_favorecida_nota.eq.1,,)", "(and(id_nota.eq.1))"):
        assert answer(generated, notes, **{"or": wrong}).status_code == 400, wrong


def test_bronze_follows_the_editions(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, "transferegov_ted", edition)
        loaded(generated, "transferegov_ted", "nota_credito")
    rows = query(generated, "select * from bronze.transferegov_ted__nota_credito where _deleted_at is null")
    names = list(expected(generated, "nota_credito")[0])
    assert counted(rows, names) == counted(expected(generated, "nota_credito"), names)


@pytest.mark.parametrize(
    ("fault", "error"),
    [("missing_column", ContractError), ("short_page", TransientSourceError), ("http_429_html", TransientSourceError)],
    ids=str,
)
def test_damaged_answers_fail(generated: Settings, fault: str, error: type[Exception]) -> None:
    arm(generated, {"source": "transferegov_ted", "fault": fault})
    with pytest.raises(error):
        extracted(generated, "transferegov_ted", "programa_beneficiario")
