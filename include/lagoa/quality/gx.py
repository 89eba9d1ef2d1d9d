"""Great Expectations, imported without what no suite uses, and the one expectation that Lagoa adds to it.

Importing Great Expectations takes some six seconds; 40 % of that are scipy.stats and altair, which only expectations on
distributions and the charts of profiling touch. They are put off until something asks for them. Import this module only
where a checkpoint runs, never at the top of a module that a DAG file or the command line loads.
"""

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

PUT_OFF = ("scipy.stats", "altair")
ROUNDING = 1e-9
"""Of shares: 0.1 of 10 rows is a little less than one in binary."""


class _PutOff(ModuleType):
    """Stands for a module until an attribute of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def put_off(names: tuple[str, ...]) -> Iterator[None]:
    """While in the block, importing one of these modules gives a stand-in; afterwards others import the real one."""
    stand_ins = {name: _PutOff(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


with put_off(PUT_OFF):
    import great_expectations as gx
    import great_expectations.expectations as expectations
    from great_expectations.data_context.types.base import DataContextConfig, ProgressBarsConfig
    from great_expectations.expectations.metadata_types import FailureSeverity

logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells of each key of each expectation

__all__ = ["DataContextConfig", "FailureSeverity", "FewUnexpectedRows", "ProgressBarsConfig", "expectations", "gx"]


class FewUnexpectedRows(expectations.UnexpectedRowsExpectation):
    """`UnexpectedRowsExpectation` that only counts: the rows themselves, which may be personal data, are never fetched.

    It passes when at most the share `1 - mostly` of the batch's rows are unexpected.
    """

    mostly: float = 1.0
    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count", "table.row_count")
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "mostly")

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: Any = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        unexpected, total = metrics["unexpected_rows_query.row_count"], metrics["table.row_count"]
        return {
            "success": bool(unexpected <= (1 - self.mostly) * total + ROUNDING),
            "result": {"observed_value": unexpected, "unexpected_count": unexpected, "element_count": total},
        }
