"""Secrets are generated once and kept private; ports are found, or the holder of a busy one is named."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lagoa.errors import ConfigError
from lagoa.platform import configuration
from lagoa.platform.credentials import GENERATORS, generated_file
from lagoa.platform.demo import choose_data
from lagoa.platform.masking import shown, without_password
from lagoa.platform.ports import free_port, holder, is_free
from lagoa.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder, and no settings in the environment."""
    for name in [name for name in os.environ if name.startswith("LAGOA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LAGOA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_secrets_and_ports_are_generated_once(home: Path) -> None:
    first = configuration.complete(Settings.load())
    second = configuration.complete(Settings.load())
    assert second == first
    assert all(getattr(first, name) for name in GENERATORS)
    assert len({getattr(first, name).get_secret_value() for name in GENERATORS}) == len(GENERATORS)


def test_the_generated_file_is_private(home: Path) -> None:
    configuration.complete(Settings.load())
    assert (generated_file(Settings.load()).stat().st_mode & 0o777) == 0o600


def test_a_secret_that_somebody_set_is_not_generated(home: Path) -> None:
    (home / ".env").write_text("LAGOA_ETL_PASSWORD=chosen\n")
    settings = configuration.complete(Settings.load())
    assert settings.etl_password.get_secret_value() == "chosen"
    assert "LAGOA_ETL_PASSWORD" not in generated_file(settings).read_text()


def test_secrets_left_empty_do_not_hide_those_that_were_generated(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody copies .env.example beside an installation that runs: its keys must not be made anew."""
    first = configuration.complete(Settings.load())
    (home / ".env").write_text("".join(f"LAGOA_{name.upper()}=\n" for name in GENERATORS))
    monkeypatch.setenv("LAGOA_ADMIN_PASSWORD", "")
    assert configuration.complete(Settings.load()) == first


def test_a_busy_default_port_gives_way_to_a_free_one(home: Path, busy_port: int) -> None:
    settings = configuration.complete(Settings.load().model_copy(update={"airflow_port": busy_port}))
    assert settings.airflow_port != busy_port
    assert is_free(settings.airflow_port)
    assert Settings.load().airflow_port == settings.airflow_port


def test_a_busy_port_that_was_asked_for_names_its_holder(
    home: Path, busy_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAGOA_AIRFLOW_PORT", str(busy_port))
    me = psutil.Process()
    expected = f"LAGOA_AIRFLOW_PORT: port {busy_port} is held by pid {me.pid} ({me.name()})"
    with pytest.raises(ConfigError, match=re.escape(expected)):
        configuration.complete(Settings.load())


def test_a_port_on_which_our_own_program_listens_is_kept(home: Path, busy_port: int) -> None:
    settings = Settings.load().model_copy(update={"airflow_port": busy_port})
    assert configuration.complete(settings, own_ports={busy_port}).airflow_port == busy_port


def test_two_services_never_get_the_same_port(home: Path) -> None:
    port = free_port(20000)
    same = dict.fromkeys(configuration.PORTS, port)
    settings = configuration.complete(Settings.load().model_copy(update=same))
    assert len({getattr(settings, name) for name in configuration.PORTS}) == len(configuration.PORTS)


def test_the_holder_of_a_port_of_nobody_is_said_to_be_unknown() -> None:
    assert holder(free_port()).startswith("a process of another user")


def test_shown_settings_mask_every_secret(home: Path) -> None:
    settings = configuration.complete(Settings.load())
    settings = settings.model_copy(update={"database_url": "postgresql://admin:hidden@db.example:5432/lagoa"})
    masked = dict(shown(settings, show_secrets=False))
    secrets = {getattr(settings, name).get_secret_value() for name in GENERATORS} | {"hidden"}
    assert not [name for name, value in masked.items() if any(secret in value for secret in secrets)]
    assert masked["LAGOA_DATABASE_URL"] == "postgresql://admin:••••••••@db.example:5432/lagoa"
    assert dict(shown(settings, show_secrets=True))["LAGOA_DATABASE_URL"] == settings.database_url


def test_a_url_without_a_password_stays_as_it_is() -> None:
    assert without_password("http://127.0.0.1:8080/a@b") == "http://127.0.0.1:8080/a@b"


def test_a_credential_that_no_header_may_hold_is_refused_without_repeating_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAGOA_SOURCES", "live")
    monkeypatch.setenv("LAGOA_SECRET_CHAVE", "s3cr3t\n")
    monkeypatch.setenv("LAGOA_SECRET_SENHA", "com espaço e ç")
    settings = Settings.load()
    assert settings.secret("senha") == "com espaço e ç"
    with pytest.raises(ConfigError) as wrong:
        settings.secret("chave")
    assert str(wrong.value) == (
        "LAGOA_SECRET_CHAVE: found a line end or another control character, expected one line of text. "
        "Correct it in .env."
    )


def test_sources_chosen_twice_are_told(home: Path) -> None:
    (home / ".env").write_text("LAGOA_ENABLED_SOURCES=bcb\n")
    with pytest.raises(ConfigError, match="found SOURCES=all beside LAGOA_ENABLED_SOURCES"):
        choose_data(Settings.load(), None, "all")
    assert not generated_file(Settings.load()).exists()
