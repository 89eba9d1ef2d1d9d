"""Web servers that run in a thread of the tests, on a port that nobody else can take in between."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from lagoa.platform.ports import free_port
from lagoa.settings import Settings
from lagoa.simulator.server import create_app

START_SECONDS = 60


@contextmanager
def listening() -> Iterator[tuple[socket.socket, int]]:
    """A socket that waits for connections on 127.0.0.1, and its port."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0), backlog=2048)) as listener:
        yield listener, listener.getsockname()[1]


@contextmanager
def answering(app: Any, listener: socket.socket) -> Iterator[None]:
    """An ASGI or WSGI application that answers at a socket as long as the block runs.

    Raises:
        TimeoutError: it did not start.
    """
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise TimeoutError(f"server: not started within {START_SECONDS} s. Start the application by hand.")
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def simulating(settings: Settings) -> Iterator[Settings]:
    """The settings with the ports of a simulator of them, which answers as long as the block runs."""
    with listening() as (listener, port):
        own = settings.model_copy(update={"simulator_port": port, "simulator_imap_port": free_port()})
        with answering(create_app(own), listener):
            yield own
