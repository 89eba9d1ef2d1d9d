"""Gold once more, from the recorded files alone: files -> DuckDB -> rows, to be equal to what Postgres shows.

None of Lagoa's code is used here, and none of its tables but those of gold. Each gold table has a function
`<table>(folder)` that gives its rows, and a query that reads the same rows from Postgres:

    differences(connection, folder)   # {} when every table is right

The files are taken as after the last edition: of each series the newest one. Alone:
`python tests/gold/recompute.py <folder>` prints a line for each table.
"""

import json
import sys
import zipfile
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

Row = tuple[Any, ...]
CENT = Decimal("0.01")
TRANSFERS = "transferegov/especiais_{}_????-??-??.csv.gz"


def newest(folder: Path, pattern: str) -> list[Path]:
    """Of each series of files, named `<series>_<date>.<suffix>`, the newest."""
    series: dict[str, Path] = {}
    for path in sorted(folder.glob(pattern), key=lambda path: path.name.split(".")[0].rsplit("_", 1)[1]):
        series[path.name.rsplit("_", 1)[0]] = path
    return sorted(series.values())


def rounded(value: Decimal) -> Decimal:
    """To the cent, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def percentage(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Part of a whole from 0 to 100, None without a whole."""
    return rounded(100 * Decimal(part) / Decimal(whole)) if part is not None and whole else None


@lru_cache(maxsize=1)
def budget(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with the table `budget`: codes and amounts of every budget line of the newest files."""
    database = duckdb.connect()
    with TemporaryDirectory() as scratch:
        for path in newest(folder, "portal_transparencia/orcamento_despesa/*_OrcamentoDespesa_*.zip"):
            with zipfile.ZipFile(path) as package:
                for member in package.namelist():
                    text = package.read(member).decode("latin-1")
                    (Path(scratch) / f"{path.stem}.csv").write_text(text, encoding="utf-8", newline="")
        amounts = ", ".join(
            f"""cast(replace("{name}", ',', '.') as decimal(18, 2)) as {alias}"""
            for name, alias in {
                "ORÇAMENTO INICIAL (R$)": "inicial",
                "ORÇAMENTO ATUALIZADO (R$)": "atualizado",
                "ORÇAMENTO EMPENHADO (R$)": "empenhado",
                "ORÇAMENTO REALIZADO (R$)": "realizado",
            }.items()
        )
        database.execute(
            f"""create table budget as select cast("EXERCÍCIO" as integer) as year,
            "CÓDIGO ÓRGÃO SUPERIOR" as top, "CÓDIGO ÓRGÃO SUBORDINADO" as agency,
            "CÓDIGO UNIDADE ORÇAMENTÁRIA" as unit, "CÓDIGO FUNÇÃO" as fn, "CÓDIGO SUBFUNÇÃO" as subfn,
            "CÓDIGO PROGRAMA ORÇAMENTÁRIO" as programme, "CÓDIGO AÇÃO" as action,
            "CÓDIGO CATEGORIA ECONÔMICA" as category, "CÓDIGO GRUPO DE DESPESA" as grp,
            "CÓDIGO ELEMENTO DE DESPESA" as element, "NOME ÓRGÃO SUPERIOR" as top_name, {amounts}
            from read_csv('{scratch}/*.csv', delim=';', quote='"', header=true, all_varchar=true)"""
        )
    return database


def execucao_orcamentaria(folder: Path) -> list[Row]:
    """For each exercício, função and órgão superior: rows of the grain and the four sums."""
    return (
        budget(folder)
        .execute(
            """
            select year, fn, top, count(*), sum(inicial), sum(atualizado), sum(empenhado), sum(realizado)
            from (
                select year, fn, top, sum(inicial) as inicial, sum(atualizado) as atualizado,
                    sum(empenhado) as empenhado, sum(realizado) as realizado
                from budget group by year, top, agency, unit, fn, subfn, programme, action, category, grp, element
            ) group by year, fn, top
            """
        )
        .fetchall()
    )


def deflators(folder: Path) -> dict[int, Decimal]:
    """For each year with twelve months of IPCA: prices of the newest month over the year's average prices."""
    index, by_year = Decimal(100), {}
    for month in json.loads((folder / "bcb/sgs_433_ipca_2020_2024.json").read_text(encoding="utf-8")):
        index *= 1 + Decimal(month["valor"]) / 100
        by_year.setdefault(int(month["data"][-4:]), []).append(index)
    return {year: index * 12 / sum(values) for year, values in by_year.items() if len(values) == 12}


def execucao_orcamentaria_orgao(folder: Path) -> list[Row]:
    """Every row: sums, percentages, and the sums in prices of the newest month."""
    factors = deflators(folder)
    rows = (
        budget(folder)
        .execute(
            "select year, top, min(top_name), sum(inicial), sum(atualizado), sum(empenhado), sum(realizado)"
            " from budget group by year, top"
        )
        .fetchall()
    )
    return [
        (
            *row,
            percentage(row[5], row[4]),
            percentage(row[6], row[4]),
            *(rounded(amount * factors[row[0]]) if row[0] in factors else None for amount in row[3:]),
        )
        for row in rows
    ]


@lru_cache(maxsize=1)
def purchases(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with the table `purchases`: of each control number the record updated last."""
    files = ", ".join(f"'{path}'" for path in newest(folder, "pncp/contratacoes_*.json.gz"))
    database = duckdb.connect()
    database.execute(
        f"""
        create table purchases as
        select numeroControlePNCP as number, orgaoEntidade.cnpj as cnpj, unidadeOrgao.codigoIbge as place,
            unidadeOrgao.ufSigla as uf, situacaoCompraNome as status,
            valorTotalEstimado = 0 as is_secret,
            case when valorTotalEstimado <> 0 then valorTotalEstimado end as estimate, valorTotalHomologado as award,
            case when valorTotalEstimado <> 0 then valorTotalEstimado - valorTotalHomologado end as saving,
            dataPublicacaoPncp as published, dataAtualizacaoGlobal as updated, srp
        from read_json([{files}], format='array', columns={{
            numeroControlePNCP: 'varchar', orgaoEntidade: 'struct(cnpj varchar)',
            unidadeOrgao: 'struct(codigoIbge varchar, ufSigla varchar)', situacaoCompraNome: 'varchar',
            valorTotalEstimado: 'decimal(18, 2)', valorTotalHomologado: 'decimal(18, 2)', srp: 'boolean',
            dataPublicacaoPncp: 'timestamp', dataAtualizacaoGlobal: 'timestamp'}})
        qualify row_number() over (partition by numeroControlePNCP order by dataAtualizacaoGlobal desc) = 1
        """
    )
    return database


def contratacoes(folder: Path) -> list[Row]:
    """Every row: who, where, how much, when."""
    return purchases(folder).execute("select * from purchases").fetchall()


def contratacoes_municipio_mes(folder: Path) -> list[Row]:
    """Every row, counted and summed."""
    rows = (
        purchases(folder)
        .execute(
            """
            select place, date_trunc('month', published)::date, count(*), count(distinct cnpj),
                count(*) filter (where is_secret), count(award), coalesce(sum(estimate), 0), coalesce(sum(award), 0),
                coalesce(sum(saving), 0), sum(estimate) filter (where saving is not null)
            from purchases group by all
            """
        )
        .fetchall()
    )
    return [(*row[:9], percentage(row[8], row[9])) for row in rows]


@lru_cache(maxsize=1)
def transfers(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with one table of texts for each recorded table of the special transfers."""
    database = duckdb.connect()
    for table in ("programa", "ordem_pagamento", "historico_pagamento", "finalidade", "relatorio_gestao_novo"):
        (path,) = newest(folder, TRANSFERS.format(table))
        database.execute(
            f"create table {table} as select * from read_csv('{path}', header=true, all_varchar=true, nullstr='')"
        )
    return database


def transferencias_especiais_pagamentos(folder: Path) -> list[Row]:
    """Every row: status, dates, first time of each step, days between, counts."""
    return (
        transfers(folder)
        .execute(
            """
            with first_times as (
                select id_op_ob, historico_situacao_op as step, count(*) as times,
                    min(data_hora_historico_op::timestamp) as first_at
                from historico_pagamento group by all
            ), orders as (
                select id_op_ob, sum(times)::bigint as n,
                    coalesce(sum(times) filter (where step = '2'), 0)::bigint as errors,
                    max(first_at) filter (where step = '1') as step_1,
                    max(first_at) filter (where step = '2') as step_2,
                    max(first_at) filter (where step = '3') as step_3,
                    max(first_at) filter (where step = '4') as step_4,
                    max(first_at) filter (where step = '5') as step_5
                from first_times group by id_op_ob
            )
            select id_op_ob::bigint, situacao_op, numero_ordem_bancaria, data_emissao_op::date, data_emissao_ob::date,
                coalesce(n, 0), coalesce(errors, 0), step_1, step_2, step_3, step_4, step_5,
                date_diff('day', data_emissao_op::date, data_emissao_ob::date),
                date_diff('day', data_emissao_op::date, step_5::date)
            from ordem_pagamento left join orders using (id_op_ob)
            """
        )
        .fetchall()
    )


def transferencias_especiais_areas(folder: Path) -> list[Row]:
    """Every row: codes as numbers, executors, those with this area alone, share of all."""
    database = transfers(folder)
    (total,) = database.execute("select count(distinct id_executor) from finalidade").fetchone() or (0,)
    rows = database.execute(
        """
        select cd_area_politica_publica_tipo_pt::int, cd_area_politica_publica_pt::int,
            min(trim(area_politica_publica_pt)), count(distinct id_executor), count(*) filter (where areas = 1)
        from (select *, count(*) over (partition by id_executor) as areas from finalidade) group by 1, 2
        """
    ).fetchall()
    return [(*row, percentage(row[3], total)) for row in rows]


def transferencias_especiais_programas(folder: Path) -> list[Row]:
    """Every row: the seven amounts and the share that was paid."""
    rows = (
        transfers(folder)
        .execute(
            """
            select id_programa::bigint, ano_programa::int, codigo_programa,
                valor_necessidade_financeira_programa::decimal(18, 2),
                valor_total_disponibilizado_programa::decimal(18, 2),
                valor_impedido_programa::decimal(18, 2), valor_a_disponibilizar_programa::decimal(18, 2),
                valor_documentos_habeis_gerados_programa::decimal(18, 2), valor_obs_geradas_programa::decimal(18, 2),
                valor_disponibilidade_atual_programa::decimal(18, 2)
            from programa
            """
        )
        .fetchall()
    )
    return [(*row, percentage(row[8], row[3])) for row in rows]


def transferencias_especiais_relatorios(folder: Path) -> list[Row]:
    """Every row; amounts such as 3e+05 are read by Python's Decimal."""
    rows = (
        transfers(folder)
        .execute(
            """
            select id_relatorio_gestao_novo::bigint, id_plano_acao::bigint, tipo_relatorio_gestao_novo,
                situacao_relatorio_gestao_novo, data_e_hora_relatorio_gestao_novo::date,
                valor_executado_relatorio_gestao_novo, valor_pendente_relatorio_gestao_novo
            from relatorio_gestao_novo
            """
        )
        .fetchall()
    )
    return [(*row[:5], *(rounded(Decimal(text)) if text else None for text in row[5:])) for row in rows]


def municipios(folder: Path) -> list[Row]:
    """Every código with its UF, from a list of municipalities other than the one that the simulator serves."""
    return duckdb.sql(
        f"select place.codigo_ibge, uf.uf from read_csv('{folder}/ibge/kelvins_municipios.csv.gz', all_varchar=true)"
        f" as place inner join read_csv('{folder}/ibge/kelvins_estados.csv.gz', all_varchar=true) as uf"
        " using (codigo_uf)"
    ).fetchall()


BRASILIA = "at time zone 'America/Sao_Paulo'"
TABLES: dict[str, tuple[Callable[[Path], list[Row]], str]] = {
    "municipios": (municipios, "select municipio_codigo_ibge, uf_sigla from {}"),
    "execucao_orcamentaria": (
        execucao_orcamentaria,
        "select exercicio, funcao_codigo, orgao_superior_codigo, count(*), sum(valor_orcamento_inicial),"
        " sum(valor_orcamento_atualizado), sum(valor_empenhado), sum(valor_realizado) from {} group by 1, 2, 3",
    ),
    "execucao_orcamentaria_orgao": (
        execucao_orcamentaria_orgao,
        "select exercicio, orgao_superior_codigo, orgao_superior_nome, valor_orcamento_inicial,"
        " valor_orcamento_atualizado, valor_empenhado, valor_realizado, percentual_empenhado, percentual_realizado,"
        " valor_orcamento_inicial_real, valor_orcamento_atualizado_real, valor_empenhado_real, valor_realizado_real"
        " from {}",
    ),
    "contratacoes": (
        contratacoes,
        "select numero_controle_pncp, orgao_cnpj, municipio_codigo_ibge, uf_sigla, situacao_nome,"
        " is_orcamento_sigiloso, valor_estimado, valor_homologado, economia,"
        f" publicado_at {BRASILIA}, atualizado_at {BRASILIA}, is_registro_preco from {{}}",
    ),
    "contratacoes_municipio_mes": (
        contratacoes_municipio_mes,
        "select municipio_codigo_ibge, mes, quantidade_contratacoes, quantidade_orgaos, quantidade_orcamento_sigiloso,"
        " quantidade_homologadas, valor_estimado, valor_homologado, economia, economia_percentual from {}",
    ),
    "transferencias_especiais_pagamentos": (
        transferencias_especiais_pagamentos,
        "select ordem_pagamento_id, situacao_codigo, numero_ordem_bancaria, data_emissao_ordem_pagamento,"
        " data_emissao_ordem_bancaria, quantidade_etapas, quantidade_erros_siafi,"
        f" aguardando_envio_siafi_at {BRASILIA}, erro_envio_siafi_at {BRASILIA}, aguardando_assinaturas_at {BRASILIA},"
        f" assinada_sem_ordem_bancaria_at {BRASILIA}, enviada_banco_at {BRASILIA},"
        " dias_emissao_ate_ordem_bancaria, dias_emissao_ate_envio_banco from {}",
    ),
    "transferencias_especiais_areas": (
        transferencias_especiais_areas,
        "select tipo_area_codigo::integer, area_codigo::integer, area_nome, quantidade_executores,"
        " quantidade_executores_exclusivos, percentual_executores from {}",
    ),
    "transferencias_especiais_programas": (
        transferencias_especiais_programas,
        "select programa_id, ano, programa_codigo, valor_necessidade_financeira, valor_disponibilizado, valor_impedido,"
        " valor_a_disponibilizar, valor_documentos_habeis, valor_ordens_bancarias, valor_disponibilidade_atual,"
        " percentual_pago from {}",
    ),
    "transferencias_especiais_relatorios": (
        transferencias_especiais_relatorios,
        "select relatorio_id, plano_acao_id, tipo, situacao, data_registro, valor_executado, valor_pendente from {}",
    ),
}
"""Gold table -> its rows from the files, and the query for the same columns in Postgres."""


def differences(connection: Any, folder: Path, schema: str = "gold") -> dict[str, str]:
    """What is not as recomputed, by table; empty when everything is.

    Args:
        connection: psycopg2 or psycopg, to the lakehouse.
        folder: of the recorded data.
        schema: gold, or gold_next before a publication.
    """
    found = {}
    for table, (expected_rows, query) in TABLES.items():
        with connection.cursor() as cursor:
            cursor.execute(query.format(f"{schema}.{table}"))
            shown = sorted(cursor.fetchall(), key=repr)
        expected = sorted(expected_rows(folder), key=repr)
        if shown != expected:
            wrong, lacking = [row for row in shown if row not in set(expected)], set(expected) - set(shown)
            found[table] = (
                f"found {len(shown)} rows, {len(wrong)} of them other than recomputed, such as {wrong[:2]}; "
                f"expected {len(expected)}, of which missing {len(lacking)}, such as {sorted(lacking, key=repr)[:2]}"
            )
    return found


if __name__ == "__main__":
    for name, (rows, _) in TABLES.items():
        sys.stdout.write(f"{name}: {len(rows(Path(sys.argv[1])))} rows\n")
