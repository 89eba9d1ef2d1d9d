"""The grammar of a source: include/sources/<source>.yml -> SourceSpec, typed, unknown keys refused.

Names of fields, keys and watermarks are written as the source writes them; `bronze_name` turns them into columns.
"""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lagoa.errors import ConfigError
from lagoa.lake.naming import MAX_IDENTIFIER, bronze_name


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Connection(Strict):
    """How the source's host is spoken to."""

    base_url: str = Field(pattern=r"^https://[^\s]+[^/\s]$")
    timeout_seconds: float = Field(default=60, gt=0)
    attempts: int = Field(default=5, ge=1)
    backoff_seconds: float = Field(default=2, gt=0)
    """First pause after a 429, a 5xx or a time-out; doubled at each attempt, `Retry-After` wins."""
    requests_per_minute: int | None = Field(default=None, gt=0)
    concurrency: int = Field(default=4, ge=1, le=32)
    headers: dict[str, str] = {}


class Window(Strict):
    """Date parameters that cut a resource into slices of at most `max_days`."""

    start: str
    end: str
    format: str
    max_days: int = Field(gt=0)
    first: dt.date
    """Where a full extraction begins."""


class PageNumber(Strict):
    """Pages counted from 1; the body announces the total."""

    type: Literal["page_number"]
    page: str
    size: str
    page_size: int = Field(gt=0)
    total: str
    """The body's key with the number of records of the whole slice."""
    pages: str
    """The body's key with the number of pages."""


class LimitOffset(Strict):
    """PostgREST: limit and offset as parameters, the total in the header Content-Range."""

    type: Literal["limit_offset"]
    page_size: int = Field(gt=0)
    order: str
    """Columns of a total order; without one, pages overlap."""


class SinglePage(Strict):
    """One request brings everything."""

    type: Literal["single"] = "single"


Paging = Annotated[PageNumber | LimitOffset | SinglePage, Field(discriminator="type")]


class Merge(Strict):
    """Keyed upsert. With `full_every_days`, a full extraction also marks what has vanished."""

    mode: Literal["merge"]
    key: list[str] = Field(min_length=1)
    watermark: str | None = None
    look_back_days: int = Field(default=1, ge=0)
    full_every_days: int | None = Field(default=None, gt=0)
    max_shrink: float = Field(default=0.1, ge=0, le=1)


class Snapshot(Strict):
    """Every run brings the whole table; what is absent gets `_deleted_at`."""

    mode: Literal["snapshot"]
    key: list[str] = Field(min_length=1)
    max_shrink: float = Field(default=0.1, ge=0, le=1)


class ReplacePartition(Strict):
    """No key exists: a whole partition (a year, a month) is replaced at once."""

    mode: Literal["replace_partition"]
    partition: str
    max_shrink: float = Field(default=0.1, ge=0, le=1)


class Append(Strict):
    """Events that are only added; repeats are recognised by `key`, or by content and occurrence where there is none."""

    mode: Literal["append"]
    key: list[str] = []


Write = Annotated[Merge | Snapshot | ReplacePartition | Append, Field(discriminator="mode")]


class Resource(Strict):
    """One table of a source."""

    title: str
    path: str = Field(pattern=r"^/")
    params: dict[str, str | int] = {}
    for_each: dict[str, str] = {}
    """Parameter (of the query, or `{name}` in the path) -> the agency's list for it; an empty list leaves it out."""
    window: Window | None = None
    write: Write
    fields: list[str] = Field(min_length=1)
    nested: list[str] = []
    """Fields that hold objects or arrays: `jsonb` in bronze."""
    optional: list[str] = []
    """Fields that the source may leave out altogether."""

    @model_validator(mode="after")
    def _names_exist(self) -> "Resource":
        known = set(self.fields) | set(self.nested)
        written = list(getattr(self.write, "key", []))
        written += [name for at in ("watermark", "partition") if (name := getattr(self.write, at, None))]
        if missing := [name for name in [*written, *self.optional] if name not in known]:
            raise ValueError(f"{missing} named under `write` or `optional`, expected among `fields` or `nested`")
        if unsure := [name for name in written if name in self.optional]:
            raise ValueError(f"{unsure} named under `write`, so expected in every record, not under `optional`")
        columns: dict[str, str] = {}
        for name in [*self.fields, *self.nested]:
            column = bronze_name(name)
            if column in columns:
                raise ValueError(f"fields {columns[column]!r} and {name!r} both become column {column!r}")
            columns[column] = name
        return self

    @model_validator(mode="after")
    def _requests_can_be_made(self) -> "Resource":
        parameters = {*self.params, *self.for_each}
        if unfilled := sorted(set(re.findall(r"{(.*?)}", self.path)) - parameters):
            raise ValueError(f"path: nothing fills {unfilled}, expected under `params` or `for_each`")
        window = {self.window.start, self.window.end} if self.window else set()
        counted = [*self.params, *self.for_each, *window]
        if twice := sorted({name for name in counted if counted.count(name) > 1}):
            raise ValueError(f"parameter {twice} is given twice, expected once in `params`, `for_each` and `window`")
        if isinstance(self.write, ReplacePartition) and (len(self.for_each) != 1 or self.window):
            raise ValueError(
                "`replace_partition` needs `for_each` with the partition's parameter alone and no `window`, "
                "so that one request brings a whole partition"
            )
        return self

    @property
    def key(self) -> list[str]:
        """The key's columns in bronze; empty where there is none."""
        return [bronze_name(name) for name in getattr(self.write, "key", [])]

    @property
    def watermark(self) -> str | None:
        """The watermark's column in bronze."""
        name = getattr(self.write, "watermark", None)
        return bronze_name(name) if name else None

    def address(self, asked: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The path with what it names filled in, and the rest of what is asked for as the query."""
        inside = {key: value for key, value in asked.items() if f"{{{key}}}" in self.path}
        return self.path.format(**inside), {key: value for key, value in asked.items() if key not in inside}


class RestResource(Resource):
    """Records of a JSON API."""

    kind: Literal["rest"]
    records: str | None = None
    """The body's key that holds the records; none = the body is the array."""
    paging: Paging = SinglePage()
    empty_status: list[int] = []
    """Statuses that mean "no rows" (PNCP: 204)."""

    @model_validator(mode="after")
    def _pages_can_be_walked(self) -> "RestResource":
        if isinstance(self.paging, PageNumber) and self.records is None:
            raise ValueError("paging by page_number needs `records`: the body holds the totals beside the records")
        if isinstance(self.paging, LimitOffset):
            ordered = {part.split(".")[0].strip() for part in self.paging.order.split(",")}
            if loose := [name for name in getattr(self.write, "key", []) if name not in ordered]:
                raise ValueError(f"paging.order lacks {loose} of the key, expected a total order: pages would overlap")
        return self


class FileResource(Resource):
    """Files to download: a ZIP with one CSV, or a CSV."""

    kind: Literal["file"]
    format: Literal["zip_csv", "csv"]
    encoding: str = "utf-8"
    delimiter: str = ","


ResourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class SourceSpec(Strict):
    """One source system."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    url: str
    domain: str
    owner: str
    licence: str
    schedule: str = Field(pattern=r"^(@\w+|\S+( \S+){4})$")
    connection: Connection
    resources: dict[ResourceName, Annotated[RestResource | FileResource, Field(discriminator="kind")]] = Field(
        min_length=1
    )

    @model_validator(mode="after")
    def _tables_can_be_named(self) -> "SourceSpec":
        if long := [name for name in self.resources if len(self.table(name)) > MAX_IDENTIFIER]:
            raise ValueError(f"{long}: <source>__<resource> is longer than {MAX_IDENTIFIER} characters. Shorten it")
        return self

    def table(self, resource: str) -> str:
        """The bronze table of a resource, without its schema."""
        return f"{self.source}__{resource}"


class UniqueKeyLoader(yaml.SafeLoader):
    """Safe YAML in which a key that comes twice is an error: the last one would win silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, if its keys differ."""
        keys = [key.value for key, _ in node.value]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise yaml.constructor.ConstructorError(None, None, f"key {', '.join(twice)} comes twice", node.start_mark)
        return super().construct_mapping(node, deep)


def load_specs(folder: Path) -> dict[str, SourceSpec]:
    """Every `<source>.yml` of a folder, by source name.

    Raises:
        ConfigError: naming each problem of each file, all at once.
    """
    specs: dict[str, SourceSpec] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            spec = SourceSpec.model_validate(yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader))  # noqa: S506
        except yaml.YAMLError as error:
            problems.append(f"{path.name}: not YAML: {' '.join(str(error).split())}")
        except ValidationError as error:
            problems += [f"{path.name}: {place(item['loc'])}: {item['msg']}" for item in error.errors()]
        else:
            if spec.source != path.stem:
                problems.append(f"{path.name}: source: found {spec.source!r}, expected the file's name {path.stem!r}")
            specs[spec.source] = spec
    if problems:
        raise ConfigError(
            "source specs:\n  " + "\n  ".join(problems) + "\nMend the files named, then `lagoa check-sources`."
        )
    if not specs:
        raise ConfigError(f"source specs: found none in {folder}, expected <source>.yml files. Restore the folder.")
    return specs


def place(location: tuple[Any, ...]) -> str:
    """A pydantic location as a dotted path, without the names of union branches."""
    branches = {
        "rest",
        "file",
        "page_number",
        "limit_offset",
        "single",
        "merge",
        "snapshot",
        "replace_partition",
        "append",
    }
    return ".".join(str(part) for part in location if part not in branches) or "file"


def load_agency(folder: Path, name: str) -> dict[str, list[str]]:
    """The lists that an agency fills the specs' `for_each` with.

    Raises:
        ConfigError: no such agency, or a value that is not a list.
    """
    path = folder / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in folder.glob("*.yml")))
        raise ConfigError(
            f"LAGOA_AGENCY: found {name!r}, expected one of: {known}. Or add {path.name} to include/agencies."
        )
    values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path.name}: found {type(values).__name__}, expected lists by name. Write `name: [a, b]`.")
    wrong = [key for key, value in values.items() if not isinstance(value, list)]
    if wrong:
        raise ConfigError(f"{path.name}: {', '.join(wrong)}: expected lists. Write `{wrong[0]}: [a, b]`.")
    return {key: [str(item) for item in value] for key, value in values.items()}
