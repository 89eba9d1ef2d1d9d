"""Personal data, treated before anything is stored: masked, replaced by a pseudonym that still joins, or left out.

A treatment names a field, or a value inside a nested field by a dotted name (`credor_obj.cnpj_cpf_idgener`), where
lists on the way are gone through. A source that treats persons in one place may tell of them in others, too: of all its
resources fields that it adds are masked until the spec says what they are, and so are CPFs in nested fields.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import pyarrow as pa

from lagoa.errors import ConfigError
from lagoa.settings import Settings
from lagoa.sources.masks import mask, mask_cpf_anywhere, mask_id
from lagoa.sources.nested import Inside, Treat
from lagoa.sources.pseudonyms import Pseudonyms
from lagoa.sources.records import text_array
from lagoa.sources.spec import Resource, SourceSpec


class Treatments:
    """What is done with the personal data of one resource."""

    def __init__(self, spec: SourceSpec, name: str, settings: Settings) -> None:
        """Take the key of the pseudonyms.

        Raises:
            ConfigError: pseudonyms are asked for and there is no key.
        """
        resource = spec.resources[name]
        key = settings.pseudonym_key
        if key is None and "pseudonym" in resource.personal.values():
            raise ConfigError(
                f"{spec.source}.{name}: found no LAGOA_PSEUDONYM_KEY, expected the key of its pseudonyms. "
                "Run `lagoa up`, which generates it; keep it: another key gives other pseudonyms."
            )
        pseudonyms = Pseudonyms(key.get_secret_value().encode() if key else b"")
        treats: Mapping[str, Treat | None] = {
            "keep": str,
            "mask": mask,
            "mask_id": mask_id,
            "mask_cpf": mask_cpf_anywhere,
            "pseudonym": pseudonyms.of,
            "drop": None,
        }
        added = treatment_of_added(spec)
        self._added = treats[added or "keep"]
        self._known = {_stored(resource, each) for each in resource.declared}
        self._columns: dict[str, Treat | None] = {}
        if added:
            self._columns = dict.fromkeys((_stored(resource, each) for each in resource.nested), mask_cpf_anywhere)
        inside: dict[str, dict[str, Treat | None]] = {}
        for tagged, how in resource.personal.items():
            if tagged in resource.declared:
                self._columns[_stored(resource, tagged)] = treats[how]
            else:
                outer, _, path = tagged.partition(".")
                inside.setdefault(outer, {})[path] = treats[how]
        self._inside = [Inside(outer, named) for outer, named in inside.items()]
        self._columns |= {_stored(resource, outer): each for outer, each in zip(inside, self._inside, strict=True)}

    def apply(self, table: pa.Table) -> pa.Table:
        """Records under their stored names, without what must not be stored."""
        for name in table.column_names:
            treat = self._columns.get(name, str) if name in self._known else self._added
            if treat is None:
                table = table.drop_columns(name)
            elif treat is not str:
                table = table.set_column(table.column_names.index(name), name, _each(table.column(name), treat))
        return table

    @property
    def unmatched(self) -> Iterator[str]:
        """Dotted names that led to nothing wherever they were looked for so far."""
        return (path for each in self._inside for path in each.unmatched)


def treatment_of_added(spec: SourceSpec) -> Literal["mask", "mask_cpf"] | None:
    """What is done with the fields of a source that its spec does not declare: as private as those that it does.

    Where names or contacts of persons are treated anywhere, they are masked. Where persons' data is public but for
    their CPFs (`keep`, `mask_id`, `mask_cpf`), CPFs are: of other values nothing would be left to go back to.
    """
    chosen = {how for resource in spec.resources.values() for how in resource.personal.values()}
    if chosen & {"mask", "pseudonym", "drop"}:
        return "mask"
    return "mask_cpf" if chosen else None


def _stored(resource: Resource, field: str) -> str:
    return resource.renamed.get(field, field)


def _each(column: pa.ChunkedArray, treat: Treat) -> pa.Array:
    """A column with every distinct value treated once."""
    encoded = column.combine_chunks().dictionary_encode()
    treated = text_array([None if value is None else treat(value) for value in encoded.dictionary.to_pylist()])
    return treated.take(encoded.indices)
