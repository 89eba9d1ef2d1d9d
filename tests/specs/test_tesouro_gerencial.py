"""Tesouro Gerencial by mail: titled UTF-16 reports by position; the newest mail counts, a late one changes nothing."""

import datetime as dt
from pathlib import Path

import pytest
from imap_tools import MailboxLoginError, MailBoxUnencrypted
from tests.dbt_runs import run_dbt
from tests.specs.conftest import Row, arm, at_edition, control, extracted, loaded, query
from tests.specs.test_federal_silver import check

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.settings import Settings
from lagoa.simulator.generated.calendar import EDITIONS
from lagoa.simulator.generated.federal_suppliers import CPF
from lagoa.simulator.generated.ted import REVERSAL, notes, numbers
from lagoa.simulator.generated.treasury_reports import Report, reports

MASKED_CPF = f"***.{CPF[3:6]}.{CPF[6:9]}-**"
REPORTS = {
    "nc_enviadas": "notas_credito_enviadas_devolvidas",
    "nc_recebidas": "notas_credito_recebidas",
    "pf": "programacoes_financeiras",
    "ne": "notas_empenho",
    "ne_anual": "empenhos_por_ano_lancamento",
}


def report(settings: Settings, resource: str, edition: str) -> Report:
    made = reports(settings.simulator_seed, settings.simulator_scale, edition)
    return next(each for each in made if each.name == REPORTS[resource])


def values(rows: list[Row]) -> list[tuple[str, ...]]:
    """The rows as in the file, without what the engine added."""
    return sorted(
        tuple(value or "" for name, value in row.items() if name not in ("relatorio", "arquivo")) for row in rows
    )


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("resource", REPORTS)
def test_the_newest_report_comes_as_it_was_mailed_but_for_cpfs(
    generated: Settings, resource: str, edition: str
) -> None:
    at_edition(generated, "tesouro_gerencial", edition)

    manifest, rows = extracted(generated, "tesouro_gerencial", resource)

    made = report(generated, resource, edition)
    expected = [*made.rows, *((*row, year) for year, block in made.blocks for row in block)]
    assert values(rows) == sorted(tuple(cell.replace(CPF, MASKED_CPF) for cell in row) for row in expected)
    assert {row["relatorio"] for row in rows} == {REPORTS[resource]}
    assert len({row["arquivo"] for row in rows}) == len(manifest.slices) == 1
    assert 6 <= len(made.titles) <= 10


def test_sent_and_received_notes_overlap_and_miss_none(generated: Settings) -> None:
    seed, scale = generated.simulator_seed, generated.simulator_scale
    sent, received = (set(report(generated, name, EDITIONS[-1]).rows) for name in ("nc_enviadas", "nc_recebidas"))
    named = numbers(seed, scale, "NC")
    lines = {
        (f"{note.issuer.codigo}{note.issuer.gestao}{named[note.id]}", event)
        for note in notes(seed, scale, EDITIONS[-1])
        if note.is_sent
        for event, _ in note.lines
    }

    assert sent & received
    assert {(row[2], row[7]) for row in sent | received} == lines
    assert all(row[18].startswith("(") == (row[7] == REVERSAL) for row in sent | received)


def test_the_yearly_report_holds_the_lines_of_the_whole_one_by_year(generated: Settings) -> None:
    yearly, whole = (report(generated, name, EDITIONS[-1]) for name in ("ne_anual", "ne"))

    _, rows = extracted(generated, "tesouro_gerencial", "ne_anual")

    years = [year for year, _ in yearly.blocks]
    assert years == sorted(set(years))
    assert len(years) > 1
    assert {row["ano_lancamento"] for row in rows} == set(years)
    assert sorted(row for _, block in yearly.blocks for row in block) == sorted(whole.rows)


def test_a_newer_report_replaces_the_one_before(generated: Settings) -> None:
    for edition in (1, "last"):
        at_edition(generated, "tesouro_gerencial", edition)
        loaded(generated, "tesouro_gerencial", "ne", full=False)

    found = query(
        generated, "select ne_ccor, despesas_empenhadas from bronze.tesouro_gerencial__ne where _deleted_at is null"
    )
    made = report(generated, "ne", EDITIONS[-1])
    assert sorted((row["ne_ccor"], row["despesas_empenhadas"] or "") for row in found) == sorted(
        (row[6], row[19]) for row in made.rows
    )


def test_a_late_mail_changes_nothing_until_it_comes(generated: Settings) -> None:
    loaded(generated, "tesouro_gerencial", "pf")
    before = query(generated, "select count(*) from bronze.tesouro_gerencial__pf where _deleted_at is null")
    at_edition(generated, "tesouro_gerencial", "last")
    arm(generated, {"source": "tesouro_gerencial", "fault": "late_records"})

    manifest, rows = extracted(generated, "tesouro_gerencial", "pf")

    assert values(rows) == sorted(report(generated, "pf", EDITIONS[-2]).rows)
    arm(generated)
    loaded(generated, "tesouro_gerencial", "pf", full=False)
    assert query(generated, "select count(*) from bronze.tesouro_gerencial__pf where _deleted_at is null") == before
    assert manifest.received == len(rows)


def test_a_report_loaded_before_is_not_loaded_again(generated: Settings) -> None:
    loaded(generated, "tesouro_gerencial", "pf", full=False)

    manifest, rows = extracted(generated, "tesouro_gerencial", "pf", full=False)

    assert rows == []
    assert [item.unchanged for item in manifest.slices] == [True]


@pytest.mark.parametrize("fault", ["missing_column", "truncated_zip"])
def test_a_damaged_report_fails_the_run(generated: Settings, fault: str) -> None:
    arm(generated, {"source": "tesouro_gerencial", "fault": fault})

    with pytest.raises(ContractError if fault == "missing_column" else Exception, match=r"tesouro_gerencial\.ne"):
        extracted(generated, "tesouro_gerencial", "ne")


REFUSED = "the mailbox refused the user or the password"
PASSING = {"mail_cut": "the mailbox could not be read", "mail_gone": "was found and could not be fetched"}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mailbox's bad moments pass at once."""
    monkeypatch.setattr("lagoa.sources.connectors.files.mailbox.LONGEST_PAUSE", 0.02)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("after", [0, 1], ids=["while it is searched", "while it is fetched"])
@pytest.mark.parametrize("fault", PASSING)
def test_a_mailbox_that_fails_once_is_read_all_the_same(generated: Settings, fault: str, after: int) -> None:
    arm(generated, {"source": "tesouro_gerencial", "fault": fault, "times": 1, "after": after})

    _, rows = extracted(generated, "tesouro_gerencial", "pf")

    assert values(rows) == sorted(report(generated, "pf", EDITIONS[-1]).rows)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("fault", "told"), PASSING.items())
def test_a_mailbox_that_goes_on_failing_fails_the_run_as_one_that_may_pass(
    generated: Settings, fault: str, told: str
) -> None:
    arm(generated, {"source": "tesouro_gerencial", "fault": fault})

    with pytest.raises(TransientSourceError, match=told):
        extracted(generated, "tesouro_gerencial", "pf")


def test_a_refused_login_fails_the_run_at_once(generated: Settings) -> None:
    arm(generated, {"source": "tesouro_gerencial", "fault": "mail_refused"})

    with pytest.raises(PermanentSourceError, match=REFUSED):
        extracted(generated, "tesouro_gerencial", "pf")

    assert [rule["struck"] for rule in control(generated, "GET", "faults")] == [1]


def test_the_mailbox_lets_nobody_else_in(generated: Settings) -> None:
    with pytest.raises(MailboxLoginError):
        MailBoxUnencrypted("127.0.0.1", generated.simulator_imap_port).login("simulated-tesouro_gerencial_usuario", "x")


def test_mails_are_dated_back_from_today(generated: Settings) -> None:
    password = "simulated-tesouro_gerencial_senha"  # pragma: allowlist secret
    box = MailBoxUnencrypted("127.0.0.1", generated.simulator_imap_port)
    with box.login("simulated-tesouro_gerencial_usuario", password) as inbox:
        dates = sorted({mail.date.date() for mail in inbox.fetch(mark_seen=False)})

    today = dt.datetime.now(dt.UTC).date()
    assert dates == [today - dt.timedelta(days=days) for days in (4, 2, 0)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_yearly_report_passes_its_gates_and_silver_has_the_year_of_each_block(
    generated: Settings, tmp_path: Path
) -> None:
    loaded(generated, "tesouro_gerencial", "ne_anual")
    assert check(generated, "bronze", ["tesouro_gerencial__ne_anual"]) == []

    run_dbt(generated, tmp_path, "build", "--select", "silver__tesouro_empenhos_anuais")

    assert check(generated, "silver", ["tesouro_empenhos_anuais"]) == []
    found = query(generated, "select ano_lancamento, count(*) as n from silver.tesouro_empenhos_anuais group by 1")
    blocks = report(generated, "ne_anual", EDITIONS[-1]).blocks
    assert {row["ano_lancamento"]: row["n"] for row in found} == {int(year): len(set(rows)) for year, rows in blocks}
