"""Attachments of a mailbox: chosen by sender, subject, age and name; each a slice; none fetched twice."""

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import SecretStr
from tests.sources.reading import context_of, read_all

from lagoa.errors import ContractError, PermanentSourceError, TransientSourceError
from lagoa.lake.manifest import Slice, label_of
from lagoa.lake.state import LoadedFile, ResourceState
from lagoa.settings import Settings
from lagoa.simulator.imap_message import Message
from lagoa.simulator.imap_server import ImapServer
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files import FileConnector

TODAY = dt.datetime.now(dt.UTC)
SENDER = "tesourogerencial@example.gov.br"
BODY = "Relatório\r\n\r\na\tb\r\n1\t2\r\n"
TABLE = {"format": "csv", "archive": "zip", "encoding": "utf-16", "delimiter": "\t", "skip_rows": 2}
AUTH = {"type": "basic", "user": "correio_usuario", "password": "correio_senha"}  # pragma: allowlist secret


def zipped(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("relatório.csv"), text.encode("utf-16"))
    return out.getvalue()


ZIP = zipped(BODY)


def mail(
    uid: int, days: int, subject: str, *files: tuple[str, bytes], sender: str = SENDER, copies: str = "x@example.org"
) -> Message:
    message = EmailMessage()
    at = TODAY - dt.timedelta(days=days)
    message["From"], message["To"], message["Subject"], message["Date"] = sender, copies, subject, at
    message.set_content("Segue em anexo.\n")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="zip", filename=name)
    return Message(uid, at, message.as_bytes(policy=message.policy.clone(linesep="\r\n")))


class Inbox:
    """A mailbox that counts how often it is opened, and hangs up as often as told."""

    def __init__(self) -> None:
        self.messages: Sequence[Message] = []
        self.opened = self.cuts = 0

    def __call__(self, folder: str) -> Sequence[Message]:
        """The folder's messages."""
        if folder != "INBOX":
            raise KeyError(folder)
        self.opened += 1
        if self.cuts:
            self.cuts -= 1
            raise ConnectionAbortedError
        return self.messages


@pytest.fixture
def inbox() -> Inbox:
    """A mailbox with two reports, another subject, another sender and an old report."""
    inbox = Inbox()
    inbox.messages = [
        mail(3, 90, "NC diária", ("nc.zip", ZIP)),
        mail(5, 3, "NC diária", ("nc.zip", ZIP), ("logo.png", b"x")),
        mail(6, 2, "NC diária", ("nc.zip", ZIP), sender="outro@example.org"),
        mail(7, 2, "PF diária", ("pf.zip", ZIP)),
        mail(9, 1, "NC diária", ("NC.ZIP", ZIP), ("nc.zip", zipped(BODY + "3\t4\r\n"))),
    ]
    return inbox


@pytest.fixture
def settings(inbox: Inbox) -> Iterator[Settings]:
    """Settings under which that mailbox is the simulated one."""
    server = ImapServer(inbox, user="simulated-correio_usuario", password="simulated-correio_senha")
    with server.running() as port:
        yield Settings(simulator_imap_port=port)


def context(settings: Settings, base: str = "imaps://imap.example.org/INBOX", **more: Any) -> Context:
    filters = {"sender": "{remetente}", "subject": "NC", "attachment": "*.zip"}
    resource = TABLE | {"mail": filters} | more.pop("resource", {})
    options = {"base_url": base, "auth": AUTH, "agency": {"remetente": [SENDER]}, "timeout_seconds": 5} | more
    return context_of(settings, resource, **options)


def name(days: int, uid: int, file: str) -> str:
    return f"{TODAY - dt.timedelta(days=days):%Y-%m-%d} {uid} {file}"


def loaded(slices: list[Slice]) -> ResourceState:
    files = {
        label_of(each.asked): LoadedFile(sha256=str(each.sha256), rows=each.received, etag=each.etag) for each in slices
    }
    return ResourceState(files=files)


def test_each_attachment_of_the_chosen_messages_is_a_slice(settings: Settings) -> None:
    found = read_all(context(settings))
    assert [(got.asked["arquivo"], got.received, got.etag) for _, got in found] == [
        (name(3, 5, "nc.zip"), 1, "1.5"),
        (name(1, 9, "NC.ZIP"), 1, "1.9"),
        (name(1, 9, "nc.zip"), 2, "1.9"),
    ]
    assert found[0][0] == [{"a": "1", "b": "2"}]
    assert found[0][1].sha256 == hashlib.sha256(ZIP).hexdigest()


def test_attachments_that_were_loaded_are_not_fetched_again(settings: Settings, inbox: Inbox) -> None:
    before = loaded([got for _, got in read_all(context(settings))][:1])
    inbox.opened = 0
    again = read_all(context(settings, state=before))
    assert [(got.asked["arquivo"], got.unchanged) for _, got in again] == [
        (name(3, 5, "nc.zip"), True),
        (name(1, 9, "NC.ZIP"), False),
        (name(1, 9, "nc.zip"), False),
    ]
    assert inbox.opened == 2  # a search, and one look for the new messages
    everything = read_all(context(settings, state=before, full=True))
    assert [got.unchanged for _, got in everything] == [False, False, False]


@pytest.mark.parametrize("pick", ["all", "newest"])
def test_in_a_mailbox_that_was_rebuilt_a_known_number_is_another_message(
    settings: Settings, inbox: Inbox, pick: str
) -> None:
    resource = {"pick": pick}
    read = read_all(context(settings, resource=resource))
    before = loaded([got.model_copy(update={"etag": f"7.{str(got.etag).partition('.')[2]}"}) for _, got in read])
    inbox.messages = [mail(9, 1, "NC diária", ("nc.zip", zipped(BODY + "5\t6\r\n7\t8\r\n")))]
    ((rows, got),) = read_all(context(settings, resource=resource, state=before))
    assert (got.asked, got.unchanged, got.etag) == ({"arquivo": name(1, 9, "nc.zip")}, False, "1.9")
    assert [row["a"] for row in rows] == ["1", "5", "7"]


def test_only_the_newest_report_is_taken_where_the_spec_says_so(settings: Settings) -> None:
    ((rows, got),) = read_all(context(settings, resource={"pick": "newest"}))
    assert (len(rows), got.asked) == (2, {"arquivo": name(1, 9, "nc.zip")})


def test_the_newest_report_is_looked_for_backwards(settings: Settings, inbox: Inbox) -> None:
    """The last message has no attachment that is meant; those before the one that has are not fetched."""
    inbox.messages = [*inbox.messages, mail(11, 0, "NC diária", ("leia.txt", b"x"))]
    before = loaded([got for _, got in read_all(context(settings, resource={"pick": "newest"}))])
    assert list(before.files) == [f"arquivo={name(1, 9, 'nc.zip')}"]
    inbox.opened = 0
    ((rows, again),) = read_all(context(settings, resource={"pick": "newest"}, state=before))
    assert (rows, again.unchanged) == ([], True)
    assert inbox.opened == 2  # the search, and the message without a report


def test_two_attachments_of_one_name_are_told_apart(settings: Settings, inbox: Inbox) -> None:
    inbox.messages = [mail(1, 1, "NC", ("nc.zip", ZIP), ("nc.zip", zipped(BODY + "3\t4\r\n")))]
    assert [(got.asked["arquivo"], got.received) for _, got in read_all(context(settings))] == [
        (name(1, 1, "nc.zip"), 1),
        (name(1, 1, "nc.zip (2)"), 2),
    ]


def test_a_file_that_was_not_listed_by_this_run_is_fetched_when_it_is_read(settings: Settings) -> None:
    with FileConnector(context(settings)) as connector:
        reading = connector.read({"arquivo": name(3, 5, "nc.zip")})
        assert [batch.table.to_pylist() for batch in reading.batches()] == [[{"a": "1", "b": "2"}]]
        with pytest.raises(PermanentSourceError, match="found no such attachment, expected one"):
            list(connector.read({"arquivo": name(3, 77, "nc.zip")}).batches())


def test_a_mailbox_without_the_report_is_refused_unless_it_may_be_absent(settings: Settings, inbox: Inbox) -> None:
    inbox.messages = []
    with pytest.raises(PermanentSourceError, match=r"fonte.linhas: found no file of that name in the listing"):
        read_all(context(settings))
    assert read_all(context(settings, resource={"completeness": {"absent": 1}})) == []


def test_a_damaged_attachment_fails_with_its_name(settings: Settings, inbox: Inbox) -> None:
    inbox.messages = [mail(1, 1, "NC", ("nc.zip", ZIP[:-9]))]
    with pytest.raises(TransientSourceError, match=r"fonte.linhas \(arquivo=.* 1 nc.zip\): the ZIP of .* is damaged"):
        read_all(context(settings))
    inbox.messages = [mail(1, 1, "NC", ("nc.zip", zipped("Relatório\r\n\r\na\r\n1\r\n")))]
    with pytest.raises(ContractError, match="missing column b"):
        read_all(context(settings))


def test_a_connection_that_is_cut_is_tried_again(settings: Settings, inbox: Inbox) -> None:
    inbox.cuts = 2
    assert len(read_all(context(settings))) == 3
    inbox.cuts = 99
    with pytest.raises(TransientSourceError, match=r"the mailbox could not be read \(abort\)\. Try again later\."):
        read_all(context(settings))


def test_a_wrong_password_and_a_missing_folder_fail_at_once(settings: Settings, inbox: Inbox) -> None:
    other = AUTH | {"password": "outra_senha"}  # pragma: allowlist secret
    with pytest.raises(PermanentSourceError, match="the mailbox refused the user or the password"):
        read_all(context(settings, auth=other))
    with pytest.raises(PermanentSourceError, match="the mailbox has no such folder"):
        read_all(context(settings, base="imaps://imap.example.org/Nenhuma"))
    with pytest.raises(ValueError, match=r"found 'none' with an address of imaps://"):
        read_all(context(settings, auth={"type": "none"}))
    assert inbox.opened == 0


def test_a_live_mailbox_is_only_spoken_to_over_tls(settings: Settings) -> None:
    secrets = {"correio_usuario": SecretStr("simulated-correio_usuario"), "correio_senha": SecretStr("x")}
    live = settings.model_copy(update={"sources": "live", "secrets": secrets})
    base = f"imaps://127.0.0.1:{settings.simulator_imap_port}/INBOX"
    with pytest.raises(TransientSourceError, match=r"the mailbox could not be read \(SSLError\)"):
        read_all(context(live, base=base, attempts=1))
