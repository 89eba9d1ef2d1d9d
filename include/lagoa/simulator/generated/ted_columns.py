"""The columns of the eight TED tables, as TransfereGov's PostgREST API names them."""

from lagoa.simulator.catalog import Column, Kind


def _columns(integers: str, numbers: str, texts: str) -> tuple[Column, ...]:
    kinds: tuple[tuple[Kind, str], ...] = (("integer", integers), ("number", numbers), ("text", texts))
    return tuple(Column(name, kind) for kind, names in kinds for name in names.split())


COLUMNS = {
    "programa": _columns(
        "id_programa aa_ano_programa",
        "",
        "tx_codigo_programa tx_situacao_programa tx_nome_programa sigla_unidade_descentralizadora"
        " unidade_descentralizadora sigla_unidade_responsavel_acompanhamento unidade_responsavel_acompanhamento"
        " tx_objetivo_programa tx_descricao_programa in_grupo_investimento_obra in_grupo_investimento_servico"
        " in_grupo_investimento_equipamento",
    ),
    "programa_beneficiario": _columns("id_programa", "", "tx_codigo_siorg tx_nome_beneficiario"),
    "plano_acao": _columns(
        "id_plano_acao id_programa aa_ano_plano_acao sq_instrumento aa_instrumento",
        "vl_total_plano_acao vl_beneficiario_especifico vl_chamamento_publico",
        "sigla_unidade_descentralizada unidade_descentralizada sigla_unidade_responsavel_execucao"
        " unidade_responsavel_execucao dt_inicio_vigencia dt_fim_vigencia tx_objeto_plano_acao"
        " tx_justificativa_plano_acao in_forma_execucao_direta in_forma_execucao_particulares"
        " in_forma_execucao_descentralizada tx_situacao_plano_acao",
    ),
    "termo_execucao": _columns(
        "id_termo id_plano_acao",
        "",
        "tx_situacao_termo tx_num_processo_sei dt_assinatura_termo tx_numero_ns_termo dt_efetivacao_termo",
    ),
    "nota_credito": _columns(
        "id_nota id_plano_acao",
        "",
        "tx_minuta_nota tx_numero_nota dt_emissao_nota cd_gestao_emitente_nota cd_ug_emitente_nota"
        " cd_gestao_favorecida_nota cd_ug_favorecida_nota tx_situacao_nota tx_observacao_nota",
    ),
    "evento": _columns(
        "id_nota",
        "vl_evento",
        "cd_evento cd_ptres_evento cd_fonte_recurso_evento cd_plano_interno_evento codigo_natureza"
        " cd_ug_responsavel_evento",
    ),
    "programacao_financeira": _columns(
        "id_programacao id_plano_acao",
        "",
        "tp_pf_tipo_programacao tx_numero_programacao tx_minuta_programacao tx_situacao_programacao"
        " ug_emitente_programacao ug_favorecida_programacao dh_recebimento_programacao",
    ),
    "trf": _columns(
        "id_programacao",
        "vl_valor_trf",
        "cd_vinculacao_trf cd_fonte_recurso_trf cd_categoria_gasto_trf cd_situacao_contabil_trf",
    ),
}
