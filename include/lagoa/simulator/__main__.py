"""Run the simulator: `python -m lagoa.simulator`, on LAGOA_SIMULATOR_PORT of this machine."""

import uvicorn

from lagoa.settings import Settings
from lagoa.simulator.server import create_app


def main() -> None:
    """Serve until stopped."""
    settings = Settings.load()
    uvicorn.run(
        create_app(settings),
        host=settings.simulator_host,
        port=settings.simulator_port,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
