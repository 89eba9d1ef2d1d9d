"""The grammar of a source: include/sources/<source>.yml -> SourceSpec, typed, unknown keys refused.

Names of fields, keys and watermarks are written as the source writes them; `bronze_name` turns them into columns.
"""

from lagoa.sources.spec.agency import Agency, load_agency, single
from lagoa.sources.spec.authentication import (
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    NoAuth,
    OAuth2Auth,
    SessionAuth,
    WsSecurityAuth,
)
from lagoa.sources.spec.base import fill, placeholders
from lagoa.sources.spec.connection import Certificate, Connection
from lagoa.sources.spec.file_resource import Blocks, FileResource, Mail
from lagoa.sources.spec.limits import RateLimit, Throttled
from lagoa.sources.spec.loading import load_specs, read_spec
from lagoa.sources.spec.paging import Cursor, LimitOffset, NextLink, OData, PageNumber, Sequence, SinglePage
from lagoa.sources.spec.parent import Parent
from lagoa.sources.spec.promises import Completeness, Sla
from lagoa.sources.spec.resource import Resource, Treatment
from lagoa.sources.spec.rest_resource import RestResource
from lagoa.sources.spec.soap_resource import SoapResource
from lagoa.sources.spec.source import AnyResource, SourceSpec
from lagoa.sources.spec.sql_resource import SqlResource
from lagoa.sources.spec.window import Window
from lagoa.sources.spec.write import Append, Merge, ReplacePartition, Snapshot, Write

__all__ = [
    "Agency",
    "AnyResource",
    "Append",
    "BasicAuth",
    "BearerAuth",
    "Blocks",
    "Certificate",
    "Completeness",
    "Connection",
    "Cursor",
    "FileResource",
    "HeaderAuth",
    "LimitOffset",
    "Mail",
    "Merge",
    "NextLink",
    "NoAuth",
    "OAuth2Auth",
    "OData",
    "PageNumber",
    "Parent",
    "RateLimit",
    "ReplacePartition",
    "Resource",
    "RestResource",
    "Sequence",
    "SessionAuth",
    "SinglePage",
    "Sla",
    "Snapshot",
    "SoapResource",
    "SourceSpec",
    "SqlResource",
    "Throttled",
    "Treatment",
    "Window",
    "Write",
    "WsSecurityAuth",
    "fill",
    "load_agency",
    "load_specs",
    "placeholders",
    "read_spec",
    "single",
]
