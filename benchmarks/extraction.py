"""How fast pages are extracted: lagoa.sources.extract against a bare loop that only downloads them.

    a process that serves canned pages of 50 records like PNCP's
        -> extract() into a raw zone, whole and counted
        -> httpx.Client.get(…).content in as many threads

The two in turn; every ratio is of rates measured in this run. Alone: `python -m benchmarks.extraction`.
"""

import argparse
import asyncio
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.limits import Limit, hold
from lagoa.lake.state import ResourceState
from lagoa.platform.ports import free_port
from lagoa.settings import Settings
from lagoa.sources.extract import extract
from lagoa.sources.spec import RestResource, SourceSpec, load_specs

PAGE_SIZE = 50
CONCURRENCY = 4
GOAL = 0.8
MARK = b"@@@@@@"
"""Stands in a canned page for its number, so that no two records have one key."""


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5, help="of each way, in turn; the medians count")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--serve", nargs=2, type=int, metavar=("PORT", "PAGES"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(*arguments.serve))
        return
    pages = arguments.pages
    ours: list[float] = []
    bare: list[float] = []
    with server(pages) as url, tempfile.TemporaryDirectory(prefix="lagoa-bench-") as folder:
        for number in range(arguments.repeats):
            bare.append(pages / bare_loop(url, pages))
            ours.append(pages / extraction(url, pages, Path(folder), f"run-{number}"))
    ratios = [mine / theirs for mine, theirs in zip(ours, bare, strict=True)]
    table = Table(
        "way", "pages/s", "of the bare loop", title=f"{pages:,} pages x {PAGE_SIZE} records, {CONCURRENCY} at once"
    )
    table.add_row("bare httpx loop, bodies only", f"{statistics.median(bare):,.0f}", "1.00")
    table.add_row(
        "lagoa.sources.extract, to a raw zone", f"{statistics.median(ours):,.0f}", f"{statistics.median(ratios):.2f}"
    )
    console = Console()
    console.print(table)
    console.print(f"each repeat: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"bare": bare, "lagoa": ours, "ratios": ratios}), encoding="utf-8")
    hold(Limit("extraction, of the bare loop", statistics.median(ratios), lowest=GOAL))


def bare_loop(url: str, pages: int) -> float:
    """Seconds of downloading all pages, as anybody would write it."""
    limits = httpx.Limits(max_connections=CONCURRENCY)
    with httpx.Client(limits=limits, trust_env=False) as client, ThreadPoolExecutor(CONCURRENCY) as pool:

        def get(number: int) -> int:
            params = {"pagina": number, "tamanhoPagina": PAGE_SIZE}
            return len(client.get(f"{url}/bench/api/contratacoes", params=params).raise_for_status().content)

        began = time.perf_counter()
        total = sum(pool.map(get, range(1, pages + 1)))
        seconds = time.perf_counter() - began
    if total < pages * 1000:
        raise SystemExit(f"extraction: the server gave {total} bytes for {pages} pages")
    return seconds


def extraction(url: str, pages: int, folder: Path, run_id: str) -> float:
    """Seconds of extracting all pages into a raw zone, checked to be whole."""
    settings = Settings(state_dir=folder, simulator_url=url, sources="simulator")
    began = time.perf_counter()
    manifest = extract(spec(), "contratacoes", run_id, settings=settings, agency={}, state=ResourceState())
    seconds = time.perf_counter() - began
    if manifest.received != pages * PAGE_SIZE or sum(part.rows for part in manifest.parts) != pages * PAGE_SIZE:
        raise SystemExit(f"extraction: received {manifest.received} records, expected {pages * PAGE_SIZE}")
    for part in manifest.parts:
        Path(part.path).unlink()
    return seconds


@cache
def spec() -> SourceSpec:
    """A source with the fields and the paging of PNCP's contratacoes."""
    pncp = load_specs(Settings().home / "include" / "sources")["pncp"]
    resource = pncp.resources["contratacoes"]
    kept = resource.model_copy(update={"path": "/contratacoes", "for_each": {}, "window": None})
    connection = pncp.connection.model_copy(
        update={"base_url": "https://example.org/api", "concurrency": CONCURRENCY, "requests_per_minute": None}
    )
    return pncp.model_copy(update={"source": "bench", "connection": connection, "resources": {"contratacoes": kept}})


@contextmanager
def server(pages: int) -> Iterator[str]:
    """The address of a process that serves so many pages."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.extraction", "--serve", str(port), str(pages)])
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            try:
                httpx.get(f"{url}/?pagina=1", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                break
        else:
            raise SystemExit("extraction: the server of canned pages did not start, see above")
        yield url
    finally:
        process.terminate()
        process.wait()


async def serve(port: int, pages: int) -> None:
    """Answer every request with the canned page of its `pagina`."""
    body = page(pages)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    class Canned(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport, self.waiting = transport, b""

        def data_received(self, data: bytes) -> None:
            self.waiting += data
            while b"\r\n\r\n" in self.waiting:
                request, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
                target = request.split(b" ", 2)[1].decode()
                number = int(parse_qs(target.partition("?")[2])["pagina"][0])
                self.transport.write(head + body.replace(MARK, b"%06d" % number))  # type: ignore[attr-defined]

    running = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", port)
    await running.serve_forever()


def page(pages: int) -> bytes:
    """One page, in the shape that PNCP answers in."""
    envelope = {
        "data": [record(number) for number in range(PAGE_SIZE)],
        "totalRegistros": pages * PAGE_SIZE,
        "totalPaginas": pages,
        "numeroPagina": 1,
        "paginasRestantes": 0,
        "empty": False,
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def record(number: int) -> dict[str, object]:
    """A contratação with texts as long as real ones."""
    when = (dt.datetime(2026, 1, 2, 8) + dt.timedelta(minutes=number)).isoformat()
    cnpj = f"{42498733000148 + number % 7}"
    link = f"https://cnetmobile.estaleiro.serpro.gov.br/comprasnet-web/public/landing?compra=986001059{number:08d}2025"
    known: dict[str, object] = {
        "numeroControlePNCP": f"{cnpj}-1-{MARK.decode()}{number:02d}/2025",
        "anoCompra": 2025,
        "sequencialCompra": 2561 + number,
        "numeroCompra": f"{90853 + number}",
        "processo": f"0220000{number:04d}202570",
        "objetoCompra": f"Prestação de serviços comuns de engenharia e arquitetura, lote {number}, para apoio à "
        "Secretaria Especial de Ação Comunitária, com levantamento cadastral, projeto e obras",
        "informacaoComplementar": f"Processo Administrativo nº COM-PRO-2025/{number:05d}. Para as respostas de "
        f"esclarecimentos e impugnações deste edital acesse o link: {link}",
        "modalidadeId": 6,
        "modalidadeNome": "Pregão - Eletrônico",
        "modoDisputaId": 3,
        "modoDisputaNome": "Aberto-Fechado",
        "situacaoCompraId": 1 + number % 4,
        "situacaoCompraNome": "Divulgada no PNCP",
        "tipoInstrumentoConvocatorioCodigo": 1,
        "tipoInstrumentoConvocatorioNome": "Edital",
        "srp": number % 3 == 0,
        "valorTotalEstimado": 6781966.35 + number,
        "valorTotalHomologado": None if number % 2 else 6512.1 + number,
        "dataInclusao": when,
        "dataPublicacaoPncp": when,
        "dataAtualizacao": when,
        "dataAtualizacaoGlobal": when,
        "dataAberturaProposta": when,
        "dataEncerramentoProposta": when,
        "linkSistemaOrigem": link,
        "linkProcessoEletronico": None,
        "justificativaPresencial": None,
        "usuarioNome": "Compras.gov.br",
        "emendaParlamentar": None,
        "amparoLegal": {
            "codigo": 1 + number % 5,
            "nome": "Lei 14.133/2021, Art. 28, I",
            "descricao": "pregão: modalidade de licitação obrigatória para aquisição de bens e serviços comuns",
        },
        "orgaoEntidade": {
            "cnpj": cnpj,
            "razaoSocial": f"MUNICIPIO DE RIO DE JANEIRO {number % 7}",
            "poderId": "N",
            "esferaId": "M",
        },
        "unidadeOrgao": {
            "ufNome": "Rio de Janeiro",
            "ufSigla": "RJ",
            "municipioNome": "Rio de Janeiro",
            "codigoIbge": "3304557",
            "codigoUnidade": f"{986001 + number % 20}",
            "nomeUnidade": f"PREFEITURA MUNICIPAL DO RIO DE JANEIRO - RJ {number % 20}",
        },
        "orgaoSubRogado": None,
        "unidadeSubRogada": None,
        "fontesOrcamentarias": [],
    }
    resource = spec().resources["contratacoes"]
    if not isinstance(resource, RestResource):
        raise SystemExit("extraction: PNCP's contratacoes are no REST resource any more")
    return {name: known.get(name, "") for name in [*resource.fields, *resource.nested]}


if __name__ == "__main__":
    main()
