"""Whatever is killed in the middle of an ingestion, bronze ends as if nothing had happened.

`make test` does one ingestion with four kills; `make chaos` does fifteen, with sixty. Every other one goes
upon an earlier edition: merges, restatements and rows that vanished.
"""

from collections.abc import Callable

import pytest
from tests.chaos.harness import TARGETS, Disturbance, Laboratory, Undisturbed

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(1800)]

SPAN = 0.6
"""The kills fall within this share of the time that the ingestions take undisturbed."""


def test_bronze_is_as_after_an_undisturbed_run(
    laboratory: Laboratory, undisturbed: Callable[[bool], Undisturbed], seed: int
) -> None:
    with_first_edition = bool(seed % 2)
    expected = undisturbed(with_first_edition)
    disturbance = Disturbance(seed, SPAN * expected.seconds)
    laboratory.start_over(with_first_edition=with_first_edition)

    laboratory.ingest(disturbance)

    assert {kill.target for kill in disturbance.done if kill.pid} == set(TARGETS)
    assert laboratory.digests() == expected.bronze
    assert laboratory.unfinished_loads(1 + with_first_edition) == []
