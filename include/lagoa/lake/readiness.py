"""Whether a domain can be built: its bronze tables were loaded and the domains that it reads were published."""

import psycopg2

from lagoa.settings import Settings


def missing(settings: Settings, bronze: list[str], upstream: list[str]) -> list[str]:
    """The bronze tables never loaded and the domains never published, of those named; sorted."""
    connection = psycopg2.connect(settings.dsn("etl_user"), connect_timeout=10)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("select distinct source || '__' || resource from ops.loads where status = 'success'")
            loaded = {name for (name,) in cursor.fetchall()}
            cursor.execute("select distinct domain from ops.publications")
            published = {name for (name,) in cursor.fetchall()}
    finally:
        connection.close()
    return sorted(
        [f"bronze.{name}" for name in set(bronze) - loaded] + [f"gold ({name})" for name in set(upstream) - published]
    )
