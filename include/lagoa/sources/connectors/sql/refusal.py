"""What a database's errors mean: which may pass, and what to say without quoting rows, users or addresses."""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from lagoa.errors import LagoaError, PermanentSourceError, TransientSourceError

PASSING_IN_MYSQL = (1040, 1053, 1077, 1080, 1158, 1159, 1160, 1161, 1205, 1213, 1317, 1927, 1969)
"""Too many connections, shutdown, network, locks, killed, interrupted; besides the client's own, from 2000 on.
https://mariadb.com/kb/en/mariadb-error-codes/"""
PASSING_STATES = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, rollback, resources, not in the state for it, operator, system."""
REFUSED_BY_POSTGRES = ("authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied")


def told(error: SQLAlchemyError, subject: str) -> LagoaError:
    """The error of ours for one of the database."""
    code = _code(error)
    shown = f"{type(error).__name__}{f' {code}' if code else ''}"
    if not isinstance(error, DBAPIError):
        return PermanentSourceError(f"{subject}: the statement cannot be made ({shown}). Check `table` or `query`.")
    if _may_pass(error, code):
        return TransientSourceError(
            f"{subject}: the database could not be read ({shown}), expected its rows. Is it running, and may this "
            "machine reach it? Try again later."
        )
    return PermanentSourceError(
        f"{subject}: the database refuses ({shown}), expected rows. Check that the table and its columns exist, and "
        "that the user of the connection may read them."
    )


def _code(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None)
    state = getattr(original, "pgcode", None)
    if state:
        return str(state)
    first = original.args[0] if original is not None and original.args else None
    return str(first) if isinstance(first, int) else ""


def _may_pass(error: DBAPIError, code: str) -> bool:
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return "locked" in str(error.orig)
    if not isinstance(error, OperationalError | InterfaceError):
        return code[:2] in ("40", "57") if len(code) == 5 else False
    if len(code) == 5:
        return code[:2] in PASSING_STATES
    if code.isdigit():
        return int(code) in PASSING_IN_MYSQL or int(code) >= 2000
    text = str(error.orig)
    return not any(known in text for known in REFUSED_BY_POSTGRES)
