"""Data Docs that need no network: Great Expectations' pages without their remote scripts and styles, and an index.

The pages that Great Expectations renders load a dozen files from content delivery networks, and without them its
index is empty. Public agencies often cannot reach those, and nobody should learn from them who looks at what: the
remote parts are taken out, a small style sheet is put in, and the index is written here from the stored results.
"""

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lagoa.quality.observed import number

STYLE = """<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1200px; padding: 1.5rem; }
h1 { font-size: 1.4rem; } h4, h5, h6 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 1rem; }
th, td { border-bottom: 1px solid #8884; padding: .35rem .6rem; text-align: left; vertical-align: top; }
.fa-check-circle::before, .ok::before { color: #18794e; content: "✔ "; }
.fa-times::before, .fa-exclamation-triangle::before, .critical::before { color: #cd2b31; content: "✘ "; }
.warning::before { color: #ad5700; content: "⚠ "; } .info::before { color: #0b68cb; content: "ℹ "; }
ol.breadcrumb, ol.ge-breadcrumbs-item { list-style: none; padding: 0; }
footer, nav img, .navbar-brand, [id^="ge-cta"], .sticky > .mb-3, a[data-toggle="collapse"] { display: none; }
pre, code { white-space: pre-wrap; }
</style>"""
REMOTE = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*https?://[^>]*>|<img\b[^>]*https?://[^>]*>|<footer\b.*?</footer>", re.DOTALL
)
VERDICTS = {"critical": "reprovada", "warning": "com alerta", "info": "com aviso", "ok": "aprovada"}


@dataclass(frozen=True)
class _Row:
    """One line of the index."""

    name: str
    time: str
    page: str
    checks: int
    failed: int
    worst: str


def finish_site(folder: Path) -> None:
    """Make the new pages self-contained and write the index.

    Args:
        folder: holds `validations` (results) and `data_docs` (the site).
    """
    site = folder / "data_docs"
    for page in site.glob("validations/**/*.html"):
        text = page.read_text(encoding="utf-8")
        if STYLE not in text:
            page.write_text(REMOTE.sub("", text).replace("</head>", f"{STYLE}</head>", 1), encoding="utf-8")
    rows = [row for path in folder.glob("validations/**/*.json") if (row := _row(path, folder))]
    draft = site / ".index.html"
    draft.write_text(_index(rows), encoding="utf-8")
    draft.replace(site / "index.html")


def _row(path: Path, folder: Path) -> _Row | None:
    """The line of a result; None of one that another gate is writing, or was killed in writing."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    failed = [_severity(result) for result in stored["results"] if not result["success"]]
    worst = next((severity for severity in ("critical", "warning", "info") if severity in failed), "ok")
    return _Row(
        name=stored["suite_name"],
        time=path.parent.name,
        page=str(path.relative_to(folder).with_suffix(".html")),
        checks=len(stored["results"]),
        failed=len(failed),
        worst=worst,
    )


def _severity(result: dict[str, Any]) -> str:
    """The severity of a failure; what could not be evaluated is critical, as in the gate."""
    info = result.get("exception_info") or {}
    nested = [info] if "raised_exception" in info else info.values()
    return "critical" if any(item["raised_exception"] for item in nested) else result["expectation_config"]["severity"]


def _index(rows: list[_Row]) -> str:
    lines = [
        f'<tr><td>{html.escape(row.name)}</td><td><a href="{html.escape(row.page)}">{_when(row.time)}</a></td>'
        f"<td>{number(row.checks)}</td><td>{number(row.failed)}</td>"
        f'<td class="{row.worst}">{VERDICTS[row.worst]}</td></tr>'
        for row in sorted(sorted(rows, key=lambda row: row.time, reverse=True), key=lambda row: row.name)
    ]
    return (
        '<!doctype html><html lang="pt-BR"><head><meta charset="utf-8"><title>Lagoa: qualidade dos dados</title>'
        f"{STYLE}</head><body><h1>Qualidade dos dados</h1><p>As últimas verificações de cada tabela (horário UTC); o"
        " histórico está em <code>ops.quality_results</code>.</p><table><thead><tr><th>Tabela</th><th>Quando</th>"
        "<th>Verificações</th><th>Falhas</th><th>Resultado</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></body></html>\n"
    )


def _when(time: str) -> str:
    """20261120T085511.905103Z as 20/11/2026 08:55:11."""
    return f"{time[6:8]}/{time[4:6]}/{time[:4]} {time[9:11]}:{time[11:13]}:{time[13:15]}"
