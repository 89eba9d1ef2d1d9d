"""TCP ports on 127.0.0.1: preferred numbers -> free ones, or a clear error naming the process that holds one."""

import contextlib
import socket

import psutil

from lagoa.errors import ConfigError

SEARCHED = 200
"""How many numbers from the preferred one upwards are tried."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0, taken: frozenset[int] = frozenset()) -> int:
    """The first free port from the preferred one upwards, not among `taken`; any free one for 0.

    Raises:
        ConfigError: none of the searched numbers is free.
    """
    if preferred == 0:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]
    for port in range(preferred, min(preferred + SEARCHED, 65536)):
        if port not in taken and is_free(port):
            return port
    raise ConfigError(
        f"ports: {preferred} to {preferred + SEARCHED - 1} are all in use, expected a free one. "
        "End what listens there, or set LAGOA_*_PORT to a free number."
    )


def holder(port: int) -> str:
    """Who listens on a port, in words: "pid 4711 (nginx)"."""
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections(kind="tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                with contextlib.suppress(psutil.NoSuchProcess):
                    return f"pid {connection.pid} ({psutil.Process(connection.pid).name()})"
    return "a process of another user (as root, `ss -ltnp` names it)"


def require_free(name: str, port: int) -> None:
    """Refuse a port that was asked for and is busy.

    Raises:
        ConfigError: it is; the message names who holds it.
    """
    if not is_free(port):
        raise ConfigError(
            f"LAGOA_{name.upper()}: port {port} is held by {holder(port)}, expected it free. "
            "End that process, choose another number, or unset it so that a free one is found."
        )
