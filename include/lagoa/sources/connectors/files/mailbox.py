"""Attachments of a mailbox over IMAP: sender, subject and age choose messages, a pattern their attachments.

Named "<date> <uid> <file>", which stays the same for as long as the mailbox does. Messages stay unread and untouched;
one whose attachments were all loaded before is not fetched again, unless the mailbox was rebuilt (its UIDVALIDITY is
another): then the same number may be another message.
"""

import datetime as dt
import hashlib
import imaplib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailboxLoginError, MailBoxUnencrypted, MailMessage
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError

from lagoa.errors import ConfigError, PermanentSourceError, TransientSourceError
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files.listing import pattern
from lagoa.sources.connectors.files.transport import FILE, Fetched, NotPublished, file_resource
from lagoa.sources.connectors.rest.retry import Retry
from lagoa.sources.connectors.rest.tls import tls_of
from lagoa.sources.spec import BasicAuth, Mail

T = TypeVar("T")
LONGEST_PAUSE = 60.0
LABEL = re.compile(r"(?:^|, )arquivo=(\d{4}-\d\d-\d\d (\d+) .+)$")
"""How a loaded attachment stands among the files of the resource's state."""
FAILURES = (ImapToolsError, imaplib.IMAP4.error, OSError)


class Mailbox:
    """The attachments of one resource; what was found is kept on disk until the run ends."""

    def __init__(self, context: Context) -> None:
        resource = file_resource(context)
        if resource.mail is None:
            raise ConfigError(f"{context.subject({})}: `mail` is missing, expected with imaps://. Add it to the spec.")
        self._context, self._resource, self._mail = context, resource, resource.mail
        connection = context.spec.connection
        self._retry = Retry(connection.attempts, connection.backoff_seconds, LONGEST_PAUSE)
        self._folder = tempfile.TemporaryDirectory(prefix="lagoa-")
        self._names: list[str] | None = None
        self._validity = ""
        """Of the message numbers, as the mailbox told it last."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def names(self, asked: Mapping[str, str]) -> list[str]:
        """The attachments that the spec's filter finds, oldest first; new ones are downloaded by the way."""
        if self._names is None:
            self._names = self._tried(self._find)
        return self._names

    def fetch(self, asked: Mapping[str, str], known: str | None) -> AbstractContextManager[Fetched | None]:
        """The attachment; None for one that was loaded: a message never changes."""
        return self._attachment(asked[FILE], known)

    @contextmanager
    def _attachment(self, name: str, known: str | None) -> Iterator[Fetched | None]:
        uid = name.split(" ")[1]
        if known and known == self._identity(uid):
            yield None
            return
        path = self._path(name)
        if not path.is_file():
            self._tried(lambda: self._download([uid]))
        if not path.is_file():
            raise NotPublished(f"{self._context.subject({FILE: name})}: found no such attachment, expected one.")
        with path.open("rb") as file:
            yield Fetched(path, hashlib.file_digest(file, "sha256").hexdigest(), self._identity(uid))

    def _find(self) -> list[str]:
        """The attachments there are; of messages that were loaded or are older than wanted, nothing is fetched."""
        with self._opened() as box:
            uids = sorted(box.uids(criteria(self._mail, self._context), charset="UTF-8"), key=int)
        loaded = self._loaded()
        if self._resource.pick == "newest":
            found = (loaded.get(uid) or self._download([uid], found=True) for uid in reversed(uids))
            names = next(filter(None, found), [])
        else:
            names = self._download([uid for uid in uids if uid not in loaded], found=True)
            names += [name for uid in uids for name in loaded.get(uid, [])]
        return sorted(set(names), key=lambda name: (name[:10], int(name.split(" ")[1]), name))

    def _loaded(self) -> dict[str, list[str]]:
        """Message -> the attachments of it that were loaded from this mailbox; empty when everything is read again."""
        found: dict[str, list[str]] = {}
        if self._context.full or (self._resource.marks_vanished and self._resource.pick == "all"):
            return found
        for label, file in self._context.state.files.items():
            if (match := LABEL.search(label)) and file.etag == self._identity(match[2]):
                found.setdefault(match[2], []).append(match[1])
        return found

    def _identity(self, uid: str) -> str:
        """What tells a message from every other one, also of the mailbox before it was rebuilt."""
        return f"{self._validity}.{uid}"

    def _download(self, uids: list[str], *, found: bool = False) -> list[str]:
        """Write the attachments of some messages to disk, one message in memory at a time.

        A message that was found a moment ago must come: without it an older one would count as the newest.
        """
        names = []
        with self._opened() as box:
            for uid in uids:
                messages = list(box.fetch(AND(uid=uid), mark_seen=False))
                if found and not messages:
                    raise TransientSourceError(
                        f"{self._context.subject({})}: message {uid} was found and could not be fetched, expected it "
                        "to come. Somebody may have deleted it. Try again later."
                    )
                names += [name for message in messages for name in self._keep(message)]
        return names

    def _keep(self, message: MailMessage) -> list[str]:
        wanted = re.compile(pattern(self._mail.attachment).pattern, re.IGNORECASE | re.DOTALL)
        names: list[str] = []
        for attachment in message.attachments:
            if not attachment.filename or not wanted.fullmatch(attachment.filename):
                continue
            name = f"{message.date:%Y-%m-%d} {message.uid} {attachment.filename}"
            if name in names:
                name = f"{name} ({len(names) + 1})"
            self._path(name).write_bytes(attachment.payload)
            names.append(name)
        return names

    def _path(self, name: str) -> Path:
        return Path(self._folder.name) / hashlib.sha256(name.encode()).hexdigest()

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        """The mailbox's folder, logged in, read only."""
        context, connection = self._context, self._context.spec.connection
        url = urlsplit(context.filled(connection.base_url))
        if not isinstance(connection.auth, BasicAuth):
            raise ConfigError(
                f"{context.spec.source}: found auth {connection.auth.type!r}, expected `basic` for a mailbox."
            )
        user, password = (
            context.settings.secret(connection.auth.user),
            context.settings.secret(connection.auth.password),
        )
        box: BaseMailBox
        if context.simulated:
            host = urlsplit(context.settings.simulator_base).hostname or "127.0.0.1"
            box = MailBoxUnencrypted(host, context.settings.simulator_imap_port, connection.timeout_seconds)
        else:
            tls = tls_of(connection, context.settings).context()
            box = MailBox(url.hostname or "", url.port or 993, connection.timeout_seconds, ssl_context=tls)
        try:
            box.login(user, password, initial_folder=None)
            box.folder.set(unquote(url.path).strip("/") or "INBOX", readonly=True)
            _, told = box.client.response("UIDVALIDITY")
            self._validity = (told[-1] or b"").decode() if told else ""
            yield box
        finally:
            _leave(box)

    def _tried(self, action: Callable[[], T]) -> T:
        subject = self._context.subject({})

        def once() -> T:
            try:
                return action()
            except MailboxLoginError:
                raise PermanentSourceError(
                    f"{subject}: the mailbox refused the user or the password, expected to be let in. "
                    "Check the secrets that `auth` names."
                ) from None
            except MailboxFolderSelectError:
                raise PermanentSourceError(
                    f"{subject}: the mailbox has no such folder, expected the one that `base_url` ends with."
                ) from None
            except FAILURES as error:
                raise TransientSourceError(
                    f"{subject}: the mailbox could not be read ({type(error).__name__}). Try again later."
                ) from None

        return self._retry.call(once)


def criteria(mail: Mail, context: Context) -> AND:
    """What is searched for; texts of the spec may name the agency's parameters."""
    since = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=mail.since_days)
    sender, subject = (text and context.filled(text) for text in (mail.sender, mail.subject))
    return AND(date_gte=since, from_=sender, subject=subject)


def _leave(box: BaseMailBox) -> None:
    """Log out of a mailbox that may have hung up already."""
    with suppress(*FAILURES):
        box.client.logout()
