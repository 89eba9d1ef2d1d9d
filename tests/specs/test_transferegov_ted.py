"""TED over PostgREST: the tree from beneficiaries down to lines without a key."""

from collections import Counter

import pytest
from tests.specs.conftest import Row, answer, arm, at_edition, extracted, loaded, query

from lagoa.errors import ContractError, TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated import ted, ted_records
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.sources.spec import load_agency

LINES = {"evento": ("nota_credito", "id_nota"), "trf": ("programacao_financeira", "id_programacao")}
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
    own = load_agency(settings.home / "include" / "agencies", settings.agency)["siorg_orgaos"]
    rows = table(settings, name, edition)
    if name == "programa_beneficiario":
        return [row for row in rows if row["tx_codigo_siorg"] in own]
    parent, key = {
        "programa": ("programa_beneficiario", "id_programa"),
        "plano_acao": ("programa", "id_programa"),
        **LINES,
    }.get(name, ("plano_acao", "id_plano_acao"))
    above = {row[key] for row in expected(settings, parent, edition)}
    return [row for row in rows if row[key] in above]


def counted(rows: list[Row], names: list[str]) -> Counter[tuple[str | None, ...]]:
    return Counter(tuple(row[name] for name in names) for row in rows)


def test_every_table_reaches_bronze_as_generated_and_stays_so(generated: Settings) -> None:
    first = loaded(generated, "transferegov_ted")
    again = loaded(generated, "transferegov_ted")
    for name in ("programa_beneficiario", *KEYS, *LINES):
        wanted = expected(generated, name)
        columns = list(wanted[0])
        rows = query(generated, f"select * from bronze.transferegov_ted__{name} where _deleted_at is null")
        assert counted(rows, columns) == counted(wanted, columns), name
        assert first[name].announced == first[name].received, name
        assert again[name].unchanged == len(rows), name


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
