"""The simulator as an application: settings -> World -> one router a source, the control API and a landing page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from lagoa.settings import Settings
from lagoa.simulator import bcb, control, ibge, landing, pncp, portal_transparencia, transferegov
from lagoa.simulator.gate import FaultGate
from lagoa.simulator.world import World


def create_app(settings: Settings) -> FastAPI:
    """An application over generated data, or over the folder `settings.simulator_data`.

    Raises:
        ConfigError: the folder holds no recorded files.
    """
    world = World(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        world.store.close()

    app = FastAPI(title="Lagoa simulator", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    for module in (portal_transparencia, pncp, transferegov, ibge, bcb, control, landing):
        app.include_router(module.router(world))
    app.add_middleware(FaultGate, world=world)
    app.state.world = world
    return app
