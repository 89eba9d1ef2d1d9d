"""What the endpoints of PNCP's consulta API share: mandatory dates, windows of at most a year, refusals, envelope."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from fastapi import Request, Response

from lagoa.simulator.catalog import Document

MAX_WINDOW = timedelta(days=365)


class Refusal(Exception):
    """A request that the API refuses with a status and a reason."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message


def answered(request: Request, page: Callable[[], Response]) -> Response:
    """A page, or the refusal as the API tells it."""
    try:
        return page()
    except Refusal as refusal:
        body = {
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "status": refusal.status,
            "error": refusal.error,
            "message": refusal.message,
            "path": request.url.path.removeprefix("/pncp"),
        }
        return as_json(body, refusal.status)


def asked_window(request: Request, required: tuple[str, ...]) -> tuple[date, date]:
    """The days that a request asks for, once everything required is there."""
    asked = request.query_params
    missing = [name for name in required if not asked.get(name)]
    if missing:
        raise Refusal(400, "Bad Request", f"Required request parameter '{missing[0]}' is not present")
    first, last = _day(asked["dataInicial"]), _day(asked["dataFinal"])
    if first > last:
        raise Refusal(422, "Unprocessable Entity", "Data Inicial deve ser anterior ou igual à Data Final")
    if last - first > MAX_WINDOW:
        raise Refusal(422, "Unprocessable Entity", "Período inicial e final maior que 365 dias.")
    return first, last


def asked_page(request: Request, sizes: range) -> tuple[int, int]:
    """The page's number and size."""
    asked = request.query_params
    number, size = whole(asked["pagina"], "pagina"), whole(asked.get("tamanhoPagina", "10"), "tamanhoPagina")
    if number < 1:
        raise Refusal(400, "Bad Request", "Página inválida")
    if size not in sizes:
        raise Refusal(400, "Bad Request", "Tamanho de página inválido")
    return number, size


def enveloped(records: list[Document], total: int, number: int, size: int) -> Response:
    """A page in its envelope."""
    pages = -(-total // size)
    return as_json(
        {
            "data": records,
            "totalRegistros": total,
            "totalPaginas": pages,
            "numeroPagina": number,
            "paginasRestantes": pages - number,
            "empty": not records,
        }
    )


def whole(text: str, name: str) -> int:
    """A number of a parameter."""
    if not text.isdecimal():
        raise Refusal(400, "Bad Request", f"Valor inválido para o parâmetro '{name}'")
    return int(text)


def as_json(body: Document, status: int = 200) -> Response:
    """JSON as Java writes it."""
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), status, media_type="application/json"
    )


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        raise Refusal(422, "Unprocessable Entity", f"Data inválida: {text[:20]}. Formato esperado: yyyyMMdd") from None
