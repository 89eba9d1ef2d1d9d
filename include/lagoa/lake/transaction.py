"""The transaction of a load: one connection as etl_user, committed whole or rolled back; failures told as ours."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2.extensions import cursor as Cursor

from lagoa.errors import ContractError, LagoaError, LakehouseUnavailableError
from lagoa.settings import Settings

PASSING_STATES = ("08", "25006", "40", "53", "55", "57", "58")
"""SQLSTATE, or its class, that another try may not meet: connection, a server that only reads (the others have not
taken over yet), rollback, resources, locks, operator, input and output."""


@contextmanager
def transaction(settings: Settings, subject: str) -> Iterator[Cursor]:
    """A cursor whose transaction is committed at the end, or rolled back.

    Raises:
        LakehouseUnavailableError: the database went away or is overloaded.
        ContractError: it refused something else.
    """
    try:
        with closing(psycopg2.connect(settings.dsn("etl_user"), connect_timeout=10)) as connection:
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
    except psycopg2.Error as error:
        raise _told(error, subject) from None


def _told(error: psycopg2.Error, subject: str) -> LagoaError:
    state = error.pgcode or ""
    if state.startswith(PASSING_STATES) or not state:
        return LakehouseUnavailableError(
            f"{subject}: the database ended the load ({_message(error)}), expected it to stay. Nothing was loaded. "
            "Try again; if it stays, see `lagoa status`."
        )
    return ContractError(f"{subject}: Postgres refused the load ({_message(error)}). Nothing was loaded.")


def _message(error: psycopg2.Error) -> str:
    """Postgres's message without its detail, which may quote data."""
    message = error.diag.message_primary or str(error).split("\n")[0].split("DETAIL")[0]
    return message.strip()[:2000]
