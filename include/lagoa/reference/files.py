"""The files that are generated, and whether what is checked in still equals them."""

import json
from pathlib import Path

from lagoa.reference.grammar_page import grammar_chapter
from lagoa.reference.schema import editor_schema
from lagoa.reference.source_page import sources_chapter
from lagoa.sources.spec import load_specs

FOLDER = Path("docs") / "reference"
SCHEMA = FOLDER / "source.schema.json"
PAGE = FOLDER / "sources.md"
EDITOR_LINE = "# yaml-language-server: $schema=../../docs/reference/source.schema.json"
"""The first line of every spec: editors complete and check what follows by the schema."""
TITLE = """\
# Sources

What a spec may say, and what the shipped ones say. Generated from `include/lagoa/sources/spec` and `include/sources` by
`lagoa reference`; `make check` fails where it differs.

- [The grammar](#the-grammar)
- [The sources](#the-sources)
"""


def generated(home: Path) -> dict[Path, str]:
    """Every generated file, below the project's folder, with its text.

    Raises:
        ConfigError: a spec is wrong.
    """
    specs = load_specs(home / "include" / "sources")
    return {
        SCHEMA: json.dumps(editor_schema(), ensure_ascii=False, indent=2) + "\n",
        PAGE: "\n".join([TITLE, grammar_chapter(), sources_chapter(specs.values())]),
    }


def write(home: Path) -> list[Path]:
    """Write those that differ, and the editors' line of each spec; gives what was written."""
    written = []
    for path, text in generated(home).items():
        if _read(home / path) != text:
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text, encoding="utf-8")
            written.append(path)
    for spec in _without_line(home):
        text = spec.read_text(encoding="utf-8")
        spec.write_text(f"{EDITOR_LINE}\n{text}", encoding="utf-8")
        written.append(spec.relative_to(home))
    return written


def drifted(home: Path) -> list[str]:
    """A line for each file that is not as it would be generated."""
    remedy = "Run `lagoa reference`."
    problems = [
        f"{path}: found another text or none, expected what the specs say. {remedy}"
        for path, text in generated(home).items()
        if _read(home / path) != text
    ]
    return problems + [
        f"{spec.relative_to(home)}:1: found no line for editors, expected `{EDITOR_LINE}`. {remedy}"
        for spec in _without_line(home)
    ]


def _without_line(home: Path) -> list[Path]:
    specs = sorted((home / "include" / "sources").glob("*.yml"))
    return [spec for spec in specs if not spec.read_text(encoding="utf-8").startswith(EDITOR_LINE + "\n")]


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
