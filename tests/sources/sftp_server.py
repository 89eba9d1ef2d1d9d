"""A real SFTP server on this machine: one user, one folder, a host key of its own."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko


class _Login(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        is_right = (username, password) == ("lagoa", "segredo")
        return paramiko.AUTH_SUCCESSFUL if is_right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))  # type: ignore[attr-defined]


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, folder: Path) -> None:
        super().__init__(server)
        self._folder = folder

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        return self._answer(lambda: [self._attributes(each) for each in sorted(self._real(path).iterdir())])

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        return self._answer(lambda: self._attributes(self._real(path)))

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> paramiko.SFTPHandle | int:
        def opened() -> paramiko.SFTPHandle:
            handle = _Handle(flags)
            handle.readfile = self._real(path).open("rb")  # type: ignore[attr-defined]
            return handle

        return self._answer(opened)

    def _real(self, path: str) -> Path:
        return self._folder / path.lstrip("/")

    @staticmethod
    def _attributes(path: Path) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(path.stat(), path.name)

    @staticmethod
    def _answer(action: Any) -> Any:
        try:
            return action()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)


@contextmanager
def sftp_server(folder: Path) -> Iterator[tuple[int, str]]:
    """Serves a folder; gives the port and the line for known_hosts."""
    key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, folder)
            transports.append(transport)
            transport.start_server(server=_Login(), event=threading.Event())

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield port, f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
        thread.join(5)
