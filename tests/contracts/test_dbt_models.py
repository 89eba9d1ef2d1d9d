"""The dbt project as its manifest tells it: contracts, descriptions, layers, and the specs' columns in its sources."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lagoa.lake.naming import bronze_name
from lagoa.platform import dbt
from lagoa.settings import Settings
from lagoa.sources.spec import load_specs

DOMAINS = {
    *("estrutura", "orcamento", "contratacoes", "transferencias"),
    *("contratos", "pessoas", "loja", "comercial"),
}
DIMENSIONS = (
    "orgao_superior",
    "orgao",
    "unidade_orcamentaria",
    "funcao",
    "subfuncao",
    "programa",
    "acao",
    "categoria_economica",
    "grupo_despesa",
    "elemento_despesa",
)
AMOUNTS = ("valor_orcamento_inicial", "valor_orcamento_atualizado", "valor_empenhado", "valor_realizado")
PROMISED = {
    "execucao_orcamentaria": {
        "exercicio",
        *AMOUNTS,
        *(f"{dimension}_{what}" for dimension in DIMENSIONS for what in ("codigo", "nome")),
    },
    "execucao_orcamentaria_orgao": {
        "exercicio",
        "orgao_superior_codigo",
        *AMOUNTS,
        *(f"{amount}_real" for amount in AMOUNTS),
        "percentual_empenhado",
        "percentual_realizado",
    },
    "contratacoes": {
        "numero_controle_pncp",
        "municipio_codigo_ibge",
        "municipio_nome",
        "uf_sigla",
        "valor_estimado",
        "is_orcamento_sigiloso",
        "valor_homologado",
        "economia",
        "atualizado_at",
    },
}


@pytest.fixture(scope="module")
def manifest(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project's manifest, compiled anew."""
    target = tmp_path_factory.mktemp("manifest")
    done = subprocess.run(
        dbt.command(settings, "--quiet", "parse", "--target-path", str(target), "--log-path", str(target)),
        env={**os.environ, **dbt.environment(settings)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return json.loads((Path(target) / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The models by unique id."""
    found = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    assert found
    return found


def test_every_model_stands_in_a_layer_and_a_domain(models: dict[str, dict[str, Any]]) -> None:
    for node in models.values():
        _, layer, domain, name = node["fqn"]
        assert layer in {"silver", "gold"}
        assert domain in DOMAINS
        assert node["tags"] == [domain]
        assert name == f"{layer}__{node['alias']}"
        assert node["schema"] == {"silver": "silver", "gold": "gold_next"}[layer]


def test_every_model_enforces_its_contract_and_says_its_grain(models: dict[str, dict[str, Any]]) -> None:
    for name, node in models.items():
        assert node["contract"]["enforced"], name
        assert node["description"].startswith("Uma linha por "), name


def test_every_column_has_a_type_and_a_description(models: dict[str, dict[str, Any]]) -> None:
    lacking = [
        f"{name}.{column['name']}"
        for name, node in models.items()
        for column in node["columns"].values()
        if not column["data_type"] or not column["description"].endswith(".")
    ]
    assert lacking == []


def test_money_is_exact_and_codes_are_text(models: dict[str, dict[str, Any]]) -> None:
    for name, node in models.items():
        for column in node["columns"].values():
            if column["name"].startswith(("valor_", "economia", "percentual_")):
                assert column["data_type"] == "numeric(18,2)", (name, column["name"])
            if "_codigo" in column["name"] or column["name"].endswith("_cnpj"):
                assert column["data_type"] == "text", (name, column["name"])
            if column["name"].endswith("_at"):
                assert column["data_type"] == "timestamp with time zone", (name, column["name"])


def test_every_gold_table_has_a_grain_test_and_one_on_arithmetic(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    tests: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node["attached_node"]:
            tests.setdefault(node["attached_node"], set()).add(node["test_metadata"]["name"])
    for name, node in models.items():
        if node["fqn"][1] == "gold":
            assert "grain" in tests[name], name
            assert tests[name] & {"holds", "sums_equal"}, name


def test_gold_reads_silver_or_gold_of_its_own_domain(models: dict[str, dict[str, Any]]) -> None:
    for name, node in models.items():
        for parent in node["depends_on"]["nodes"]:
            if node["fqn"][1] == "silver":
                assert parent.startswith("source."), (name, parent)
            else:
                _, layer, domain, _ = models[parent]["fqn"]
                assert layer == "silver" or domain == node["fqn"][2], (name, parent)


def test_the_promised_columns_are_there(models: dict[str, dict[str, Any]]) -> None:
    gold = {node["alias"]: set(node["columns"]) for node in models.values() if node["fqn"][1] == "gold"}
    for table, columns in PROMISED.items():
        assert columns - gold[table] == set(), table


def test_every_declared_field_of_a_spec_is_a_column_of_a_dbt_source_with_a_silver_model(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]], settings: Settings
) -> None:
    sources = {node["identifier"]: node for node in manifest["sources"].values()}
    read = {parent for node in models.values() for parent in node["depends_on"]["nodes"]}
    declared = {
        spec.table(name): {bronze_name(field) for field in resource.declared if resource.personal.get(field) != "drop"}
        for spec in load_specs(settings.home / "include" / "sources").values()
        for name, resource in spec.resources.items()
    }
    assert set(declared) == set(sources)
    for table, columns in declared.items():
        business = {name for name in sources[table]["columns"] if not name.startswith("_")}
        assert business == columns, table
        assert sources[table]["unique_id"] in read, table


def test_the_dashboards_are_exposures_of_gold(manifest: dict[str, Any]) -> None:
    exposures = {node["label"]: node["depends_on"]["nodes"] for node in manifest["exposures"].values()}
    assert set(exposures) == {"Execução orçamentária", "Contratações públicas", "Transferências especiais"}
    assert all(parent.startswith("model.lagoa.gold__") for parents in exposures.values() for parent in parents)
