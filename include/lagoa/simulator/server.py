"""The simulator as an application: settings -> World -> one router a source, the control API and a landing page."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from lagoa.settings import Settings
from lagoa.simulator import control, landing, registry
from lagoa.simulator.gate import FaultGate
from lagoa.simulator.world import World


def create_app(settings: Settings) -> FastAPI:
    """An application over generated data, or over the folder `settings.simulator_data`.

    Raises:
        ConfigError: the folder holds no recorded files.
    """
    world = World(settings)
    offered = [source for name, source in registry.simulated().items() if name in world.editions.available]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            for source in offered:
                if source.background is not None:
                    await running.enter_async_context(source.background(world))
            yield
        world.store.close()

    app = FastAPI(title="Lagoa simulator", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    for source in offered:
        app.include_router(source.router(world))
    for module in (control, landing):
        app.include_router(module.router(world))
    app.add_middleware(FaultGate, world=world)
    app.state.world = world
    return app
