"""What one page is asked by.

resource, the slice's parameters, what paging adds -> path, query, headers, body
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from lagoa.sources.connector import Context
from lagoa.sources.connectors.rest.paging import Asking
from lagoa.sources.spec import RestResource, placeholders


@dataclass(frozen=True)
class Request:
    """One request, below the base URL or at a link."""

    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    json: Any


class RequestMaker:
    """Makes the requests of one slice; what does not change from page to page is made once."""

    def __init__(self, context: Context, resource: RestResource, asked: Mapping[str, str]) -> None:
        self._context, self._resource = context, resource
        self._asked = context.completed(asked, resource.params)
        self._same: Request | None = None
        """What no page changes, where pages differ by the query alone."""
        self._elsewhere = _named(resource.body) | (_named(resource.params) - set(resource.params))

    def of(self, asking: Asking) -> Request:
        """The request of a page. A parameter that path, body or `params` name stands there, any other in the query."""
        if asking.link is not None:
            return Request(asking.link, {}, asking.headers, None)
        if self._same is not None:
            return replace(self._same, params={**self._same.params, **asking.params}, headers=asking.headers)
        request = self._made(asking)
        elsewhere = self._elsewhere | placeholders(self._resource.path)
        if self._resource.method == "GET" and not elsewhere & set(asking.params):
            kept = {name: value for name, value in request.params.items() if name not in asking.params}
            self._same = replace(request, params=kept)
        return request

    def _made(self, asking: Asking) -> Request:
        values = {**self._asked, **{name: str(value) for name, value in asking.params.items()}}
        path, _ = self._resource.address({name: quote(value, safe="") for name, value in values.items()})
        _, query = self._resource.address({**self._asked, **asking.params})
        query = {name: value for name, value in query.items() if name not in self._elsewhere}
        return Request(path, query, asking.headers, self._body(values, asking.body))

    def _body(self, values: Mapping[str, str], added: Mapping[str, Any]) -> Any:
        if self._resource.method == "GET":
            return None
        body = self._filled(self._resource.body or {}, values)
        for name, value in added.items():
            *outer, last = name.split(".")
            inside = body
            for key in outer:
                inside = inside.setdefault(key, {})
            inside[last] = value
        return body

    def _filled(self, value: Any, values: Mapping[str, str]) -> Any:
        """A copy with every `{name}` of its texts filled in."""
        if isinstance(value, str):
            return self._context.filled(value, values)
        if isinstance(value, dict):
            return {key: self._filled(inner, values) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner, values) for inner in value]
        return value


def _named(value: Any) -> set[str]:
    """Every `{name}` of the texts inside a value."""
    if isinstance(value, str):
        return placeholders(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for each in inner for name in _named(each)}
