"""What special transfers are made of: columns of the API, steps of payment, areas of public policy, programmes."""

from typing import NamedTuple

from lagoa.simulator.catalog import Column

INTEGER_PREFIXES = ("id_", "cd_", "ano_", "vinculacao_op", "situacao_op", "historico_situacao_op")
COLUMN_NAMES = {
    "programa_especial": (
        "id_programa", "ano_programa", "modalidade_programa", "codigo_programa", "id_orgao_superior_programa",
        "sigla_orgao_superior_programa", "nome_orgao_superior_programa", "id_orgao_programa", "sigla_orgao_programa",
        "nome_orgao_programa", "id_unidade_gestora_programa", "documentos_origem_programa",
        "id_unidade_orcamentaria_responsavel_programa", "data_inicio_ciencia_programa", "data_fim_ciencia_programa",
        "valor_necessidade_financeira_programa", "valor_total_disponibilizado_programa", "valor_impedido_programa",
        "valor_a_disponibilizar_programa", "valor_documentos_habeis_gerados_programa", "valor_obs_geradas_programa",
        "valor_disponibilidade_atual_programa",
    ),
    "ordem_pagamento_ordem_bancaria_especial": (
        "id_op_ob", "data_emissao_op", "numero_ordem_pagamento", "vinculacao_op", "situacao_op",
        "descricao_situacao_op", "data_situacao_op", "data_emissao_ob", "numero_ordem_bancaria",
        "numero_ordem_lancamento", "data_assinatura_ordenador_despesa_ob", "data_assinatura_gestor_financeiro_ob",
        "id_dh",
    ),
    "historico_pagamento_especial": (
        "id_historico_op_ob", "data_hora_historico_op", "historico_situacao_op", "descricao_historico_situacao_op",
        "id_op_ob",
    ),
    "finalidade_especial": (
        "id_executor", "cd_area_politica_publica_tipo_pt", "area_politica_publica_tipo_pt",
        "cd_area_politica_publica_pt", "area_politica_publica_pt",
    ),
    "relatorio_gestao_novo_especial": (
        "id_relatorio_gestao_novo", "data_e_hora_relatorio_gestao_novo", "tipo_relatorio_gestao_novo",
        "valor_executado_relatorio_gestao_novo", "valor_pendente_relatorio_gestao_novo",
        "situacao_relatorio_gestao_novo", "id_plano_acao",
    ),
}  # fmt: skip


def _column(name: str) -> Column:
    if name.startswith("valor_"):
        return Column(name, "number")
    return Column(name, "integer" if name.startswith(INTEGER_PREFIXES) else "text")


COLUMNS = {table: tuple(map(_column, names)) for table, names in COLUMN_NAMES.items()}

STEPS = {
    1: "Aguardando Envio para o SIAFI",
    2: "OP Pendente (Retorno com erro no envio ao SIAFI)",
    3: "Aguardando assinaturas do ordenador de despesas e/ou gestor financeiro",
    4: "OP Assinada mas sem OB gerada",
    5: "OB Enviada à instituição bancária para pagamento",
}

ROUNDS = (
    ("2024-06-25", "2024-07-05", 0.2),
    ("2024-12-02", "2024-12-13", 0.18),
    ("2025-06-10", "2025-07-11", 0.16),
    ("2025-10-06", "2025-12-19", 0.16),
    ("2026-04-13", "2026-07-03", 0.18),
    ("2026-09-14", "2026-10-30", 0.12),
)
"""When orders are issued: from, to, and which part of all of them."""


class Area(NamedTuple):
    """An area of public policy (a budget subfunção) and how often it is chosen."""

    kind_code: int
    kind: str
    code: int
    name: str
    weight: int


AREAS = (
    Area(15, "Urbanismo", 451, "Infraestrutura Urbana ", 20477),
    Area(20, "Agricultura", 608, "Promoção da Produção Agropecuária", 4074),
    Area(15, "Urbanismo", 452, "Serviços Urbanos", 3326),
    Area(10, "Saúde", 301, "Atenção Básica", 3056),
    Area(27, "Desporto e Lazer", 812, "Desporto Comunitário", 2957),
    Area(27, "Desporto e Lazer", 813, "Lazer", 2142),
    Area(13, "Cultura", 392, "Difusão Cultural", 1810),
    Area(8, "Assistência Social", 244, "Assistência Comunitária", 1767),
    Area(10, "Saúde", 302, "Assistência Hospitalar e Ambulatorial", 1696),
    Area(26, "Transporte", 782, "Transporte Rodoviário", 1693),
    Area(20, "Agricultura", 606, "Extensão Rural", 1566),
    Area(12, "Educação", 361, "Ensino Fundamental", 1536),
    Area(23, "Comércio e Serviços", 695, "Turismo", 1243),
    Area(6, "Segurança Pública", 181, "Policiamento", 1058),
    Area(20, "Agricultura", 605, "Abastecimento", 930),
    Area(12, "Educação", 365, "Educação Infantil", 910),
    Area(12, "Educação", 368, "Educação Básica", 887),
    Area(17, "Saneamento", 512, "Saneamento Básico Urbano", 795),
    Area(17, "Saneamento", 511, "Saneamento Básico Rural", 601),
    Area(16, "Habitação", 482, "Habitação Urbana", 564),
    Area(25, "Energia", 752, "Energia Elétrica", 562),
    Area(8, "Assistência Social", 243, "Assistência à Criança e ao Adolescente", 544),
    Area(13, "Cultura", 391, "Patrimônio Histórico, Artístico e Arqueológico", 532),
    Area(8, "Assistência Social", 241, "Assistência ao Idoso", 465),
    Area(18, "Gestão Ambiental", 541, "Preservação e Conservação Ambiental", 464),
    Area(6, "Segurança Pública", 182, "Defesa Civil", 374),
    Area(14, "Direitos da Cidadania", 422, "Direitos Individuais, Coletivos e Difusos", 331),
    Area(11, "Trabalho", 334, "Fomento ao Trabalho", 308),
    Area(12, "Educação", 364, "Ensino Superior", 299),
    Area(19, "Ciência e Tecnologia", 572, "Desenvolvimento Tecnológico e Engenharia", 266),
)


class Program(NamedTuple):
    """A programme of one year's amendments, amounts in cents."""

    id: int
    year: int
    code: str
    organ: tuple[int, str, str]
    documents: str | None
    days: tuple[str | None, str | None]
    needed_cents: int
    blocked_cents: int
    is_open: bool = False


ECONOMIA = (235876, "ME", "Ministério da Economia")
FAZENDA = (308800, "MF", "Ministério da Fazenda")
NO_DAYS = (None, None)
DECEMBER = ("2023-12-14", "2023-12-19")
MAY = ("2024-05-07", "2024-05-17")
AUGUST = ("2025-07-29", "2025-08-05")
MARCH = ("2026-03-10", "2026-03-20")
PROGRAMS = (
    Program(3, 2020, "0903", ECONOMIA, "2020DF00001 - 2020DF00002", NO_DAYS, 62_121_808_800, 0),
    Program(5, 2021, "09032021", ECONOMIA, "2021DF00003 - 2021DF00004", NO_DAYS, 197_844_544_700, 1_074_998_600),
    Program(7, 2022, "09032022", ECONOMIA, "2022DF00007 - 2022DF00008", NO_DAYS, 325_180_820_100, 1_429_458_800),
    Program(9, 2022, "09032022-3", ECONOMIA, None, NO_DAYS, 7_947_912_300, 7_947_912_300),
    Program(12, 2023, "09032023", FAZENDA, "2023DF00012", NO_DAYS, 658_109_819_100, 20_533_100_800),
    Program(16, 2023, "09032023-2", FAZENDA, "2023DF00021", DECEMBER, 64_249_294_900, 2_775_067_200),
    Program(21, 2024, "09032024", FAZENDA, "2024DF00024", MAY, 763_940_640_800, 18_941_768_800),
    Program(22, 2024, "09032024-2", FAZENDA, "2024DF00023", MAY, 23_246_400_700, 0),
    Program(23, 2025, "09032025", FAZENDA, "2025DF00027", AUGUST, 699_417_232_173, 38_800_965_159),
    Program(25, 2026, "09032026", FAZENDA, "2026DF00031", MARCH, 721_000_000_000, 9_620_000_000, True),
)  # fmt: skip
"""Up to 2025 after the public records, with amounts as published; 2026 is invented."""
