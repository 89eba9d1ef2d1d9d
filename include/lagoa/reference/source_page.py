"""The shipped specs as a chapter: a section a source, a line a table."""

from collections.abc import Iterable

from lagoa.reference.markdown import anchor, code, codes, table
from lagoa.sources.spec import (
    AnyResource,
    FileResource,
    RestResource,
    SoapResource,
    SourceSpec,
    SqlResource,
)

HEADER = ("table", "what", "read by", "asked by", "key", "write", "watermark", "fresh within", "personal data")


def sources_chapter(specs: Iterable[SourceSpec]) -> str:
    """The chapter, ending with a line break."""
    every = list(specs)
    rows = [
        [f"[{spec.source}]({anchor(spec.source)})", spec.title, spec.domain, str(len(spec.resources))] for spec in every
    ]
    index = table(["source", "title", "domain", "tables"], rows)
    return "\n".join(["## The sources\n", index, "", *map(_section, every)])


def _section(spec: SourceSpec) -> str:
    facts = {
        "Owner": spec.owner,
        "Licence": spec.licence,
        "Documentation": f"<{spec.url}>",
        "Address": code(spec.connection.base_url),
        "Schedule": code(spec.schedule),
        "Authentication": _authentication(spec),
        "Secrets": codes(f"LAGOA_SECRET_{name.upper()}" for name in spec.secrets) or "none",
        "Agency parameters": codes(_parameters(spec)) or "none",
    }
    told = "\n".join(f"- {name}: {text}" for name, text in facts.items())
    rows = [_row(spec, name, each) for name, each in spec.resources.items()]
    return f"### {spec.source}\n\n{spec.title}.\n\n{told}\n\n{table(HEADER, rows)}\n"


def _authentication(spec: SourceSpec) -> str:
    kinds = {
        "none": "none",
        "header": "a key in a header",
        "bearer": "bearer token",
        "basic": "user and password",
        "oauth2": "OAuth2",
        "session": "session with login",
        "ws_security": "WS-Security",
    }
    told = kinds[spec.connection.auth.type]
    if spec.connection.certificate is None:
        return told
    return "client certificate" if told == "none" else f"{told}, client certificate"


def _parameters(spec: SourceSpec) -> list[str]:
    return list(dict.fromkeys([*spec.agency_lists, *(name for _, name in spec.agency_names)]))


def _row(spec: SourceSpec, name: str, resource: AnyResource) -> list[str]:
    write = resource.write
    partition = getattr(write, "partition", None)
    mode = f"{write.mode} {code(partition)}" if partition else write.mode
    if days := getattr(write, "full_every_days", None):
        mode += f", all every {days} days"
    watermark = getattr(write, "watermark", None)
    look_back = getattr(write, "look_back_days", 0)
    notes = [f"own schedule {code(resource.schedule)}"] if resource.schedule else []
    notes += [f"owner {resource.owner}"] if resource.owner else []
    notes += [f"licence {resource.licence}"] if resource.licence else []
    return [
        code(spec.table(name)),
        ". ".join([resource.title, *notes]),
        _reading(resource),
        _asking(resource),
        codes(resource.key_fields),
        mode,
        f"{code(watermark)}, {look_back} days back" if watermark else "",
        f"{resource.sla.freshness_hours:g} h",
        ", ".join(f"{code(field)}: {treatment}" for field, treatment in resource.personal.items()),
    ]


def _reading(resource: AnyResource) -> str:
    if isinstance(resource, FileResource):
        packed = "" if resource.archive == "none" else f" in {resource.archive}"
        where = "attachments" if resource.mail else "listed files" if resource.lists else "file"
        return f"{where}: {resource.format}{packed}"
    if isinstance(resource, SqlResource):
        return f"sql: {code(resource.table) if resource.table else 'a query'}"
    paging = resource.paging
    size = getattr(paging, "page_size", None)
    pages = "one call" if paging.type == "single" else paging.type.replace("_", " ") + (f" of {size}" if size else "")
    if isinstance(resource, SoapResource):
        return f"soap {code(resource.operation)}: {pages}"
    return f"{'rest' if isinstance(resource, RestResource) and resource.method == 'GET' else 'rest (POST)'}: {pages}"


def _asking(resource: AnyResource) -> str:
    told = [code(name) for name in resource.for_each]
    if window := resource.window:
        width = f"a {window.every}" if window.every else f"{window.max_days} days" if window.max_days else "one slice"
        told.append(f"windows of {width} from {window.first}")
    if parent := resource.parent:
        told.append(f"each row of {code(parent.resource)}" + (" that changed" if parent.only_changed else ""))
        told += [f"each row of {code(above)} that changed" for above in parent.also]
    return ", ".join(told)
