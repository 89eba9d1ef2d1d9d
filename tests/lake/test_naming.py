"""How field names become columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lagoa.lake.naming import MAX_IDENTIFIER, bronze_name


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("numeroControlePNCP", "numero_controle_pncp"),
        ("dataPublicacaoPncp", "data_publicacao_pncp"),
        ("CÓDIGO ÓRGÃO SUPERIOR", "codigo_orgao_superior"),
        ("ORÇAMENTO INICIAL (R$)", "orcamento_inicial_r"),
        (
            "% REALIZADO DO ORÇAMENTO (COM RELAÇÃO AO ORÇAMENTO ATUALIZADO)",
            "realizado_do_orcamento_com_relacao_ao_orcamento_atualizado",
        ),
        ("regiao-imediata", "regiao_imediata"),
        ("id_op_ob", "id_op_ob"),
        ("URLSistemaOrigem", "url_sistema_origem"),
        ("aB", "a_b"),
        ("Nº do Empenho", "no_do_empenho"),
        ("2ª via", "_2a_via"),
        ("ctid", "ctid_"),
        ("xmin", "xmin_"),
        ("select", "select"),
        ("_load_id", "load_id"),
        ("数字", "coluna"),
        ("%", "coluna"),
        ("", "coluna"),
        ("x" * 80, "x" * 63),
        ("9" * 80, "_" + "9" * 62),
        ("x" * 62 + " y", "x" * 62),
    ],
)
def test_a_field_becomes_a_plain_snake_case_column(field: str, column: str) -> None:
    assert bronze_name(field) == column


@given(st.text(max_size=100))
def test_any_field_becomes_a_name_that_postgres_takes_unquoted_and_that_stays(field: str) -> None:
    column = bronze_name(field)
    assert 1 <= len(column) <= MAX_IDENTIFIER
    assert column.isascii()
    assert column.replace("_", "a").isalnum()
    assert column == column.lower()
    assert not column[0].isdigit()


@given(st.text(alphabet="abcdefghij_ ABC-", max_size=40))
def test_a_column_name_is_its_own_column(field: str) -> None:
    assert bronze_name(bronze_name(field)) == bronze_name(field)
