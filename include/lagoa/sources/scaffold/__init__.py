"""A new source's files: spec, recorded fixture and its test, quality suites, dbt source and silver stub.

name, kind, domain -> templates -> texts -> files. Alone: `lagoa new-source <name> --kind rest`.
"""

from lagoa.sources.scaffold.new_source import KINDS, NewSource, create

__all__ = ["KINDS", "NewSource", "create"]
