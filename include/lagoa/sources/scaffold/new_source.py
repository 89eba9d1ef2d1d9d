"""Which files a new source has, and what stands in them."""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal, get_args

from lagoa.errors import ConfigError
from lagoa.lake.naming import MAX_IDENTIFIER
from lagoa.sources.checking import UNKNOWN_DOMAIN, agency_problems, domains_of
from lagoa.sources.spec import load_specs
from lagoa.sources.spec.base import listed, meant
from lagoa.sources.spec.loading import parse_spec
from lagoa.sources.spec.source import SCHEMES

Kind = Literal["rest", "file", "soap", "sql"]
KINDS: tuple[str, ...] = get_args(Kind)
SPECS = Path("include/sources")
TEMPLATES = Path(__file__).parent / "templates"
NAME = re.compile(r"[a-z][a-z0-9_]*")
RECORDED = {"rest": "json", "file": "csv", "soap": "xml", "sql": "csv"}
"""Kind -> the ending of its recorded fixture."""
ADDRESSES = {
    "rest": "https://api.example.org/v1",
    "file": "https://dados.example.org",
    "soap": "https://servicos.example.org",
    "sql": "postgresql+psycopg2://banco.example.org/base",
}


@dataclass(frozen=True)
class NewSource:
    """What a new source is told by."""

    name: str
    kind: str
    domain: str
    resource: str = "registros"
    url: str | None = None

    @property
    def table(self) -> str:
        """Of bronze."""
        return f"{self.name}__{self.resource}"

    @property
    def model(self) -> str:
        """The silver table."""
        return f"{self.name}_{self.resource}"

    @property
    def template(self) -> str:
        """What its spec and its test are made of: a mailbox is read in another way than other files."""
        return "mail" if self.kind == "file" and (self.url or "").startswith("imaps://") else self.kind

    @property
    def address(self) -> str:
        """Of the connection; a database's without user and password gets the names of both."""
        url = (self.url or ADDRESSES[self.kind]).rstrip("/")
        scheme, _, rest = url.partition("://")
        if self.kind == "sql" and "@" not in rest and not scheme.startswith(("sqlite", "duckdb")):
            return f"{scheme}://{{secret:{self.name}_user}}:{{secret:{self.name}_password}}@{rest}"
        return url

    def problems(self, domains: list[str]) -> list[str]:
        """Why it cannot be written."""
        found = []
        for what, text in (("the name", self.name), ("--resource", self.resource)):
            if not NAME.fullmatch(text):
                found.append(
                    f"{what}: found {text!r}, expected a name of small letters, digits and _ that begins with a letter."
                )
        if self.kind not in KINDS:
            found.append(
                f"--kind: found {self.kind!r}, expected one of: {', '.join(KINDS)}. "
                f"{meant(self.kind, KINDS, 'Choose one.')}"
            )
        elif self.url is not None and self.url.partition("://")[0].partition("+")[0] not in SCHEMES[self.kind]:
            found.append(
                f"--url: found {self.url!r}, expected an address of one of: {', '.join(SCHEMES[self.kind])}. "
                "Correct it."
            )
        if self.domain not in domains:
            found.append(
                f"--domain: found {self.domain!r}, expected one of: {listed(domains)}. "
                + meant(self.domain, domains, UNKNOWN_DOMAIN)
            )
        if len(self.table) > MAX_IDENTIFIER:
            found.append(
                f"the table {self.table}: found {len(self.table)} characters, expected {MAX_IDENTIFIER} at most."
            )
        return found


def create(home: Path, new: NewSource) -> list[Path]:
    """Write the files of a new source.

    Args:
        home: the project's folder.
        new: what it is called and where it belongs.

    Returns:
        The files, below the project's folder.

    Raises:
        ConfigError: a name or an address that cannot be, a file that is there already, or specs that are wrong without
            the new one; then nothing was written.
    """
    problems = new.problems(domains_of(home))
    if problems:
        raise ConfigError("new-source:\n  " + "\n  ".join(problems))
    files = texts_of(new)
    _check_spec(home, new, files)
    if there := [str(path) for path in files if (home / path).exists()]:
        raise ConfigError(
            f"new-source: found {', '.join(there)}, expected none of the files of {new.name!r}. "
            "Choose another name, or remove them."
        )
    for path, text in files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")
    return list(files)


def _check_spec(home: Path, new: NewSource, files: dict[Path, str]) -> None:
    """Hold the spec that is to be written against the grammar, the other specs and the agencies."""
    path = SPECS / f"{new.name}.yml"
    spec, wrong = parse_spec(files[path], new.name)
    problems = [text for _, text in wrong]
    if spec is not None:
        others = load_specs(home / SPECS)
        taken = {each.table(name): each.source for each in others.values() for name in each.resources}
        if (other := taken.get(new.table, new.name)) != new.name:
            problems.append(f"the table {new.table}: found it in {other}, too, expected one source a table.")
        agencies = home / "include" / "agencies"
        without = set(agency_problems(agencies, others))
        problems += [text for text in agency_problems(agencies, others | {new.name: spec}) if text not in without]
    if problems:
        raise ConfigError(
            "\n  ".join(["new-source:", *problems, "Nothing was written: choose another address or name."])
        )


def texts_of(new: NewSource) -> dict[Path, str]:
    """Every file of a new source, with its text."""
    specs, quality = Path("tests/specs"), Path("include/quality")
    silver = Path("dbt_project/models/silver") / new.domain
    recorded = specs / "recorded" / new.name
    files = {
        SPECS / f"{new.name}.yml": f"spec_{new.template}.yml",
        specs / f"test_{new.name}.py": f"test_{new.template}.py",
        recorded / f"{new.resource}.{RECORDED[new.kind]}": f"recorded_{new.kind}.{RECORDED[new.kind]}",
        quality / "bronze" / f"{new.table}.yml": "bronze_suite.yml",
        silver / f"_source_{new.name}.yml": "dbt_source.yml",
        silver / f"silver__{new.model}.sql": "silver.sql",
        silver / f"silver__{new.model}.yml": "silver.yml",
        quality / "silver" / f"{new.model}.yml": "silver_suite.yml",
    }
    if new.kind == "soap":
        files[recorded / "servico.wsdl"] = "recorded_soap.wsdl"
    return {path: _filled(template, new) for path, template in files.items()}


def _filled(template: str, new: NewSource) -> str:
    amount = '{{ brazilian_decimal("valor") }}' if new.kind == "file" else "cast(valor as numeric(18, 2))"
    values = {
        "name": new.name,
        "resource": new.resource,
        "kind": new.kind,
        "domain": new.domain,
        "table": new.table,
        "model": new.model,
        "address": new.address,
        "host": new.address.partition("://")[2].rpartition("@")[2].partition("/")[0] or new.name,
        "amount": amount,
    }
    return Template((TEMPLATES / f"{template}.template").read_text(encoding="utf-8")).substitute(values)
