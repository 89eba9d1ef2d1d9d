"""Every kind of authentication: what is sent, what is renewed when it ends, and that nothing is told of the secrets."""

import base64
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr
from tests.sources.fake_source import Answer, Asked, FakeSource, spec_of
from tests.sources.tls import make_certificates, tls_server

from lagoa.errors import ConfigError, PermanentSourceError, TransientSourceError
from lagoa.settings import Settings
from lagoa.sources.connectors.rest.address import Address
from lagoa.sources.connectors.rest.auth import oauth2, secrets_of
from lagoa.sources.connectors.rest.client import SourceClient
from lagoa.sources.spec import OAuth2Auth, WsSecurityAuth

OAUTH = {
    "type": "oauth2",
    "token_url": "https://login.example/oauth/v2/token",
    "client_id": "id",
    "client_secret": "key",  # pragma: allowlist secret
}
SESSION = {
    "type": "session",
    "login": "/Login",
    "body": {"CompanyDB": "{empresa}", "UserName": "{secret:user}", "Password": "{secret:password}"},
    "logout": "/Logout",
}
AGENCY = {"empresa": ["LAGOA"]}


@pytest.fixture(autouse=True)
def no_tokens() -> Iterator[None]:
    """A process that has no token yet."""
    oauth2.TOKENS.clear()
    yield
    oauth2.TOKENS.clear()


def client_of(auth: dict[str, Any], settings: Settings, **connection: Any) -> SourceClient:
    return SourceClient(spec_of({}, auth=auth, **connection), settings, AGENCY)


def ask(client: SourceClient) -> int:
    return client.get("/linhas", read=lambda response: response.status)


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ({"type": "none"}, {}),
        # pragma: allowlist nextline secret
        ({"type": "header", "name": "chave-api-dados", "secret": "portal"}, {"chave-api-dados": "simulated-portal"}),
        ({"type": "bearer", "secret": "meta"}, {"Authorization": "Bearer simulated-meta"}),  # pragma: allowlist secret
        (
            {"type": "basic", "user": "user", "password": "password"},  # pragma: allowlist secret
            {"Authorization": "Basic " + base64.b64encode(b"simulated-user:simulated-password").decode()},
        ),
    ],
    ids=["none", "header", "bearer", "basic"],
)
def test_what_never_changes_is_sent_with_each_request(
    fake: FakeSource, settings_of_fake: Settings, auth: dict[str, Any], sent: dict[str, str]
) -> None:
    with client_of(auth, settings_of_fake) as client:
        ask(client)
        ask(client)
    for request in fake.asked:
        assert {name: value for name, value in request.headers.items() if name in {"Authorization", *sent}} == sent


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_again_and_named_by_its_setting(
    fake: FakeSource, settings_of_fake: Settings, status: int
) -> None:
    fake.says(Answer("the key simulated-portal is not valid", status))
    auth = {"type": "header", "name": "X-Key", "secret": "portal"}  # pragma: allowlist secret
    with client_of(auth, settings_of_fake) as client, pytest.raises(PermanentSourceError) as failed:
        ask(client)
    assert str(failed.value).endswith("expected 200. Check the credentials: LAGOA_SECRET_PORTAL in the environment.")
    assert "simulated-portal" not in str(failed.value)
    assert len(fake.asked) == 1


def test_every_secret_of_a_connection_is_named() -> None:
    connection = spec_of({}, auth=SESSION, headers={"x": "{secret:extra}", "y": "{empresa}"}).connection
    assert secrets_of(connection) == ["LAGOA_SECRET_EXTRA", "LAGOA_SECRET_PASSWORD", "LAGOA_SECRET_USER"]
    assert secrets_of(spec_of({}, auth=OAUTH).connection) == ["LAGOA_SECRET_ID", "LAGOA_SECRET_KEY"]


def test_a_missing_secret_is_told_before_anything_is_asked(settings_of_fake: Settings) -> None:
    live = settings_of_fake.model_copy(update={"sources": "live"})
    with pytest.raises(ConfigError, match="LAGOA_SECRET_META: not set"):
        client_of({"type": "bearer", "secret": "meta"}, live)  # pragma: allowlist secret


def test_ws_security_is_not_for_json(settings_of_fake: Settings) -> None:
    soap = WsSecurityAuth(type="ws_security", user="u", password="p")
    spec = spec_of({})
    spec = spec.model_copy(update={"connection": spec.connection.model_copy(update={"auth": soap})})
    with pytest.raises(ConfigError, match="found 'ws_security', which HTTP does not know"):
        SourceClient(spec, settings_of_fake)


# --- OAuth 2


def oauth_source(lives: int = 3600, accepts: Callable[[int], bool] = lambda number: True) -> Callable[[Asked], Answer]:
    """Gives tokens t1, t2, …, and accepts those that it should."""
    numbers = itertools.count(1)

    def answer(request: Asked) -> Answer:
        if request.path == "/fonte/oauth/v2/token":
            return Answer({"access_token": f"t{next(numbers)}", "expires_in": lives, "token_type": "Bearer"})
        number = int(request.headers["Authorization"].removeprefix("Bearer t"))
        return Answer([]) if accepts(number) else Answer("expired", 401)

    return answer


def tokens_asked(fake: FakeSource) -> list[dict[str, str]]:
    return [dict(parse_qsl(request.body.decode())) for request in fake.asked if request.path.endswith("/token")]


@pytest.mark.parametrize(
    ("more", "form", "header"),
    [
        ({}, {"grant_type": "client_credentials"}, True),
        ({"scope": "a b"}, {"grant_type": "client_credentials", "scope": "a b"}, True),
        (
            {"style": "body"},
            {"grant_type": "client_credentials", "client_id": "simulated-id", "client_secret": "simulated-key"},
            False,
        ),
        (
            {"style": "body", "refresh_token": "refresh"},
            {
                "grant_type": "refresh_token",
                "refresh_token": "simulated-refresh",
                "client_id": "simulated-id",
                "client_secret": "simulated-key",  # pragma: allowlist secret
            },
            False,
        ),
    ],
    ids=["client credentials", "scope", "in the form", "refresh token"],
)
def test_a_token_is_asked_for_once_and_sent_with_each_request(
    fake: FakeSource, settings_of_fake: Settings, more: dict[str, str], form: dict[str, str], header: bool
) -> None:
    fake.answers_by(oauth_source())
    with client_of({**OAUTH, **more}, settings_of_fake) as client:
        ask(client)
        ask(client)
    with client_of({**OAUTH, **more}, settings_of_fake) as another:
        ask(another)
    assert tokens_asked(fake) == [form]
    basic = "Basic " + base64.b64encode(b"simulated-id:simulated-key").decode()
    assert fake.asked[0].method == "POST"
    assert fake.asked[0].headers.get("Authorization") == (basic if header else None)
    assert [request.headers["Authorization"] for request in fake.asked[1:]] == ["Bearer t1"] * 3


@pytest.mark.parametrize(
    ("lives", "renewed_at"),
    [(3600, 3570), ("3600", 3570), (40, 20), (0, 0), (None, 270), ("soon", 270)],
)
def test_a_token_is_renewed_before_it_ends(settings_of_fake: Settings, lives: Any, renewed_at: float) -> None:
    numbers, now = itertools.count(1), [1000.0]

    def send(url: str, **_: Any) -> tuple[Any, dict[str, str]]:
        return {"access_token": f"t{next(numbers)}", "expires_in": lives}, {}

    auth = oauth2.OAuth2(OAuth2Auth.model_validate(OAUTH), "x", settings_of_fake, send, lambda: now[0])
    sent = []
    for now[0] in (1000, 1000 + max(renewed_at - 1, 0), 1000 + renewed_at):
        sent.append(auth.headers()["Authorization"])
    assert sent == (["Bearer t1", "Bearer t1", "Bearer t2"] if renewed_at else ["Bearer t1", "Bearer t2", "Bearer t3"])


def test_a_refused_token_is_renewed_once(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers_by(oauth_source(accepts=lambda number: number == 2))
    with client_of(OAUTH, settings_of_fake) as client:
        assert ask(client) == 200
    fake.answers_by(oauth_source(accepts=lambda number: False))
    with client_of(OAUTH, settings_of_fake) as client, pytest.raises(PermanentSourceError, match="answered 401"):
        ask(client)
    assert len(tokens_asked(fake)) == 1
    assert len(fake.asked) == 3


def test_threads_that_are_refused_together_renew_the_token_once(fake: FakeSource, settings_of_fake: Settings) -> None:
    together = threading.Barrier(4)
    source = oauth_source(accepts=lambda number: number == 2)

    def answer(request: Asked) -> Answer:
        if request.headers.get("Authorization") == "Bearer t1":
            together.wait(5)
        return source(request)

    fake.answers_by(answer)
    with client_of(OAUTH, settings_of_fake, concurrency=4, timeout_seconds=5) as client, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: ask(client), range(4))) == [200] * 4
    assert len(tokens_asked(fake)) == 2


def test_a_rotated_refresh_token_is_used_the_next_time(fake: FakeSource, settings_of_fake: Settings) -> None:
    numbers = itertools.count(1)

    def answer(request: Asked) -> Answer:
        if request.path.endswith("/token"):
            number = next(numbers)
            return Answer({"access_token": f"t{number}", "expires_in": "0", "refresh_token": f"r{number}"})
        return Answer([])

    fake.answers_by(answer)
    with client_of({**OAUTH, "refresh_token": "refresh"}, settings_of_fake) as client:
        ask(client)
        ask(client)
    assert [form["refresh_token"] for form in tokens_asked(fake)] == ["simulated-refresh", "r1"]


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer({"error": "invalid_client"}, 401), PermanentSourceError,
         "fonte: token: the source answered 401 Unauthorized, expected a login. "
         "Check the credentials: LAGOA_SECRET_ID, LAGOA_SECRET_KEY in the environment."),
        (Answer({"error": "invalid_grant"}, 400), PermanentSourceError,
         "fonte: token: the source answered 400 Bad Request, expected a login. "
         "Check the credentials: LAGOA_SECRET_ID, LAGOA_SECRET_KEY in the environment."),
        (Answer({"token": "x"}), PermanentSourceError, "found an answer without `access_token`, expected a token."),
        (Answer(status=503), TransientSourceError, "fonte: token: the source answered 503"),
        (Answer("<html>"), TransientSourceError, "fonte: token: found an HTML page, expected JSON. Try again later."),
    ],
    ids=["401", "400", "no token", "503", "HTML"],
)  # fmt: skip
def test_no_token_is_an_error(
    fake: FakeSource, settings_of_fake: Settings, answer: Answer, error: type[Exception], message: str
) -> None:
    fake.says(answer)
    with client_of(OAUTH, settings_of_fake) as client, pytest.raises(error) as failed:
        ask(client)
    assert message in str(failed.value)
    assert "simulated-" not in str(failed.value)
    assert len(fake.asked) == (3 if error is TransientSourceError else 1)


def test_a_live_token_comes_from_its_own_host(settings_of_fake: Settings) -> None:
    secrets = {name: SecretStr("s") for name in ("id", "key")}
    live = settings_of_fake.model_copy(update={"sources": "live", "secrets": secrets})
    with client_of(OAUTH, live) as client:
        assert client.address.elsewhere(OAUTH["token_url"]) == OAUTH["token_url"]


def test_the_host_of_a_token_and_the_source_do_not_see_each_others_cookies(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    other = FakeSource()
    other.says(Answer({"access_token": "t", "expires_in": "0"}, headers={"Set-Cookie": "login=1"}))
    fake.says(Answer([], headers={"Set-Cookie": "api=1"}))
    secrets = {name: SecretStr("s") for name in ("id", "key")}
    live = settings_of_fake.model_copy(update={"sources": "live", "secrets": secrets})
    try:
        with client_of(OAUTH, live) as client:
            client.address = Address(fake.url, fake.url)
            client._auth = replace(client._auth, url=f"{other.url}/token")  # type: ignore[type-var]
            ask(client)
            ask(client)
    finally:
        other.close()
    assert [request.headers.get("Cookie") for request in other.asked] == [None, None]
    assert [request.headers.get("Cookie") for request in fake.asked] == [None, "api=1"]


# --- a session


class B1:
    """Opens sessions s1, s2, …; a session answers `lives` requests."""

    def __init__(self, lives: float = float("inf"), expired: int = 401) -> None:
        self.lives, self.expired = lives, expired
        self.numbers = itertools.count(1)
        self.used: dict[str, int] = {}
        self.closed: list[str] = []
        self.lock = threading.Lock()

    def __call__(self, request: Asked) -> Answer:
        """Log in, log out, or answer with no records."""
        cookie = request.headers.get("Cookie", "")
        with self.lock:
            if request.path == "/fonte/api/Login":
                name = f"s{next(self.numbers)}"
                self.used[name] = 0
                cookies = {"Set-Cookie": f"B1SESSION={name}; HttpOnly; Path=/"}
                return Answer({"SessionTimeout": 30, "SessionId": name}, headers=cookies)
            session = cookie.removeprefix("B1SESSION=")
            if request.path == "/fonte/api/Logout":
                self.closed.append(session)
                return Answer(status=204)
            if session not in self.used or self.used[session] >= self.lives:
                return Answer({"error": {"code": 301}}, self.expired)
            self.used[session] += 1
            return Answer([])


def test_a_session_is_opened_by_the_first_request_and_closed_at_the_end(
    fake: FakeSource, settings_of_fake: Settings
) -> None:
    source = B1()
    fake.answers_by(source)
    with client_of(SESSION, settings_of_fake) as client:
        assert fake.asked == []
        ask(client)
        ask(client)
    assert [(request.method, request.path) for request in fake.asked] == [
        ("POST", "/fonte/api/Login"),
        ("GET", "/fonte/api/linhas"),
        ("GET", "/fonte/api/linhas"),
        ("POST", "/fonte/api/Logout"),
    ]
    assert json.loads(fake.asked[0].body) == {
        "CompanyDB": "LAGOA",
        "UserName": "simulated-user",
        "Password": "simulated-password",  # pragma: allowlist secret
    }
    assert (source.used, source.closed) == ({"s1": 2}, ["s1"])


def test_a_connector_that_asks_nothing_opens_no_session(fake: FakeSource, settings_of_fake: Settings) -> None:
    with client_of(SESSION, settings_of_fake):
        pass
    assert fake.asked == []


@pytest.mark.parametrize("expired", [401, 403])
def test_a_session_that_ended_is_opened_again(fake: FakeSource, settings_of_fake: Settings, expired: int) -> None:
    source = B1(lives=2, expired=expired)
    fake.answers_by(source)
    with client_of({**SESSION, "expired_status": [401, expired]}, settings_of_fake) as client:
        assert [ask(client) for _ in range(5)] == [200] * 5
    assert (source.used, source.closed) == ({"s1": 2, "s2": 2, "s3": 1}, ["s3"])


def test_a_session_is_opened_again_only_once_a_request(fake: FakeSource, settings_of_fake: Settings) -> None:
    fake.answers_by(B1(lives=0))
    with client_of(SESSION, settings_of_fake) as client, pytest.raises(PermanentSourceError, match="answered 401"):
        ask(client)
    assert [request.path for request in fake.asked] == [
        "/fonte/api/Login", "/fonte/api/linhas", "/fonte/api/Login", "/fonte/api/linhas", "/fonte/api/Logout",
    ]  # fmt: skip


def test_threads_that_meet_the_end_of_a_session_together_open_one(fake: FakeSource, settings_of_fake: Settings) -> None:
    together = threading.Barrier(4)
    source = B1()

    def answer(request: Asked) -> Answer:
        if request.path.endswith("/linhas") and request.headers["Cookie"] == "B1SESSION=s1":
            together.wait(5)
            return Answer(status=401)
        return source(request)

    fake.answers_by(answer)
    with (
        client_of(SESSION, settings_of_fake, concurrency=4, timeout_seconds=5) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        assert list(pool.map(lambda _: ask(client), range(4))) == [200] * 4
    assert sum(request.path.endswith("/Login") for request in fake.asked) == 2
    assert source.closed == ["s2"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer({"error": "bad"}, 401), "fonte: Login: the source answered 401 Unauthorized, expected a login."),
        (Answer({"SessionId": "x"}), "found an answer without cookies, expected a session."),
    ],
    ids=["refused", "no cookies"],
)
def test_no_session_is_an_error(fake: FakeSource, settings_of_fake: Settings, answer: Answer, message: str) -> None:
    fake.says(answer)
    with client_of(SESSION, settings_of_fake) as client, pytest.raises(PermanentSourceError) as failed:
        ask(client)
    assert message in str(failed.value)
    assert len(fake.asked) == 1


def test_a_logout_that_fails_spoils_nothing(fake: FakeSource, settings_of_fake: Settings) -> None:
    source = B1()
    fake.answers_by(lambda request: Answer(status=500) if request.path.endswith("/Logout") else source(request))
    with client_of(SESSION, settings_of_fake) as client:
        assert ask(client) == 200


# --- certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server's and a client's certificate."""
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("known", [True, False], ids=["with a client certificate", "without one"])
def test_a_host_of_its_own_authority_wants_a_client_certificate(
    certificates: Path, settings_of_fake: Settings, known: bool
) -> None:
    with tls_server(certificates) as port:
        secrets = {
            "cert": SecretStr(str(certificates / "client.pem")),
            "key": SecretStr(str(certificates / "client.key")),
        }
        live = settings_of_fake.model_copy(update={"sources": "live", "secrets": secrets})
        connection: dict[str, Any] = {
            "base_url": f"https://127.0.0.1:{port}/api",
            "authority": str(certificates / "authority.pem"),
            "attempts": 1,
            "timeout_seconds": 5,
        }
        if known:
            connection["certificate"] = {"certificate": "cert", "key": "key"}
        with SourceClient(spec_of({}, **connection), live) as client:
            if known:
                assert ask(client) == 200
            else:
                with pytest.raises(TransientSourceError, match="could not be read"):
                    ask(client)


def test_another_host_is_not_shown_the_client_certificate(certificates: Path, settings_of_fake: Settings) -> None:
    secrets = {name: SecretStr(str(certificates / f"client.{end}")) for name, end in (("cert", "pem"), ("key", "key"))}
    live = settings_of_fake.model_copy(update={"sources": "live", "secrets": secrets})
    connection: dict[str, Any] = {
        "authority": str(certificates / "authority.pem"),
        "certificate": {"certificate": "cert", "key": "key"},
        "attempts": 1,
        "timeout_seconds": 5,
    }
    with tls_server(certificates) as other, tls_server(certificates, f"https://127.0.0.1:{other}/") as home:
        for port, is_answered in ((other, True), (home, False)):
            spec = spec_of({}, base_url=f"https://127.0.0.1:{port}/api", **connection)
            with SourceClient(spec, live) as client:
                if is_answered:
                    assert ask(client) == 200
                else:
                    with pytest.raises(TransientSourceError, match="could not be read"):
                        ask(client)


@pytest.mark.parametrize("address", ["http://[x/", "http://h:99999/"])
def test_a_redirect_to_an_address_that_is_none_is_told(
    fake: FakeSource, settings_of_fake: Settings, address: str
) -> None:
    fake.says(Answer(status=302, headers={"Location": address}))
    client = SourceClient(spec_of({}), settings_of_fake)
    with client, pytest.raises(PermanentSourceError, match="redirects to an address that is none"):
        ask(client)


def test_a_host_of_an_unknown_authority_is_not_spoken_to(certificates: Path, settings_of_fake: Settings) -> None:
    live = settings_of_fake.model_copy(update={"sources": "live"})
    with tls_server(certificates) as port:
        connection = {"base_url": f"https://127.0.0.1:{port}/api", "attempts": 1, "timeout_seconds": 5}
        client = SourceClient(spec_of({}, **connection), live)
        with client, pytest.raises(TransientSourceError, match=r"SSL certificate .*self-signed"):
            ask(client)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"authority": "nowhere.pem"}, "connection.authority: found no file at its path"),
        ({"authority": "empty.pem"}, "connection.authority: found no certificates"),
        ({"cert": "nowhere.pem"}, "LAGOA_SECRET_CERT: found no file at its path"),
        ({"key": "empty.pem"}, "LAGOA_SECRET_CERT and LAGOA_SECRET_KEY: found files that are no certificate"),
    ],
)
def test_a_certificate_that_is_none_is_told_at_once(
    certificates: Path, settings_of_fake: Settings, files: dict[str, str], message: str
) -> None:
    (certificates / "empty.pem").write_text("")
    chosen = {"authority": "authority.pem", "cert": "client.pem", "key": "client.key"} | files
    secrets = {name: SecretStr(str(certificates / chosen[name])) for name in ("cert", "key")}
    live = settings_of_fake.model_copy(update={"sources": "live", "secrets": secrets})
    connection = {
        "authority": str(certificates / chosen["authority"]),
        "certificate": {"certificate": "cert", "key": "key"},
    }
    with pytest.raises(ConfigError) as failed:
        SourceClient(spec_of({}, **connection), live)
    assert str(failed.value).startswith(message)
