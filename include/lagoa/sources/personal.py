"""Personal data, treated before anything is stored: masked, replaced by a pseudonym that still joins, or left out.

A treatment names a field, or a value inside a nested field by a dotted name (`credor_obj.cnpj_cpf_idgener`), where
lists on the way are gone through. Where persons are treated, a field that the source adds is masked until the spec
says what it is; where only CPFs inside texts are, those are masked in it, too. Inside an object only what is named is
treated.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import pyarrow as pa

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.sources.records import as_json, as_text, read_json, text_array
from lagoa.sources.spec import Resource

CNPJ = re.compile(r"\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}")
CPF = re.compile(r"\d{3}\.?(\d{3})\.?(\d{3})-?\d{2}")
CPF_INSIDE = re.compile(
    r"(?<!\d)(?<!\d\.)(\d{3})([ .]?)(\d{3})\2(\d{3})(\s?[-–/]?\s?)(\d{2})(?!\d)(?!-\d)(?!/\d{4}(?!\d))"
)
"""However it is written; not the beginning of a longer number, of a process (`…/2024`) or of an amount."""
MASKED = re.compile(r"[.*/-]*(?:\d[.*/-]*){0,6}")
"""With three stars in it, what a source masked already: at most six digits stand, and no letter."""
PUNCTUATION = str.maketrans("", "", "./-")
PSEUDONYM_DIGITS = 32
REMEMBERED = 50_000
"""Values whose pseudonyms are kept at hand: the same persons come page after page."""

Treat = Callable[[str], str]


class Treatments:
    """What is done with the personal data of one resource."""

    def __init__(self, resource: Resource, settings: Settings, subject: str) -> None:
        """Take the key of the pseudonyms.

        Raises:
            ConfigError: pseudonyms are asked for and there is no key.
        """
        chosen = {name: how for name, how in resource.personal.items() if how != "keep"}
        key = settings.pseudonym_key
        if key is None and "pseudonym" in chosen.values():
            raise ConfigError(
                f"{subject}: found no LAGOA_PSEUDONYM_KEY, expected the key of its pseudonyms. Run `lagoa up`, which "
                "generates it; keep it: another key gives other pseudonyms."
            )
        pseudonyms = Pseudonyms(key.get_secret_value().encode() if key else b"")
        self._ways: Mapping[str, Treat | None] = {
            "mask": mask,
            "mask_cpf": mask_cpf_anywhere,
            "pseudonym": pseudonyms.of,
            "drop": None,
        }
        former = resource.renamed
        self._plain = {former.get(name, name): how for name, how in chosen.items() if name in resource.declared}
        self._known = {former.get(name, name) for name in resource.declared}
        self._added = "mask" if set(chosen.values()) - {"mask_cpf"} else "mask_cpf" if chosen else None
        self._inside: dict[str, dict[str, str]] = {}
        for name, how in chosen.items():
            if name not in resource.declared:
                outer, _, path = name.partition(".")
                self._inside.setdefault(former.get(outer, outer), {})[path] = how

    def apply(self, table: pa.Table) -> pa.Table:
        """Records under their stored names, without what must not be stored."""
        added = [name for name in table.column_names if name not in self._known] if self._added else []
        for name, how in (self._plain | dict.fromkeys(added, self._added or "")).items():
            at = table.column_names.index(name) if name in table.column_names else None
            if at is None:
                continue
            way = self._ways[how]
            table = table.remove_column(at) if way is None else table.set_column(at, name, _each(table.column(at), way))
        for name, inner in self._inside.items():
            if name in table.column_names:
                at = table.column_names.index(name)
                table = table.set_column(at, name, _each(table.column(at), partial(self._in, inner)))
        return table

    def _in(self, inner: Mapping[str, str], text: str) -> str:
        """A nested value with what is inside treated."""
        value = read_json(text)
        for path, how in inner.items():
            _descend(value, path.split("."), self._ways[how])
        return as_json(value) or "null"


def mask(text: str) -> str:
    """What still tells records apart by eye: `***.456.789-**` of a CPF, the first letter of anything else.

    A CNPJ names no natural person and stays: one field often holds either.

    >>> mask("12345678901"), mask("123.456.789-01"), mask("Maria da Silva"), mask("***.456.789-**")
    ('***.456.789-**', '***.456.789-**', 'M***', '***.456.789-**')
    """
    is_masked = "***" in text and MASKED.fullmatch(text.strip())
    if is_masked or not text or CNPJ.fullmatch(text.strip()):
        return text
    if found := CPF.fullmatch(text.strip()):
        return f"***.{found[1]}.{found[2]}-**"
    return f"{text.strip()[:1]}***"


def mask_cpf(text: str) -> str:
    """A text in which every CPF is masked and all else stays: written with its dots, or eleven digits that check.

    >>> mask_cpf("Ressarce 529.982.247-25, processo 02000045678")
    'Ressarce ***.982.247-**, processo 02000045678'
    """
    return CPF_INSIDE.sub(_masked_inside, text)


def mask_cpf_anywhere(text: str) -> str:
    """The same of a stored value, which may be an object or a list as JSON: each of its values by itself."""
    if text[:1] in "{[":
        try:
            return as_json(_with_masked_cpfs(read_json(text))) or "null"
        except ValueError:  # a text that begins like one
            pass
    return mask_cpf(text)


def _with_masked_cpfs(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_masked_cpfs(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_masked_cpfs(inner) for inner in value]
    text = as_text(value)
    masked = None if text is None else mask_cpf(text)
    return value if masked == text else masked


def _masked_inside(found: re.Match[str]) -> str:
    digits = found[1] + found[3] + found[4] + found[6]
    is_written_as_one = found[2] == "." and found[5] == "-"
    return f"***.{found[3]}.{found[4]}-**" if is_written_as_one or _checks(digits) else found[0]


def _checks(cpf: str) -> bool:
    """Whether the last two of eleven digits follow from the others, as the Receita Federal computes them."""
    for length in (9, 10):
        total = sum(int(digit) * (length + 1 - at) for at, digit in enumerate(cpf[:length]))
        if total * 10 % 11 % 10 != int(cpf[length]):
            return False
    return True


class Pseudonyms:
    """HMAC-SHA256 under the installation's key, 32 hexadecimal digits: equal values give equal ones.

    Numbers of identity count as equal with and without their dots. Nobody can go back without the key, but who has the
    key can try every CPF: keep it like a password.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod="sha256")
        self.of: Treat = lru_cache(REMEMBERED)(self._of)

    def _of(self, text: str) -> str:
        if not text:
            return text
        plain = text.strip()
        bare = plain.translate(PUNCTUATION)
        one = self._keyed.copy()
        one.update((bare if bare.isdigit() else plain).encode("utf-8", "replace"))
        return one.hexdigest()[:PSEUDONYM_DIGITS]


def _each(column: pa.ChunkedArray, treat: Treat) -> pa.Array:
    """A column with every distinct value treated once."""
    encoded = column.combine_chunks().dictionary_encode()
    treated = text_array([None if value is None else treat(value) for value in encoded.dictionary.to_pylist()])
    return treated.take(encoded.indices)


def _descend(value: Any, path: list[str], way: Treat | None) -> None:
    """Treat what lies at the end of a path, in place."""
    if isinstance(value, list):
        for item in value:
            _descend(item, path, way)
        return
    if not isinstance(value, dict) or path[0] not in value:
        return
    if path[1:]:
        _descend(value[path[0]], path[1:], way)
    elif way is None:
        del value[path[0]]
    else:
        value[path[0]] = _treated(value[path[0]], way)


def _treated(value: Any, way: Treat) -> Any:
    """A value, or each of a list; objects become the text that they are."""
    if isinstance(value, list):
        return [_treated(item, way) for item in value]
    text = as_text(value)
    return None if text is None else way(text)
