"""Exchanges over HTTP, one by one and side by side; the server says exactly what a test wants, byte for byte."""

import gzip
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from lagoa.sources.connectors.rest.decompression import PIECE_BYTES, decompressed
from lagoa.sources.connectors.rest.lane import Lane
from lagoa.sources.connectors.rest.network import NetworkError, NoAnswer, Unsendable
from lagoa.sources.connectors.rest.outgoing import Outgoing
from lagoa.sources.connectors.rest.response import Response

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """Answers in order, one answer a request; counts connections and keeps what was asked."""

    answers: list[bytes | Callable[[], Iterable[bytes]]]
    connections: int = 0
    asked: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """What to ask for."""
        return f"http://127.0.0.1:{self.port}/x"


@contextmanager
def server_of(*answers: bytes | Callable[[], Iterable[bytes]], ends: bool = False, keeps: int = 0) -> Iterator[Server]:
    """A server; a callable answers in pieces.

    With `ends` it closes each connection after an answer, or after so many more as it `keeps` it for.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(list(answers), port=listening.getsockname()[1])

    def serve(client: socket.socket) -> None:
        left = keeps
        with client, suppress(ConnectionError):  # a test may leave in the middle of an answer
            while server.answers and (head := until_blank(client)):
                server.asked.append(head)
                answer = server.answers.pop(0)
                for piece in [answer] if isinstance(answer, bytes) else answer():
                    client.sendall(piece)
                if ends and not left:
                    return
                left -= 1
            client.recv(1)  # open until the other side closes

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with closing(listening):
        yield server


def until_blank(client: socket.socket) -> bytes:
    """A request; its body as long as it says."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = client.recv(65536)
        if not piece:
            return b""
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while lengths and len(body) < lengths[0]:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def lane() -> Iterator[Lane]:
    with closing(Lane(timeout=5, tls=None, uses_proxies=False)) as made:
        yield made


@contextmanager
def sent(lane: Lane, request: Outgoing) -> Iterator[Response]:
    with closing(lane.begin(request)) as exchange:
        yield Response(exchange)


def ask(lane: Lane, request: Outgoing) -> tuple[int, str, dict[str, str], bytes]:
    with sent(lane, request) as response:
        return response.status, response.reason, dict(response.headers), response.body()


def get(url: str) -> Outgoing:
    return Outgoing("GET", url, {"Accept": "*/*"})


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (OK, (200, "OK", {"content-length": "2"}, b"ok")),
        (b"HTTP/1.1 204 \r\n\r\n", (204, "", {}, b"")),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, (200, "OK", {"content-length": "2"}, b"ok")),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", (200, "OK", {"content-length": "2"}, b"ok")),
        (
            b"HTTP/1.1 200 Certo e bom\r\nTransfer-Encoding: chunked\r\nX: S\xe3o\r\n\r\n"
            b"2\r\nok\r\n0\r\nTrailer: 1\r\n\r\n",
            (200, "Certo e bom", {"transfer-encoding": "chunked", "x": "São"}, b"ok"),
        ),
    ],
    ids=["plain", "no content", "a hint before it", "bare line ends", "in chunks, with a trailer"],
)
def test_an_answer_is_its_status_its_headers_and_its_body(
    lane: Lane, answer: bytes, told: tuple[int, str, dict[str, str], bytes]
) -> None:
    with server_of(answer) as server:
        assert ask(lane, get(server.url)) == told


def test_a_compressed_body_is_given_as_it_was(lane: Lane) -> None:
    body = gzip.compress(b"a" * 100_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with server_of(head + body) as server:
        request = Outgoing("GET", server.url, {"Accept-Encoding": "gzip, deflate"})
        assert ask(lane, request)[3] == b"a" * 100_000
        assert b"Accept-Encoding: gzip, deflate\r\n" in server.asked[0]


def test_one_connection_serves_one_request_after_the_other(lane: Lane) -> None:
    with server_of(OK, OK, OK) as server:
        for _ in range(3):
            assert ask(lane, get(server.url))[0] == 200
        assert server.connections == 1


def test_a_connection_that_the_source_has_closed_meanwhile_is_opened_anew(lane: Lane) -> None:
    with server_of(OK, OK, ends=True) as server:
        for _ in range(2):
            assert ask(lane, get(server.url))[3] == b"ok"
        assert server.connections == 2


def test_a_body_read_half_costs_the_connection_and_nothing_else(lane: Lane) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n"
    with server_of(head + b"a" * 3_000_000, OK) as server:
        with sent(lane, get(server.url)) as response:
            assert next(response.stream())[:1] == b"a"
        assert ask(lane, get(server.url))[3] == b"ok"
        assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "Empty reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "with 7 bytes missing"),
        (b"220 mail.example.org ESMTP\r\n", "HTTP/0.9"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", "incorrect header"),
    ],
    ids=["nothing", "a body cut short", "another protocol", "what is not compressed as it says"],
)
def test_an_answer_that_is_not_whole_is_told(lane: Lane, answer: bytes, why: str) -> None:
    with server_of(answer, ends=True) as server, pytest.raises(NetworkError, match=why):
        ask(lane, Outgoing("GET", server.url, {"Accept-Encoding": "gzip"}))


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"], ids=["all", "the rest"])
def test_one_waits_for_an_answer_as_long_as_the_connection_allows(answer: bytes) -> None:
    hurried = Lane(timeout=0.3, tls=None, uses_proxies=False)
    with closing(hurried), server_of(answer) as server, pytest.raises(NoAnswer, match=r"no answer within 0\.3 s"):
        ask(hurried, get(server.url))


def test_what_is_posted_is_what_was_given_and_nothing_is_added(lane: Lane) -> None:
    with server_of(OK, OK) as server:
        ask(lane, Outgoing("POST", server.url, {"Content-Type": "text/xml", "X": ""}, b"<a/>"))
        ask(lane, Outgoing("POST", server.url, {}, b"y" * 2_000_000))
    first, second = (asked.partition(b"\r\n\r\n") for asked in server.asked)
    assert first[2] == b"<a/>"
    assert b"Content-Type: text/xml\r\n" in first[0] + b"\r\n"
    assert b"\r\nX:" in first[0]
    assert second[2] == b"y" * 2_000_000
    assert b"Expect" not in second[0]
    assert b"Content-Type" not in second[0]


def test_what_must_be_sent_once_is(lane: Lane) -> None:
    """A connection that was kept and is closed instead of answered: libcurl would send a request again by itself."""
    with server_of(OK, b"", OK, ends=True, keeps=1) as server:
        ask(lane, get(server.url))
        with pytest.raises(NetworkError):
            ask(lane, Outgoing("POST", server.url, {}, b"nonce", is_once=True))
        assert [asked[:4] for asked in server.asked] == [b"GET ", b"POST"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/\ud800", "http://[x/", "http://h:99999/"])
def test_an_address_that_is_none_is_told_without_it(lane: Lane, url: str) -> None:
    with pytest.raises(NetworkError) as failed:
        ask(lane, get(url))
    assert url not in str(failed.value)


def test_an_encoding_that_is_no_compression_is_passed_over(lane: Lane) -> None:
    with server_of(b"HTTP/1.1 200 OK\r\nContent-Encoding: aws-chunked\r\nContent-Length: 2\r\n\r\nok") as server:
        assert ask(lane, Outgoing("GET", server.url, {"Accept-Encoding": "gzip"}))[3] == b"ok"


def test_a_body_is_skipped_as_long_as_that_is_cheaper_than_a_connection(lane: Lane) -> None:
    small = b"HTTP/1.1 302 Found\r\nContent-Length: 9\r\n\r\n" + b"a" * 9
    large = b"HTTP/1.1 302 Found\r\nContent-Length: 30000000\r\n\r\n" + b"a" * 30_000_000
    with server_of(small, large, OK) as server:
        for expected in (1, 1, 2):
            with sent(lane, get(server.url)) as response:
                response.skip()
            assert server.connections == expected


def test_an_address_is_written_as_one(lane: Lane) -> None:
    with server_of(OK) as server:
        ask(lane, get(f"{server.url}/São Paulo?q=a b&r=%C3%A3"))
        assert server.asked[0].startswith(b"GET /x/S%C3%A3o%20Paulo?q=a%20b&r=%C3%A3 HTTP/1.1\r\n")


def test_a_header_cannot_bring_another_along(lane: Lane) -> None:
    with server_of(OK) as server:
        with pytest.raises(Unsendable):
            ask(lane, Outgoing("GET", server.url, {"Authorization": "Bearer a\r\nX-Admin: 1"}))
        assert server.asked == []


@pytest.mark.parametrize("uses_proxies", [True, False], ids=["live", "simulated"])
def test_the_proxy_of_the_environment_is_used_for_live_sources_only(
    monkeypatch: pytest.MonkeyPatch, uses_proxies: bool
) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with (
        server_of(OK) as source,
        server_of(OK) as proxy,
        closing(Lane(timeout=5, tls=None, uses_proxies=uses_proxies)) as lane,
    ):
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert ask(lane, get(source.url))[3] == b"ok"
        assert (len(proxy.asked), len(source.asked)) == ((1, 0) if uses_proxies else (0, 1))


# --- side by side


def test_while_one_waits_for_an_answer_the_others_are_read(lane: Lane) -> None:
    """The first is answered when all of the second was taken: more than fits between here and there."""
    taken = threading.Event()

    def first() -> Iterator[bytes]:
        yield OK if taken.wait(5) else b"HTTP/1.1 500 Too late\r\nContent-Length: 0\r\n\r\n"

    def second() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 15000000\r\n\r\n" + b"a" * 15_000_000
        taken.set()

    with (
        server_of(first) as slow,
        server_of(second) as fast,
        closing(lane.begin(get(slow.url))) as one,
        closing(lane.begin(get(fast.url))) as other,
    ):
        assert (Response(one).status, Response(one).body()) == (200, b"ok")
        assert len(Response(other).body()) == 15_000_000


def test_what_breaks_beside_is_told_when_it_is_asked_for(lane: Lane) -> None:
    with (
        server_of(b"", ends=True) as broken,
        server_of(OK) as sound,
        closing(lane.begin(get(broken.url))) as other,
        closing(lane.begin(get(sound.url))) as one,
    ):
        assert Response(one).body() == b"ok"
        with pytest.raises(NetworkError, match="Empty reply"):
            Response(other)


def test_what_is_dropped_gives_back_what_it_holds_and_leaves_a_lane_that_works(lane: Lane) -> None:
    released: list[str] = []
    with server_of(OK, OK, OK) as server:
        whole = lane.begin(get(server.url), released=lambda: released.append("whole"))
        assert Response(whole).body() == b"ok"
        lane.begin(get(server.url), released=lambda: released.append("under way"))
        lane.begin(get(server.url), turn=lambda: 60.0, released=lambda: released.append("not sent"))
        lane.drop()
        assert sorted(released) == ["not sent", "under way", "whole"]
        whole.close()
        assert len(released) == 3
    with server_of(OK) as server:
        assert ask(lane, get(server.url))[3] == b"ok"


def test_what_cannot_be_sent_gives_back_what_it_holds(lane: Lane) -> None:
    released: list[bool] = []
    with pytest.raises(Unsendable):
        lane.begin(get("http://127.0.0.1:1/\ud800"), released=lambda: released.append(True))
    assert released == [True]


def test_a_request_waits_for_its_turn_and_the_next_one_behind_it(lane: Lane) -> None:
    answers = iter([0.2, 0.0, 0.1, 0.0])
    asked: list[float] = []

    def turn() -> float:
        asked.append(time.monotonic())
        return next(answers)

    with server_of(OK) as one, server_of(OK) as other:
        first, second = lane.begin(get(one.url), turn=turn), lane.begin(get(other.url), turn=turn)
        assert (len(asked), one.asked, other.asked) == (1, [], [])
        with closing(second), closing(first):
            assert Response(second).body() == Response(first).body() == b"ok"
    assert asked[1] - asked[0] >= 0.2
    assert asked[3] - asked[2] >= 0.1


def test_the_time_that_one_has_to_answer_begins_when_it_is_waited_for() -> None:
    with server_of(OK) as server, closing(Lane(timeout=0.3, tls=None, uses_proxies=False)) as hurried:
        exchange = hurried.begin(get(server.url))
        time.sleep(0.5)
        with closing(exchange):
            assert Response(exchange).body() == b"ok"


def test_what_nobody_waits_for_yet_stays_with_the_source_from_some_size_on(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lagoa.sources.connectors.rest.exchange.MOST_UNREAD", 2**20)
    taken = threading.Event()

    def large() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"a" * 100_000_000
        taken.set()

    def late() -> Iterator[bytes]:
        yield b"HTTP/1.1 500 All was taken\r\nContent-Length: 0\r\n\r\n" if taken.wait(0.5) else OK

    with (
        server_of(late) as one,
        server_of(large) as other,
        closing(lane.begin(get(one.url))) as first,
        closing(lane.begin(get(other.url))) as second,
    ):
        assert Response(first).status == 200
        assert len(Response(second).body()) == 100_000_000


def test_a_lane_that_cannot_be_prepared_gives_back_what_it_holds(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[bool] = []
    monkeypatch.setattr(lane, "_new", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lane.begin(get("http://127.0.0.1:1/"), released=lambda: released.append(True))
    assert released == [True]


# --- compressed


RAW_DEFLATE = zlib.compressobj(wbits=-15)
TEXT = b"Prefeitura de Lagoa Santa, " * 200_000


@pytest.mark.parametrize("piece", [1, 1000, 10**9], ids=["byte by byte", "in pieces", "at once"])
@pytest.mark.parametrize(
    ("encoding", "compressed", "plain"),
    [
        ("gzip", gzip.compress(TEXT), TEXT),
        ("gzip", gzip.compress(b"one, ") + gzip.compress(TEXT), b"one, " + TEXT),
        ("gzip", gzip.compress(TEXT) + b"\0" * 100, TEXT),
        ("deflate", zlib.compress(TEXT), TEXT),
        ("deflate", RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush(), TEXT),
        ("gzip", gzip.compress(b""), b""),
        ("gzip", b"", b""),
    ],
    ids=["gzip", "two members", "filled up", "zlib", "deflate without a head", "nothing", "no body"],
)
def test_what_was_compressed_comes_whole_and_in_bounded_pieces(
    encoding: str, compressed: bytes, plain: bytes, piece: int
) -> None:
    pieces = [compressed[at : at + piece] for at in range(0, len(compressed), piece)]
    got = list(decompressed(pieces, encoding))
    assert b"".join(got) == plain
    assert max(map(len, got), default=0) <= PIECE_BYTES


@pytest.mark.parametrize("cut", [1, 4, 20, 5000])
def test_a_compressed_body_that_ends_before_it_is_whole_is_told(cut: int) -> None:
    with pytest.raises(NetworkError, match="ends before it is whole"):
        list(decompressed([gzip.compress(TEXT)[:-cut]], "gzip"))


def test_what_stands_behind_a_compressed_body_is_not_passed_over() -> None:
    with pytest.raises(NetworkError, match="compressed as it says"):
        list(decompressed([gzip.compress(TEXT) + b"Fatal error: memory exhausted"], "gzip"))
