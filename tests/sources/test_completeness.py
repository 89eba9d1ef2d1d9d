"""A run that lacks more than its spec allows fails, and says what is missing."""

from typing import Any

import pytest
from tests.sources.fake_source import spec_of

from lagoa.errors import ContractError, LagoaError, TransientSourceError
from lagoa.lake.manifest import Slice
from lagoa.sources.completeness import childless_parents, must_be_complete
from lagoa.sources.spec import Completeness, Parent, SourceSpec

PARENT = Parent(resource="pais", fields={"pai": "id"})


def resource(parent: Parent | None = None, **allowed: float) -> Any:
    return (
        spec_of({}).resources["linhas"].model_copy(update={"completeness": Completeness(**allowed), "parent": parent})
    )


def got(received: int, announced: int | None = None, missing: int = 0, absent: bool = False, **asked: str) -> Slice:
    return Slice(asked=asked, announced=announced, received=received, missing=missing, absent=absent)


def refused(resource: Any, *slices: Slice) -> tuple[type[LagoaError], str]:
    with pytest.raises(LagoaError) as error:
        must_be_complete(resource, slices, "fonte.linhas")
    return error.type, str(error.value)


END = "Nothing was loaded. Try again; if it stays, see the source."


def test_what_is_whole_passes() -> None:
    must_be_complete(resource(), [], "fonte.linhas")
    must_be_complete(resource(), [got(3, 3), got(0, None), got(5, 4)], "fonte.linhas")


def test_records_that_were_announced_and_did_not_come_are_counted_slice_by_slice() -> None:
    assert refused(resource(tolerance=0.1), got(8, 10), got(12, 9)) == (
        TransientSourceError,
        f"fonte.linhas: 2 of 19 records announced did not come, expected at most 10.00%. {END}",
    )
    must_be_complete(resource(tolerance=0.1), [got(8, 10), got(10, 10)], "fonte.linhas")


def test_files_that_are_not_published_are_named() -> None:
    slices = [got(1, ano="2024"), got(0, absent=True, ano="2025"), got(0, absent=True, ano="2026")]
    assert refused(resource(absent=0.5), *slices) == (
        ContractError,
        f"fonte.linhas: 2 of 3 are not published (ano=2025, ano=2026), expected at most 50.00%. {END}",
    )
    must_be_complete(resource(absent=0.67), slices, "fonte.linhas")


def test_parents_without_children_are_counted_over_all_their_slices() -> None:
    slices = [got(0, pai="1", ano="1"), got(2, pai="1", ano="2"), got(0, pai="2", ano="1"), got(0, pai="2", ano="2")]
    assert childless_parents(resource(PARENT), slices) == ["pai=2"]
    assert refused(resource(PARENT, childless=0), *slices) == (
        ContractError,
        f"fonte.linhas: 1 of 2 parents have no record (pai=2), expected at most 0.00%. {END}",
    )
    must_be_complete(resource(PARENT), slices, "fonte.linhas")
    assert childless_parents(resource(), slices) is None


def test_few_parents_without_children_prove_nothing_unless_none_may_be_so() -> None:
    slices = [got(1, pai="0"), *(got(0, pai=str(number)) for number in range(1, 5))]
    assert refused(resource(PARENT, childless=0.7), *slices) == (
        ContractError,
        "fonte.linhas: 4 of 5 parents have no record (pai=1, pai=2, pai=3, pai=4), expected at most 70.00%. " + END,
    )
    must_be_complete(resource(PARENT, childless=0.8), slices, "fonte.linhas")
    must_be_complete(resource(PARENT, childless=0.7), slices[2:], "fonte.linhas")
    refused(resource(PARENT, childless=0), *slices[2:])


RARE = {"contratos.terceirizados"}
"""Children that most parents do not have."""


def test_parents_that_all_have_nothing_fail_every_shipped_source(shipped: dict[str, SourceSpec]) -> None:
    tried = []
    for source, spec in shipped.items():
        for name, each in spec.resources.items():
            if each.parent is None or f"{source}.{name}" in RARE:
                continue
            slices = [got(0, **dict.fromkeys(each.parent.fields, str(number))) for number in range(5)]
            assert "5 of 5 parents have no record" in refused(each, *slices)[1]
            tried.append(name)
    assert {"empenhos", "nota_credito", "fornecedor", "servidores"} <= set(tried)


def test_of_many_childless_parents_some_are_named() -> None:
    slices = [got(0, pai=str(number)) for number in range(8)]
    _, message = refused(resource(PARENT, childless=0), *slices)
    assert "8 of 8 parents have no record (pai=0, pai=1, pai=2, pai=3, pai=4 and 3 more)" in message


def test_gaps_of_a_sequence_are_a_share_of_its_numbers() -> None:
    slices = [got(97, missing=3, ug="1"), got(100, ug="2")]
    assert refused(resource(gaps=0.01), *slices) == (
        ContractError,
        f"fonte.linhas: 3 of 200 numbers of the sequence are missing (ug=1: 3), expected at most 1.00%. {END}",
    )
    must_be_complete(resource(gaps=0.015), slices, "fonte.linhas")


def test_all_that_is_missing_is_told_at_once() -> None:
    kind, message = refused(resource(PARENT, childless=0), got(0, 4, pai="1"), got(1, missing=1, absent=True, pai="2"))
    assert kind is TransientSourceError
    assert [part in message for part in ("4 of 4 records", "1 of 2 are not", "1 of 2 parents", "1 of 2 numbers")] == [
        True
    ] * 4


@pytest.mark.parametrize("count", range(0, 101, 7))
def test_a_share_allows_just_that_many(count: int) -> None:
    slices = [got(0, absent=number < count, n=str(number)) for number in range(100)]
    must_be_complete(resource(absent=count / 100), slices, "fonte.linhas")
    if count:
        refused(resource(absent=(count - 1) / 100), *slices)
