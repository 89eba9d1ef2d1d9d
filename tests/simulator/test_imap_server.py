"""The IMAP server answers a real client: login, folders, search, messages byte for byte."""

import datetime as dt
import imaplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from imap_tools import AND, NOT, OR, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from lagoa.simulator.imap_message import Message, parsed
from lagoa.simulator.imap_server import ImapServer

PASSWORD = 'se"gre\\do'


def message(uid: int, day: int, subject: str, sender: str = "relatorios@tesouro.gov.br") -> Message:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "lagoa@example.org", subject
    mail.set_content("Segue o relatório.\n")
    mail.add_attachment(bytes(range(256)) * 40, maintype="application", subtype="zip", filename=f"relatório {uid}.zip")
    received = dt.datetime(2025, 11, day, 23, 30, tzinfo=dt.UTC)
    return Message(uid, received, mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))


MESSAGES = [message(3, 18, "NC diário"), message(7, 19, "Aviso", "outro@example.org"), message(8, 20, "NC diário")]


def folder(name: str) -> list[Message]:
    if name == "CUT":
        raise ConnectionAbortedError
    return {"INBOX": MESSAGES, "VAZIA": []}[name]


@pytest.fixture
def port() -> Iterator[int]:
    with ImapServer(folder, user="lagoa", password=PASSWORD).running() as listening:
        yield listening


def login(port: int, name: str = "INBOX") -> MailBoxUnencrypted:
    box = MailBoxUnencrypted("127.0.0.1", port, timeout=5)
    box.login("lagoa", PASSWORD, name)
    return box


def test_messages_and_their_attachments_come_byte_for_byte(port: int) -> None:
    with login(port) as box:
        got = [(mail.uid, mail.subject, mail.attachments[0].filename, mail.attachments[0].payload)
               for mail in box.fetch(mark_seen=False)]  # fmt: skip
    payload = bytes(range(256)) * 40
    assert got == [
        ("3", "NC diário", "relatório 3.zip", payload),
        ("7", "Aviso", "relatório 7.zip", payload),
        ("8", "NC diário", "relatório 8.zip", payload),
    ]


@pytest.mark.parametrize(
    ("criteria", "uids"),
    [
        (AND(all=True), ["3", "7", "8"]),
        (AND(date_gte=dt.date(2025, 11, 19)), ["7", "8"]),
        (AND(date_lt=dt.date(2025, 11, 19)), ["3"]),
        (AND(from_="tesouro", subject="diário"), ["3", "8"]),
        (OR(from_="outro", uid="8"), ["7", "8"]),
        (NOT(subject="NC"), ["7"]),
        (AND(uid="4:*"), ["7", "8"]),
        (AND(seen=True), []),
        (AND(seen=False), ["3", "7", "8"]),
        ("2:3", ["7", "8"]),
        ("UNSEEN (FROM outro)", ["7"]),
    ],
    ids=["all", "since", "before", "from and subject", "or", "not", "uids", "seen", "unseen", "numbers", "nested"],
)
def test_a_search_finds_what_it_asks_for(port: int, criteria: object, uids: list[str]) -> None:
    with login(port) as box:
        assert box.uids(criteria, charset="UTF-8") == uids


def test_headers_come_alone_and_a_message_by_its_uid(port: int) -> None:
    with login(port) as box:
        (mail,) = box.fetch(AND(uid="8"), headers_only=True, mark_seen=False)
        assert (mail.uid, mail.subject, mail.attachments) == ("8", "NC diário", [])
        status, data = box.client.fetch("1:2", "(RFC822.SIZE INTERNALDATE)")
        assert status == "OK"
        assert [line.decode() for line in data] == [
            f'{number} (RFC822.SIZE {len(each.content)} INTERNALDATE "{day}-Nov-2025 23:30:00 +0000")'
            for number, day, each in ((1, 18, MESSAGES[0]), (2, 19, MESSAGES[1]))
        ]


def test_an_empty_folder_has_no_messages(port: int) -> None:
    with login(port, "VAZIA") as box:
        assert box.uids() == []
        assert list(box.fetch()) == []


def test_a_wrong_password_and_a_folder_that_is_not_there_are_refused(port: int) -> None:
    with pytest.raises(MailboxLoginError):
        MailBoxUnencrypted("127.0.0.1", port).login("lagoa", "outra")
    with pytest.raises(MailboxFolderSelectError):
        login(port, "NENHUMA")


def test_a_folder_can_hang_up(port: int) -> None:
    with pytest.raises(imaplib.IMAP4.abort, match="EOF"), login(port, "CUT"):
        pass


def test_commands_that_are_unknown_or_come_too_early_are_answered(port: int) -> None:
    box = MailBoxUnencrypted("127.0.0.1", port, timeout=5)
    assert box.client.noop()[0] == "OK"
    box.client.state = "AUTH"  # the client would not even ask
    assert box.client.list()[0] == "NO"
    box.client.state = "NONAUTH"
    box.login("lagoa", PASSWORD)
    assert box.client.list() == ("OK", [b'() "/" "INBOX"'])
    box.folder.set("INBOX")
    with pytest.raises(box.client.error, match="ENVELOPE is not supported"):
        box.client.fetch("1", "ENVELOPE")
    with pytest.raises(box.client.error, match="search key KEYWORD is not supported"):
        box.client.search(None, "KEYWORD x")
    with pytest.raises(box.client.error, match="STORE is not supported"):
        box.client.store("1", "+FLAGS", "x")
    box.logout()


def test_a_literal_is_one_word() -> None:
    assert parsed([b'a1 LOGIN "x y" ', "p (q)", b""]) == ["a1", "LOGIN", "x y", "p (q)"]
    with pytest.raises(ValueError, match="a parenthesis is open"):
        parsed([b"a1 FETCH (1"])
