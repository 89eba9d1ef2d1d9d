"""What the values of a field look like, told without them."""

import pyarrow as pa
import pytest

from lagoa.sources.shape import FieldShape, kind_of, shapes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("true", "true or false"),
        ("-12", "whole number"),
        ("0012", "whole number"),
        ("0.10", "number"),
        ("3e+05", "number"),
        ("1.5e+05", "number"),
        ("1.234.567,89", "Brazilian number"),
        ("-0,01", "Brazilian number"),
        ("2025-01-31", "date"),
        ("31/01/2025", "Brazilian date"),
        ("2025-01-31T10:00:00Z", "timestamp"),
        ("2025-01-31 10:00", "timestamp"),
        ("31/01/2025 10:00:00", "timestamp"),
        ('{"a": 1}', "object"),
        ("[]", "list"),
        ("{aberto", "text"),
        ("São Paulo", "text"),
    ],
)
def test_a_text_is_of_a_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_a_field_is_told_by_its_kinds_lengths_and_how_often_it_is_there() -> None:
    table = pa.table({"valor": ["1", "2.50", None, ""], "nada": pa.nulls(4, pa.string())})
    assert shapes(table) == [
        FieldShape("valor", 2, ("number",), 1, 4, "1"),
        FieldShape("nada", 0, (), 0, 0, None),
    ]


def test_an_example_holds_no_cpf_and_no_address() -> None:
    table = pa.table({"obs": ["ligar 123.456.789-09", "escrever a x@example.org", "nada consta"]})
    assert shapes(table)[0].example == "nada consta"
    assert shapes(table.slice(0, 2))[0].example is None


def test_kinds_come_by_their_frequency() -> None:
    table = pa.table({"codigo": ["1", "A1", "B2"]})
    assert shapes(table)[0].kinds == ("text", "whole number")
