"""A small IMAP4rev1 server for tests and the simulator: a callable gives a folder's messages, clients read them.

folder -> messages(folder) -> LOGIN, SELECT, SEARCH, FETCH (RFC 3501). Nothing is stored: flags do not change, and a
mailbox looks the way the callable says at each SELECT. Plain text on 127.0.0.1 only; a real mailbox speaks TLS.

    with ImapServer(messages, user="u", password="p").running() as port: ...
"""

import asyncio
import hmac
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from lagoa.simulator.imap_message import Message, NumberSet, Token, fetched, parsed
from lagoa.simulator.imap_search import Unsupported, matches

Messages = Callable[[str], Sequence[Message]]
"""Folder -> its messages by ascending uid. KeyError: no such folder. ConnectionError: hang up, as a fault."""
LITERAL = re.compile(rb"{(\d+)\+?}$")
LIMIT = 2**20
"""The longest line and literal that a client may send, in bytes."""


class ImapServer:
    """One mailbox account over plain IMAP."""

    def __init__(
        self,
        messages: Messages,
        *,
        user: str,
        password: str,
        host: str = "127.0.0.1",
        port: int = 0,
        refuses: Callable[[], bool] = lambda: False,
    ) -> None:
        self._messages, self._user, self._password, self._refuses = messages, user, password, refuses
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def start(self) -> int:
        """Listen, and give the port (a free one if 0 was asked for)."""
        self._server = await asyncio.start_server(self._serve, self._host, self._port, limit=LIMIT)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Stop listening, and hang up on those who are still there."""
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.close()
        await asyncio.gather(*filter(None, self._open.values()), return_exceptions=True)

    @contextmanager
    def running(self) -> Iterator[int]:
        """Serve from a thread of its own for as long as the context lasts; gives the port."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True, name="imap")
        thread.start()
        try:
            yield asyncio.run_coroutine_threadsafe(self.start(), loop).result(timeout=10)
        finally:
            asyncio.run_coroutine_threadsafe(self.close(), loop).result(timeout=10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=10)

    def accepts(self, user: str, password: str) -> bool:
        """Whether these are the account's, and nobody is refused as a fault."""
        if self._refuses():
            return False
        return user == self._user and hmac.compare_digest(password.encode(), self._password.encode())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, self._messages)
        self._open[writer] = asyncio.current_task()
        writer.write(b"* OK [CAPABILITY IMAP4rev1] Lagoa\r\n")
        try:
            while not session.is_over and (tokens := await _command(reader, writer)) is not None:
                writer.writelines(session.answer(tokens))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass  # the client went away or sent no IMAP, or a fault wants the line cut
        finally:
            del self._open[writer]
            writer.close()


async def _command(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[Token] | None:
    """The tokens of one command with its literals; None at the end of the stream."""
    pieces: list[bytes | str] = []
    while line := await reader.readline():
        text = line.rstrip(b"\r\n")
        literal = LITERAL.search(text)
        if literal is None:
            return parsed([*pieces, text])
        if int(literal[1]) > LIMIT:
            return None
        if b"+}" not in literal[0]:
            writer.write(b"+ go on\r\n")
        content = await reader.readexactly(int(literal[1]))
        pieces += [text[: literal.start()], content.decode("utf-8", "replace")]
    return None


class _Session:
    """One client, from its login to its logout."""

    def __init__(self, server: ImapServer, messages: Messages) -> None:
        self._server, self._folder = server, messages
        self._selected: Sequence[Message] | None = None
        self._is_known = self.is_over = False

    def answer(self, tokens: list[Token]) -> Iterator[bytes]:
        """The lines that answer one command."""
        if len(tokens) < 2 or not isinstance(tokens[0], str) or not isinstance(tokens[1], str):
            yield b"* BAD no command\r\n"
            return
        tag, name, arguments = tokens[0], tokens[1].upper(), tokens[2:]
        by_uid = name == "UID" and bool(arguments)
        if by_uid:
            name, arguments = str(arguments[0]).upper(), arguments[1:]
        try:
            yield from self._run(tag, name, arguments, by_uid)
        except (Unsupported, ValueError, IndexError, TypeError) as error:
            yield f"{tag} BAD {name}: {error}\r\n".encode()

    def _run(self, tag: str, name: str, arguments: list[Token], by_uid: bool) -> Iterator[bytes]:
        done = f"{tag} OK {name} done\r\n".encode()
        if name == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif name == "LOGOUT":
            self.is_over = True
            yield b"* BYE\r\n"
        elif name == "LOGIN":
            self._is_known = self._server.accepts(str(arguments[0]), str(arguments[1]))
            if not self._is_known:
                done = f"{tag} NO [AUTHENTICATIONFAILED] user or password\r\n".encode()
        elif name == "NOOP":
            pass
        elif not self._is_known:
            done = f"{tag} NO log in first\r\n".encode()
        elif name in ("SELECT", "EXAMINE"):
            yield from self._select(str(arguments[0]))
            if self._selected is None:
                done = f"{tag} NO [NONEXISTENT] no such folder\r\n".encode()
        elif name == "LIST":
            yield b'* LIST () "/" "INBOX"\r\n'
        elif name in ("CLOSE", "UNSELECT"):
            self._selected = None
        elif self._selected is None:
            done = f"{tag} BAD no folder is selected\r\n".encode()
        elif name == "SEARCH":
            yield self._search(arguments, by_uid)
        elif name == "FETCH":
            yield from self._fetch(arguments, by_uid)
        else:
            done = f"{tag} BAD {name} is not supported\r\n".encode()
        yield done

    def _select(self, folder: str) -> Iterator[bytes]:
        try:
            self._selected = self._folder(folder)
        except KeyError:
            self._selected = None
            return
        newest = max((message.uid for message in self._selected), default=0)
        yield b"* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 1]\r\n"
        yield f"* {len(self._selected)} EXISTS\r\n* 0 RECENT\r\n* OK [UIDNEXT {newest + 1}]\r\n".encode()

    def _search(self, keys: list[Token], by_uid: bool) -> bytes:
        if len(keys) > 1 and str(keys[0]).upper() == "CHARSET":
            keys = keys[2:]
        found = [
            str(message.uid if by_uid else number)
            for number, message in enumerate(self._selected or (), 1)
            if matches(message, number, keys)
        ]
        return f"* SEARCH {' '.join(found)}".rstrip().encode() + b"\r\n"

    def _fetch(self, arguments: list[Token], by_uid: bool) -> Iterator[bytes]:
        wanted, items = NumberSet(str(arguments[0])), arguments[1]
        names = [str(item).upper() for item in (items if isinstance(items, list) else [items])]
        for number, message in enumerate(self._selected or (), 1):
            if (message.uid if by_uid else number) in wanted and not message.is_gone:
                yield b"* %d FETCH (" % number + fetched(message, names, by_uid) + b")\r\n"
