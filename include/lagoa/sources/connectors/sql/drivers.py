"""The Python packages that speak to databases: a spec's address -> the driver, or which package is missing.

PostgreSQL, MySQL and SQLite come with Lagoa. Of the others each installation adds what it needs.
"""

from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError

from lagoa.errors import ConfigError

DRIVERS = {
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
}
"""Where the spec names none."""
PACKAGES = {
    "duckdb": "duckdb-engine",
    "mysql+mysqldb": "mysqlclient",
    "oracle+cx_oracle": "cx_Oracle",
}
"""The package of a driver that is not called as the driver is."""


def with_driver(url: URL, subject: str) -> URL:
    """The address with the driver that is meant.

    Raises:
        ConfigError: another driver for Postgres than the one that gives values as they are written.
    """
    if url.get_backend_name() == "postgresql" and url.drivername not in ("postgresql", DRIVERS["postgresql"]):
        raise ConfigError(
            f"{subject}: connection.base_url: found {url.drivername}://, expected postgresql://: of Postgres only "
            "psycopg2 gives every value as it is written. Correct it."
        )
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def missing(url: URL, error: Exception, subject: str) -> ConfigError:
    """What is told where a driver is not installed: which package has it."""
    name = url.drivername
    driver = name.partition("+")[2] or name
    if isinstance(error, NoSuchModuleError) and name not in PACKAGES:
        known = ", ".join(DRIVERS.values())
        return ConfigError(
            f"{subject}: connection.base_url: found {name}://, a driver that SQLAlchemy does not know, expected one "
            f"such as {known}. Correct it, or install the package that has it."
        )
    return ConfigError(
        f"{subject}: connection.base_url: found {name}://, whose driver is not installed, expected the package "
        f"{PACKAGES.get(name, driver)}. Add it to requirements.in, then `make lock` and `make setup`."
    )
