"""What is generated from the specs and their grammar, and checked in: the schema of the editors, the reference pages.

models and specs -> texts -> docs/reference. Alone: `lagoa reference`, or `python -m lagoa.reference --check`.
"""

from lagoa.reference.files import drifted, generated, write

__all__ = ["drifted", "generated", "write"]
