"""The connectors: one for each `kind` of the grammar. A further one is a class and a line here."""

from importlib import import_module

from lagoa.sources.connector import Connector, Context

CONNECTORS = {
    "rest": "lagoa.sources.connectors.rest:RestConnector",
    "file": "lagoa.sources.connectors.files:FileConnector",
    "soap": "lagoa.sources.connectors.soap:SoapConnector",
    "sql": "lagoa.sources.connectors.sql:SqlConnector",
}
"""Kind -> module and class, imported when it is first used."""


def connect(context: Context) -> Connector:
    """The connector of a resource, to be used as a context manager."""
    module, name = CONNECTORS[context.resource.kind].split(":")
    connector: Connector = getattr(import_module(module), name)(context)
    return connector
