"""Tesouro Gerencial: scheduled reports by e-mail, each a ZIP with one CSV in UTF-16 under six to ten title lines.

The yearly report repeats titles and header in a block for each year. A mailbox over IMAP at
LAGOA_SIMULATOR_IMAP_PORT (the real one speaks TLS); mails of every edition up to the present one lie in it, dated back
from today. `late_records` keeps the newest back, as a mail that has not arrived yet.
"""

import csv
import datetime as dt
import io
import logging
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from functools import lru_cache

from fastapi import APIRouter

from lagoa.simulator.fault_kinds import MAILBOX
from lagoa.simulator.generated.calendar import EDITIONS, number
from lagoa.simulator.generated.treasury_reports import Report, reports
from lagoa.simulator.imap_message import Message
from lagoa.simulator.imap_server import ImapServer
from lagoa.simulator.simulated import Simulated
from lagoa.simulator.world import World

log = logging.getLogger(__name__)

NAME = "tesouro_gerencial"
USER, PASSWORD = f"simulated-{NAME}_usuario", f"simulated-{NAME}_senha"
SENDER = "tesourogerencial@tesouro.gov.br"
FOLDER = "INBOX"
LOGIN = f"/{NAME}/login"
DAYS_BETWEEN = 2
"""Between the mails of two editions, counted back from today: a filter by age must find them on any day."""


def messages(world: World, folder: str) -> Sequence[Message]:
    """What lies in the mailbox at the present edition.

    Raises:
        KeyError: there is no such folder.
        ConnectionAbortedError: the line is to be cut, as a fault.
    """
    if folder != FOLDER:
        raise KeyError(folder)
    struck = world.faults.strike(NAME, f"/{NAME}/{FOLDER}")
    if "mail_cut" in struck:
        raise ConnectionAbortedError
    shown = EDITIONS[: number(world.editions.current(NAME)) + 1]
    if "late_records" in struck:
        shown = shown[:-1]
    today = dt.datetime.now(dt.UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    found = []
    for turn, edition in enumerate(shown):
        at = today - dt.timedelta(days=DAYS_BETWEEN * (len(EDITIONS) - 1 - turn))
        newest = frozenset(struck if turn == len(shown) - 1 else ())
        found += _mails(world.seed, world.scale, edition, turn * 10 + 1, at, newest)
    return found


@lru_cache(maxsize=len(EDITIONS) + 1)
def _mails(seed: int, scale: float, edition: str, uid: int, at: dt.datetime, struck: frozenset[str]) -> list[Message]:
    """The mails of an edition, the first with this uid: written once, as they would lie there, and not at each look."""
    return [_mail(uid + place, at, report, struck) for place, report in enumerate(reports(seed, scale, edition))]


def _mail(uid: int, at: dt.datetime, report: Report, struck: frozenset[str]) -> Message:
    mail = EmailMessage()
    mail["From"], mail["To"] = SENDER, "lagoa@orgao.example"
    mail["Subject"], mail["Date"] = report.name, at
    mail.set_content("Segue o relatório agendado.\n")
    mail.add_attachment(_zip(report, struck), maintype="application", subtype="zip", filename=f"{report.name}.zip")
    content = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
    return Message(uid, at, content, is_gone="mail_gone" in struck)


def _zip(report: Report, struck: frozenset[str]) -> bytes:
    keep = slice(0, -1) if "missing_column" in struck else slice(None)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\r\n")
    writer.writerows([title] for title in report.titles)
    for label, rows in report.blocks:
        writer.writerows([line] for line in (f"Ano Lançamento: {label}", "", "Relatório:", report.name, ""))
        writer.writerow(report.header[keep])
        writer.writerows(row[keep] for row in rows)
        writer.writerows([["Total"], []])
    if not report.blocks:
        writer.writerow(report.header[keep])
        writer.writerows(row[keep] for row in report.rows)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{report.name}.csv"), text.getvalue().encode("utf-16"))
    content = buffer.getvalue()
    return content[: len(content) // 2] if "truncated_zip" in struck else content


@asynccontextmanager
async def mailbox(world: World) -> AsyncIterator[None]:
    """Serves the mailbox for as long as the simulator runs."""
    server = ImapServer(
        lambda folder: messages(world, folder),
        user=USER,
        password=PASSWORD,
        host=world.host,
        port=world.imap_port,
        refuses=lambda: "mail_refused" in world.faults.strike(NAME, LOGIN),
    )
    try:
        await server.start()
    except OSError:
        # Everything else goes on: whoever reads the mailbox is told that it does not answer.
        log.warning("simulator: port %d is taken, no mailbox. Set LAGOA_SIMULATOR_IMAP_PORT.", world.imap_port)
    try:
        yield
    finally:
        await server.close()


SIMULATED = Simulated(
    name=NAME,
    title="Tesouro Gerencial: relatórios por e-mail (IMAP)",
    router=lambda _: APIRouter(),
    faults=MAILBOX | {"late_records", "missing_column", "truncated_zip"},
    editions=lambda world: () if world.recorded else EDITIONS,
    examples=lambda _: [],
    background=mailbox,
    strikes=lambda fault, path: (fault == "mail_refused") == (path == LOGIN),
)
