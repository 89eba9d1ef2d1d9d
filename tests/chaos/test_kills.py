"""Whatever is killed in the middle of an ingestion, bronze ends as if nothing had happened.

`make test` does one ingestion with four kills; `make chaos` does fifteen, with sixty.
"""

import pytest
from tests.chaos.harness import TARGETS, Disturbance, Laboratory, Undisturbed

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(900)]

SPAN = 0.8
"""The kills fall within this share of the time that the ingestions take undisturbed."""


def test_bronze_is_as_after_an_undisturbed_run(laboratory: Laboratory, undisturbed: Undisturbed, seed: int) -> None:
    disturbance = Disturbance(seed, SPAN * undisturbed.seconds)
    laboratory.start_over()

    laboratory.ingest(disturbance)

    assert {kill.target for kill in disturbance.done if kill.pid} == set(TARGETS)
    assert laboratory.digests() == undisturbed.bronze
    assert laboratory.unfinished_loads() == []
