"""A source whose answers were recorded: they are served on this machine and read by the shipped spec."""

import csv
import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from tests.sources.fake_source import Answer, Asked, FakeSource

from lagoa.settings import PROJECT, Settings
from lagoa.simulator.imap_message import Message
from lagoa.simulator.imap_server import ImapServer
from lagoa.sources.connector import Context
from lagoa.sources.connectors import connect
from lagoa.sources.spec import BasicAuth, FileResource, SourceSpec, load_specs

RECORDED = Path(__file__).parent / "recorded"
Rows = list[dict[str, Any]]


def read_recorded(source: str, resource: str, answer: Callable[[Asked], Answer], folder: Path, **asked: str) -> Rows:
    """What a resource reads of recorded answers.

    Args:
        source: the spec's name.
        resource: of the spec.
        answer: the recorded answer to a request.
        folder: a temporary one.
        asked: the parameters of the slice.
    """
    fake = FakeSource()
    fake.answers_by(answer)
    try:
        return _rows(_spec(source), resource, Settings(state_dir=folder, simulator_url=fake.url), asked)
    finally:
        fake.close()


def read_recorded_table(source: str, resource: str, rows: Path, folder: Path, **asked: str) -> Rows:
    """What a resource reads of a database's table whose rows were recorded as CSV."""
    with rows.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    spec = _spec(source)
    address = f"sqlite:///{folder / 'recorded.db'}"
    columns = ", ".join(f'"{name}" text' for name in header)
    places = ", ".join(f":{number}" for number in range(len(header)))
    table = getattr(spec.resources[resource], "table", None) or resource
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text(f'create table "{table}" ({columns})'))
        for line in lines:
            connection.execute(
                text(f'insert into "{table}" values ({places})'), {str(n): v for n, v in enumerate(line)}
            )
    engine.dispose()
    spec = spec.model_copy(update={"connection": spec.connection.model_copy(update={"base_url": address})})
    return _rows(spec, resource, Settings(state_dir=folder), asked)


def read_recorded_mail(source: str, resource: str, file: Path, folder: Path) -> Rows:
    """What a resource reads of a mailbox with one message, as its `mail` asks for, whose attachment was recorded."""
    spec = _spec(source)
    declared, auth = spec.resources[resource], spec.connection.auth
    assert isinstance(declared, FileResource)
    assert declared.mail is not None
    assert isinstance(auth, BasicAuth)
    now, message = dt.datetime.now(dt.UTC), EmailMessage()
    message["From"], message["Date"] = declared.mail.sender, now
    message["Subject"] = declared.mail.subject
    message.add_attachment(file.read_bytes(), maintype="application", subtype="octet-stream", filename=file.name)
    held = [Message(1, now, message.as_bytes(policy=message.policy.clone(linesep="\r\n")))]
    settings = Settings(state_dir=folder)
    user, password = settings.secret(auth.user), settings.secret(auth.password)
    with ImapServer(lambda _: held, user=user, password=password).running() as port:
        return _rows(spec, resource, settings.model_copy(update={"simulator_imap_port": port}), {})


def _spec(source: str) -> SourceSpec:
    return load_specs(PROJECT / "include" / "sources")[source]


def _rows(spec: SourceSpec, resource: str, settings: Settings, asked: dict[str, str]) -> Rows:
    with connect(Context(spec, resource, settings)) as connector:
        return [
            row
            for each in connector.expand([asked])
            for batch in connector.read(each).batches()
            for row in batch.table.to_pylist()
        ]
