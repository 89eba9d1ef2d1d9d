"""Settings as text, with their secrets masked."""

import re
from collections.abc import Iterator

from pydantic import SecretStr

from lagoa.settings import Settings

MASK = "••••••••"


def shown(settings: Settings, show_secrets: bool) -> Iterator[tuple[str, str]]:
    """Each setting by the name of its variable; what is not set is left out."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is None:
            continue
        if isinstance(value, SecretStr):
            text = value.get_secret_value() if show_secrets else MASK
        else:
            text = str(value) if show_secrets else without_password(str(value))
        yield f"LAGOA_{name.upper()}", text


def without_password(text: str) -> str:
    """A text in which the passwords of URLs are masked."""
    return re.sub(r"(://[^:/@\s]*):[^@/\s]+@", rf"\1:{MASK}@", text)
