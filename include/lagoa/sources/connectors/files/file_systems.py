"""A connection of the spec -> the fsspec file system that speaks it, and its failures told as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import fsspec

from lagoa.errors import LagoaError, PermanentSourceError, TransientSourceError
from lagoa.sources.connector import Context
from lagoa.sources.connectors.files.transport import NotPublished
from lagoa.sources.spec import BasicAuth


def file_system(context: Context) -> tuple[Any, str]:
    """The file system, and the path in it that the spec's paths are below.

    Credentials are those of `auth: basic`; without, a bucket is opened with what the environment holds for its cloud.
    """
    scheme, _, address = context.filled(context.spec.connection.base_url).partition("://")
    auth = context.spec.connection.auth
    user = password = None
    if isinstance(auth, BasicAuth):
        user, password = context.settings.secret(auth.user), context.settings.secret(auth.password)
    if scheme == "file":
        return fsspec.filesystem("file"), address
    if scheme == "sftp":
        from lagoa.sources.connectors.files.sftp import sftp_file_system

        host, slash, path = address.partition("/")
        url, seconds = urlsplit(f"//{host}"), context.spec.connection.timeout_seconds
        system = sftp_file_system(url.hostname or "", url.port or 22, user or url.username, password, seconds)
        return system, slash + path
    if scheme == "gs":
        # The class that fsspec would choose asks a control plane at each call, which readers need not reach.
        from gcsfs.core import GCSFileSystem

        return GCSFileSystem(skip_instance_cache=True), address
    return fsspec.filesystem(scheme, key=user, secret=password, skip_instance_cache=True), address


@contextmanager
def told_as_ours(scheme: str, subject: str) -> Iterator[None]:
    """Failures of a file system as NotPublished, PermanentSourceError or TransientSourceError."""
    try:
        yield
    except LagoaError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise NotPublished(
            f"{subject}: found no such file or folder, expected one. Compare `path` in the spec with what is there."
        ) from None
    except _refusals(scheme) as error:
        raise PermanentSourceError(
            f"{subject}: the {scheme} server or folder refused us ({type(error).__name__}), expected leave to read. "
            "Check the credentials and what they allow."
        ) from None
    except _failures(scheme) as error:
        raise TransientSourceError(
            f"{subject}: the {scheme} server or folder could not be read ({type(error).__name__}). Try again later."
        ) from None


Kinds = tuple[type[Exception], ...]


def _refusals(scheme: str) -> Kinds:
    """What a library raises when the credentials are not good."""
    more: Kinds = ()
    if scheme == "sftp":
        import paramiko  # type: ignore[import-untyped]

        more = (paramiko.AuthenticationException, paramiko.BadHostKeyException)
    elif scheme == "s3":
        import botocore.exceptions

        more = (botocore.exceptions.NoCredentialsError,)
    elif scheme == "gs":
        import google.auth.exceptions

        more = (google.auth.exceptions.DefaultCredentialsError,)
    return PermissionError, *more


def _failures(scheme: str) -> Kinds:
    """What a library raises when the server does not answer as it should."""
    more: Kinds = ()
    if scheme == "sftp":
        import paramiko

        more = (paramiko.SSHException,)
    elif scheme == "s3":
        import botocore.exceptions

        more = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)
    elif scheme == "gs":
        import aiohttp
        import gcsfs.retry

        more = (aiohttp.ClientError, gcsfs.retry.HttpError)
    return OSError, EOFError, *more
