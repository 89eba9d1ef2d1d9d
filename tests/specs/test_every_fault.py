"""Every fault of every simulated source: right and complete data, or an error that says why. None passes in silence.

For each resource a clean load is the truth. Then the fault strikes while the source is asked for everything again: what
bronze holds afterwards is the truth still, or the run failed with a message. Records that only come late
(`late_records`) may be missing meanwhile, and are back after the next run. `make test` tries every tenth pair of source
and fault, `make faults` all.
"""

import itertools
from collections.abc import Iterator

import pytest
from tests.specs.conftest import SCALE, arm, control, query, simulated_lakehouse

from lagoa.errors import LagoaError
from lagoa.lake.bronze import load
from lagoa.lake.run import extract_resource, spec_of
from lagoa.settings import Settings
from lagoa.simulator.fault_kinds import TRANSPORT
from lagoa.simulator.registry import simulated
from lagoa.sources.spec import load_specs

RUNS = itertools.count(1)
SPECS = load_specs(Settings().home / "include" / "sources")
CASES = [
    (source, fault)
    for schemes in (("https", "file", "s3", "gs", "sftp"), ("imaps",))
    for source, each in simulated().items()
    if source in SPECS and SPECS[source].connection.scheme in schemes
    for fault in sorted(each.faults)
]
OFTEN = {"once": {"times": 1}, "by chance": {"chance": 0.4, "seed": 7}, "always": {}}
truths: dict[str, dict[str, str]] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    every = metafunc.config.getoption("--every-fault", default=False)
    chosen = CASES if every else CASES[::10]
    metafunc.parametrize(("source", "fault"), chosen, ids=[f"{source} {fault}" for source, fault in chosen])


@pytest.fixture(scope="module")
def faulty(postgres: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A lakehouse and a simulator of these tests' own, at their last editions."""
    update = {"agency": "demo", "simulator_scale": SCALE}
    with simulated_lakehouse(postgres, "lagoa_faults", tmp_path_factory, **update) as settings:
        yield settings


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator's bad moments pass at once."""
    monkeypatch.setattr("lagoa.sources.connectors.rest.client.LONGEST_PAUSE_SIMULATOR", 0.02)
    monkeypatch.setattr("lagoa.sources.connectors.files.mailbox.LONGEST_PAUSE", 0.02)
    monkeypatch.setattr("lagoa.sources.connectors.soap.channel.LONGEST_PAUSE_SIMULATOR", 0.02)


def truth_of(settings: Settings, source: str) -> dict[str, str]:
    """What a clean load of each resource brings; loaded once a source."""
    if source not in truths:
        spec = spec_of(settings, source)
        for name in spec.in_order():
            assert run(settings, source, name) is None
        truths[source] = {name: digest(settings, spec.table(name)) for name in spec.resources}
    return truths[source]


def digest(settings: Settings, table: str) -> str:
    """What stands in a bronze table, whatever the load that brought it."""
    content = "(to_jsonb(t) - '_load_id' - '_run_id' - '_loaded_at' - '_row_version')::text"
    statement = (
        f"select count(*) || ' ' || coalesce(sum(hashtextextended({content}, 0)), 0) as found"
        f' from bronze."{table}" as t where _deleted_at is null'
    )
    return str(query(settings, statement)[0]["found"])


def run(settings: Settings, source: str, resource: str) -> str | None:
    """Ask for everything and load it; the message of what failed."""
    spec = spec_of(settings, source)
    try:
        manifest = extract_resource(settings, source, resource, f"fault-{next(RUNS)}", full=True)
        load(spec, manifest, settings=settings)
    except LagoaError as error:
        return str(error)
    return None


@pytest.mark.usefixtures("impatient")
def test_a_fault_ends_in_the_right_data_or_in_a_told_failure(faulty: Settings, source: str, fault: str) -> None:
    spec, truth, struck = spec_of(faulty, source), truth_of(faulty, source), 0
    names = spec.in_order()[:1] if fault in TRANSPORT else spec.in_order()
    for name in names:
        for label, plan in OFTEN.items() if name == names[0] else [("always", {})]:
            arm(faulty, {"source": source, "fault": fault, "seconds": 0.3, **plan})
            message = run(faulty, source, name)
            struck += control(faulty, "GET", "faults")[0]["struck"]
            control(faulty, "DELETE", "faults")
            after = digest(faulty, spec.table(name))
            if fault == "late_records" and message is None:
                assert run(faulty, source, name) is None
                assert digest(faulty, spec.table(name)) == truth[name], f"{label}: {name} did not recover"
            elif message is None:
                assert after == truth[name], f"{label}: {name} changed in silence"
            else:
                assert after == truth[name], f"{label}: {name} failed and changed all the same"
                assert message.startswith((source, f"bronze.{source}", "raw zone")), message
    assert struck, "the fault never struck: the simulator does not show it"
