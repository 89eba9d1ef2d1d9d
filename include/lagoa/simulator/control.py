"""The control API: editions, faults and counters, for tests and demonstrations.

GET /_simulator/health · GET, PUT /_simulator/editions · GET, PUT, DELETE /_simulator/faults ·
GET, DELETE /_simulator/requests
"""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from lagoa.errors import ConfigError
from lagoa.simulator.faults import Fault
from lagoa.simulator.world import World


def router(world: World) -> APIRouter:
    """The endpoints, mounted under /_simulator."""
    api = APIRouter(prefix="/_simulator")

    @api.get("/health")
    def health() -> dict[str, object]:
        return {
            "status": "ok",
            "data": "recorded" if world.recorded else "generated",
            "editions": {source: world.editions.current(source) for source in world.editions.available},
        }

    @api.get("/editions")
    def editions() -> dict[str, dict[str, object]]:
        return world.editions.state()

    @api.put("/editions")
    def switch(wanted: dict[str, int | str]) -> Response:
        try:
            world.editions.switch(wanted)
        except ConfigError as error:
            return JSONResponse({"detail": str(error)}, 422)
        return JSONResponse(world.editions.state())

    @api.get("/faults")
    def faults() -> list[dict[str, object]]:
        return world.faults.state()

    @api.put("/faults")
    def arm(rules: list[Fault] | Fault) -> list[dict[str, object]]:
        world.faults.arm([rules] if isinstance(rules, Fault) else rules)
        return world.faults.state()

    @api.delete("/faults", status_code=204)
    def disarm() -> None:
        world.faults.arm([])

    @api.get("/requests")
    def requests() -> dict[str, object]:
        return _counts(world)

    @api.delete("/requests", status_code=204)
    def forget() -> None:
        world.requests.clear()

    return api


def _counts(world: World) -> dict[str, object]:
    """Per source: the total, and how often each path answered each status (0 = broken off)."""
    counts: dict[str, object] = {}
    seen = sorted(world.requests.items())
    for source in world.editions.available:
        paths: dict[str, dict[str, int]] = {}
        for (name, path, status), number in seen:
            if name == source:
                paths.setdefault(path.removeprefix(f"/{source}"), {})[str(status)] = number
        counts[source] = {"total": sum(sum(path.values()) for path in paths.values()), "paths": paths}
    return counts
