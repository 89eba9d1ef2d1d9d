"""SFTP through fsspec, but only with servers whose host key is known: fsspec's own class trusts any."""

from typing import Any

import paramiko  # type: ignore[import-untyped]
from fsspec.implementations.sftp import SFTPFileSystem

from lagoa.errors import PermanentSourceError


class KnownHosts(SFTPFileSystem):  # type: ignore[misc]
    """Refuses a server whose key is not in ~/.ssh/known_hosts: it would get the password."""

    cachable = False

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        self.client.load_system_host_keys()
        self.client.set_missing_host_key_policy(_Refuse())
        self.client.connect(self.host, **self.ssh_kwargs)
        self.ftp = self.client.open_sftp()

    def close(self) -> None:
        """Hang up."""
        self.client.close()


class _Refuse(paramiko.MissingHostKeyPolicy):
    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise PermanentSourceError(
            f"sftp://{hostname}: found a host key ({key.fingerprint}) that is not in ~/.ssh/known_hosts, expected "
            "a known one. Compare it with the one that the source's owner names, then add it with `ssh-keyscan`."
        )


def sftp_file_system(host: str, port: int, user: str | None, password: str | None, seconds: float) -> Any:
    """A connected file system; without a password the keys of ~/.ssh and of the agent are tried."""
    times = {"timeout": seconds, "banner_timeout": seconds, "auth_timeout": seconds, "channel_timeout": seconds}
    if password is not None:
        times |= {"look_for_keys": False, "allow_agent": False}
    return KnownHosts(host, port=port, username=user, password=password, **times)
