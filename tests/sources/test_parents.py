"""The parents of a child resource, read from bronze as a real Postgres holds it."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sources.fake_source import spec_of

from lagoa.errors import ConfigError
from lagoa.lake.parents import Parents, read_parents
from lagoa.lake.session import session
from lagoa.settings import Settings
from lagoa.sources.spec import SourceSpec

NUMBERS = itertools.count(1)


def spec_with(parent: dict[str, Any], **pais: Any) -> SourceSpec:
    """Parents, those that have ended, and children."""
    known = spec_of({}).model_dump(exclude_unset=True) | {"source": f"familia{next(NUMBERS)}"}
    above = {"title": "Pais", "kind": "rest", "fields": ["id", "anoCompra", "situacao"], **pais}
    above = {"nested": ["orgao"], "write": {"mode": "snapshot", "key": ["id"]}, **above}
    of = {"resource": "pais", **parent}
    write = {"mode": "merge", "key": ["v"], "full_every_days": 7}
    child = {"title": "Filhos", "kind": "rest", "path": "/{pai}", "fields": ["v"], "write": write}
    resources = {"pais": above, "findos": {**above, "path": "/findos"}, "filhos": {**child, "parent": of}}
    return SourceSpec.model_validate(known | {"resources": resources})


@pytest.fixture
def bronze(postgres: Settings) -> Iterator[Any]:
    """Makes the parents' table of a spec, as etl_user, from rows of load, deletion and fields."""
    made: list[str] = []

    def make(
        spec: SourceSpec, *rows: tuple[int, bool, str | None, str | None, str, str | None], name: str = "pais"
    ) -> SourceSpec:
        table = f'bronze."{spec.table(name)}"'
        made.append(table)
        with session(postgres) as cursor:
            cursor.execute(
                f"create table {table} (id text, ano_compra text, situacao text, orgao jsonb,"
                " _load_id bigint, _deleted_at timestamptz)"
            )
            for load_id, gone, *values in rows:
                cursor.execute(
                    f"insert into {table} (_load_id, _deleted_at, id, ano_compra, situacao, orgao)"
                    " values (%s, case when %s then now() end, %s, %s, %s, %s)",
                    (load_id, gone, *values),
                )
        return spec

    yield make
    with session(postgres) as cursor:
        for table in made:
            cursor.execute(f"drop table {table}")


ROWS = (
    (1, False, "10", "2024", "ativo", '"26000"'),
    (2, False, "9", "2024", "inativo", None),
    (3, False, "8", "2025", "ativo", '"26001"'),
    (4, True, "7", "2025", "ativo", None),
)


def test_standing_rows_are_parents_and_deleted_ones_are_none(bronze: Any, postgres: Settings) -> None:
    spec = bronze(spec_with({"fields": {"pai": "id"}}), *ROWS)
    assert read_parents(postgres, spec, "filhos", None) == Parents([{"pai": "10"}, {"pai": "8"}, {"pai": "9"}], [], 4)


def test_parents_that_came_after_a_load_are_told_from_the_others(bronze: Any, postgres: Settings) -> None:
    spec = bronze(spec_with({"fields": {"pai": "id"}}), *ROWS)
    assert read_parents(postgres, spec, "filhos", 2) == Parents([{"pai": "8"}], [{"pai": "10"}, {"pai": "9"}], 4)
    assert read_parents(postgres, spec, "filhos", 4).changed == []


def test_those_that_ended_are_parents_when_they_are_new_or_changed(bronze: Any, postgres: Settings) -> None:
    """8 has just ended and stands in both lists; 6 ended long ago, 5 since then."""
    spec = bronze(spec_with({"fields": {"pai": "id"}, "also": ["findos"], "where": {"situacao": "ativo"}}), *ROWS)
    ended = ((2, "6", "ativo"), (5, "5", "ativo"), (5, "4", "inativo"), (5, "8", "ativo"))
    bronze(spec, *((load, False, key, "2024", state, None) for load, key, state in ended), name="findos")
    everything = read_parents(postgres, spec, "filhos", None)
    assert [each["pai"] for each in everything.changed] == ["10", "5", "6", "8"]
    some = read_parents(postgres, spec, "filhos", 3)
    assert some == Parents([{"pai": "5"}, {"pai": "8"}], [{"pai": "10"}], 5)


def test_where_chooses_among_them(bronze: Any, postgres: Settings) -> None:
    spec = bronze(
        spec_with({"fields": {"pai": "id"}, "where": {"situacao": "ativo", "anoCompra": ["2024", "1"]}}), *ROWS
    )
    assert read_parents(postgres, spec, "filhos", None).changed == [{"pai": "10"}]


def test_only_parents_whose_whole_value_matches_are_asked_for(bronze: Any, postgres: Settings) -> None:
    rows = [(1, False, key, "2024", "ativo", None) for key in ("12", "123", "***.982.247-**", "x12", "AB12")]
    matching = {"id": "[0-9]{2}|(A)B[0-9]{2}", "anoCompra": "20.."}
    spec = bronze(spec_with({"fields": {"pai": "id"}, "matching": matching}), *rows)
    assert read_parents(postgres, spec, "filhos", None).changed == [{"pai": "12"}, {"pai": "AB12"}]


def test_values_that_several_rows_share_are_asked_for_once_and_empty_ones_not_at_all(
    bronze: Any, postgres: Settings
) -> None:
    rows = (*ROWS, (5, False, "6", None, "ativo", None))
    spec = bronze(spec_with({"fields": {"pai": "anoCompra"}}), *rows)
    assert read_parents(postgres, spec, "filhos", 2) == Parents([{"pai": "2025"}], [{"pai": "2024"}], 5)


def test_several_fields_make_one_parent_and_nested_ones_come_as_text(bronze: Any, postgres: Settings) -> None:
    spec = bronze(spec_with({"fields": {"pai": "id", "orgao": "orgao"}}), *ROWS)
    assert read_parents(postgres, spec, "filhos", None).changed == [
        {"pai": "10", "orgao": "26000"},
        {"pai": "8", "orgao": "26001"},
    ]


def test_a_renamed_field_is_found_under_its_former_name(bronze: Any, postgres: Settings) -> None:
    renamed = {"fields": ["id", "ano", "situacao"], "renamed": {"ano": "anoCompra"}}
    spec = bronze(spec_with({"fields": {"pai": "ano"}}, **renamed), *ROWS)
    assert read_parents(postgres, spec, "filhos", None).changed == [{"pai": "2024"}, {"pai": "2025"}]


def test_an_empty_table_has_no_parents(bronze: Any, postgres: Settings) -> None:
    assert read_parents(postgres, bronze(spec_with({"fields": {"pai": "id"}})), "filhos", None) == Parents()


def test_parents_that_were_never_loaded_are_told(postgres: Settings) -> None:
    spec = spec_with({"fields": {"pai": "id"}})
    with pytest.raises(ConfigError) as missing:
        read_parents(postgres, spec, "filhos", None)
    assert str(missing.value) == (
        f"{spec.source}.filhos: found no table {spec.source}__pais, expected the parents there. Ingest 'pais' first."
    )


def test_each_of_several_parents_must_have_been_loaded(bronze: Any, postgres: Settings) -> None:
    spec = bronze(spec_with({"fields": {"pai": "id"}, "also": ["findos"]}), *ROWS)
    with pytest.raises(ConfigError, match=r"found no table \w+__findos, .* Ingest 'findos' first"):
        read_parents(postgres, spec, "filhos", None)
