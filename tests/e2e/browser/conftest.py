"""One logged-in analyst for all the browser tests."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from tests.e2e.browser.superset_page import SupersetPage, chromium


@pytest.fixture(scope="package")
def analyst(platform: Any) -> Iterator[SupersetPage]:
    """The analyst, logged in to the Superset of the running platform."""
    settings = platform.settings
    with chromium() as page:
        superset = SupersetPage(page, settings.superset_base)
        superset.log_in("analista", settings.analyst_password.get_secret_value())
        yield superset


@pytest.fixture
def gold(platform: Any) -> Iterator[psycopg2.extensions.cursor]:
    """A cursor of superset_reader: what the dashboards may read."""
    connection = psycopg2.connect(platform.settings.dsn("superset_reader"))
    with connection, connection.cursor() as cursor:
        yield cursor
    connection.close()
