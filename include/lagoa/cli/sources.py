"""The `lagoa` commands on specs: check-sources, probe, new-source, reference."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from lagoa.errors import ConfigError, LagoaError
from lagoa.settings import Settings

if TYPE_CHECKING:
    from lagoa.sources.probe import Probed

console = Console()
SHOWN_CHARACTERS = 40


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("check-sources")(check_sources)
    app.command("probe")(probe)
    app.command("new-source")(new_source)
    app.command("reference")(reference)


def check_sources() -> None:
    """Validate every spec, agency and bronze suite, without network."""
    from lagoa.sources.checking import check_sources as check
    from lagoa.sources.checking import doubts

    table = Table(
        Column("source", no_wrap=True),
        "tables",
        "address",
        "auth",
        Column("secrets", overflow="fold"),
        Column("agency", overflow="fold"),
    )
    specs = check(Settings.load())
    for spec in specs.values():
        parameters = dict.fromkeys([*spec.agency_lists, *(name for _, name in spec.agency_names)])
        table.add_row(
            spec.source,
            str(len(spec.resources)),
            spec.connection.scheme,
            spec.connection.auth.type,
            "\n".join(spec.secrets),
            "\n".join(parameters),
        )
    console.print(table)
    for doubt in doubts(specs):
        console.print(doubt, markup=False)


def probe(
    source: Annotated[str, typer.Argument(help="Source, e.g. pncp.")],
    resource: Annotated[str | None, typer.Argument(help="One resource; by default each in turn.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="name=value of the request; may be repeated.")] = None,
    values: Annotated[bool, typer.Option("--values", help="Show a value of each field without personal data.")] = False,
) -> None:
    """Ask a source for one page, and show what comes beside what is declared; nothing is written."""
    from lagoa.lake.run import must_have, spec_of
    from lagoa.sources.probe import probe as ask

    settings = Settings.load()
    spec = spec_of(settings, source)
    if resource is not None:
        must_have(spec, resource)
    if param and resource is None:
        raise ConfigError(f"{source}: found --param for every resource, expected it for one. Name the resource.")
    given = dict(_pair(text) for text in param or [])
    if settings.sources == "simulator":
        console.print("The simulator is asked; for the source itself set LAGOA_SOURCES=live.", style="dim")
    if resource is not None:
        _show(f"{source}.{resource}", ask(settings, spec, resource, given), values)
        return
    failed = []
    for name in spec.in_order():
        try:
            probed = ask(settings, spec, name)
        except LagoaError as error:
            failed.append(error)
        else:
            _show(f"{source}.{name}", probed, values)
    if told := list(dict.fromkeys(map(str, failed))):
        raise failed[0] if len(told) == 1 else LagoaError("\n  ".join(["probe:", *told]))


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ConfigError(f"--param: found {text!r}, expected name=value. Correct it.")
    return name, value


def _show(subject: str, probed: "Probed", values: bool) -> None:
    asked = ", ".join(f"{key}={value}" for key, value in probed.asked.items())
    came = f"{probed.records:,} record{'' if probed.records == 1 else 's'} came"
    total = "no total announced" if probed.announced is None else f"{probed.announced:,} announced"
    told = f"[bold]{escape(subject)}[/]{escape(f' ({asked})' if asked else '')}: {came}, {total}"
    console.print(told, highlight=False, soft_wrap=True)
    if probed.records:
        console.print(_probed(probed, values))
    console.print(_verdict(probed), highlight=False, soft_wrap=True)


def _verdict(probed: "Probed") -> str:
    if not probed.records:
        return "[yellow]No record came: choose other parameters with --param.[/]"
    different = [finding for finding in probed.findings if finding.note]
    if not different:
        return "[green]Every field is as declared.[/]"
    told = ", ".join(f"{finding.name} ({finding.note})" for finding in different)
    return f"[yellow]{len(different)} of {len(probed.findings)} fields are not as declared:[/] {escape(told)}"


def _probed(probed: "Probed", values: bool) -> Table:
    headers = ["field", "declared", "seen in", "looks like", "characters", *(["a value"] if values else []), ""]
    table = Table(*headers)
    for finding in probed.findings:
        shape = finding.shape
        length = ""
        if shape and shape.seen:
            alike = shape.shortest == shape.longest
            length = f"{shape.shortest:,}" if alike else f"{shape.shortest:,}–{shape.longest:,}"
        cells = [
            finding.name,
            finding.declared + (", personal" if finding.personal else ""),
            f"{shape.seen if shape else 0:,} of {probed.records:,}",
            ", ".join(shape.kinds) if shape else "",
            length,
        ]
        if values:
            cells.append((shape.example or "")[:SHOWN_CHARACTERS] if shape and finding.may_be_shown else "")
        table.add_row(*map(escape, [*cells, finding.note]), style="yellow" if finding.note else None)
    return table


def new_source(
    name: Annotated[str, typer.Argument(help="The source's short name, e.g. siafi.")],
    kind: Annotated[str, typer.Option(help="rest, file, soap or sql.")],
    domain: Annotated[str, typer.Option(help="The domain that its tables belong to.")] = "estrutura",
    url: Annotated[str | None, typer.Option(help="The address that paths are below.")] = None,
    resource: Annotated[str, typer.Option(help="The first resource, which becomes a table.")] = "registros",
) -> None:
    """Write the files of a new source: spec, test, suites, dbt source and silver model."""
    from lagoa.reference import write
    from lagoa.sources.scaffold import NewSource, create

    home = Settings.load().home
    written = create(home, NewSource(name, kind, domain, resource, url))
    for path in [*written, *write(home)]:
        console.print(f"[green]written[/] {escape(str(path))}", highlight=False)
    console.print(
        f"\nNext: describe the source in include/sources/{name}.yml, `lagoa check-sources`; ask it with "
        f"`LAGOA_SOURCES=live lagoa probe {name}`, put what it answers into tests/specs/recorded/{name}; then its "
        f"columns into the dbt source, the silver model and the suites, and serve it in include/lagoa/simulator.",
        soft_wrap=True,
    )


def reference(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where something differs.")] = False,
) -> None:
    """Generate docs/reference/sources.md and the editors' schema from the specs and their grammar."""
    from lagoa.reference import drifted, write

    home = Settings.load().home
    if not check:
        for path in write(home):
            console.print(f"[green]written[/] {escape(str(path))}", highlight=False)
        return
    if problems := drifted(home):
        raise ConfigError("reference:\n  " + "\n  ".join(problems))
