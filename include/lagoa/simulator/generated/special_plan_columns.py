"""The columns of the new API's tables of special transfers, as its catalogue of 2026-08-04 lists them."""

from lagoa.simulator.catalog import Column, Kind


def _columns(**names: str) -> tuple[Column, ...]:
    kinds: tuple[Kind, ...] = ("integer", "number", "text")
    return tuple(Column(name, kind) for kind in kinds for name in names.get(kind, "").split())


COLUMNS = {
    "planos_acao_especiais": _columns(
        integer="id_plano_acao ano_plano_acao codigo_situacao_dado_bancario_plano_acao"
        " ano_emenda_parlamentar_plano_acao codigo_parlamentar_emenda_plano_acao"
        " sequencial_emenda_parlamentar_plano_acao numero_emenda_parlamentar_plano_acao id_beneficiario id_objeto"
        " id_programa",
        number="valor_custeio_plano_acao valor_investimento_plano_acao",
        text="codigo_plano_acao modalidade_plano_acao situacao_plano_acao email_camara data_aceite_plano_acao"
        " codigo_banco_plano_acao descricao_situacao_dado_bancario_plano_acao nome_banco_plano_acao"
        " numero_agencia_plano_acao dv_agencia_plano_acao numero_conta_plano_acao dv_conta_plano_acao"
        " nome_parlamentar_emenda_plano_acao codigo_emenda_parlamentar_formatado_plano_acao"
        " categoria_despesa_plano_acao codigo_descricao_areas_politicas_publicas_plano_acao"
        " descricao_programacao_orcamentaria_plano_acao motivo_impedimento_plano_acao id_agencia_conta nome_objeto"
        " detalhamento_objeto",
    ),
    "beneficiarios_especiais": _columns(
        integer="id_beneficiario id_ente", text="uf_beneficiario nome_beneficiario cnpj_beneficiario"
    ),
    "executores_especiais": _columns(
        integer="id_executor codigo_situacao_dado_bancario_executor id_plano_acao",
        number="vl_custeio_executor vl_investimento_executor",
        text="cnpj_executor nome_executor objeto_executor ind_recursos_gerenciados_conta_especifica_executor"
        " codigo_banco_executor nome_banco_executor numero_agencia_executor numero_dv_agencia_executor"
        " nome_agencia_executor numero_conta_executor numero_dv_conta_executor"
        " descricao_situacao_dado_bancario_executor",
    ),
    "empenhos_especiais": _columns(
        integer="id_empenho situacao_empenho tipo_documento_empenho ug_responsavel_empenho ug_emitente_empenho"
        " ptres_empenho grupo_natureza_despesa_empenho natureza_despesa_empenho subitem_empenho"
        " modalidade_despesa_empenho prioridade_desbloqueio_empenho id_plano_acao",
        number="valor_empenho",
        text="id_minuta_empenho numero_empenho descricao_situacao_empenho descricao_tipo_documento_empenho"
        " status_processamento_empenho descricao_ug_emitente_empenho fonte_recurso_empenho plano_interno_empenho"
        " categoria_despesa_empenho numero_ro_empenho data_emissao_empenho",
    ),
    "meta_especiais": _columns(
        integer="id_executor id_meta sequencial_meta qt_unidade_meta qt_meses_meta",
        number="vl_custeio_emenda_especial_meta vl_investimento_emenda_especial_meta"
        " vl_custeio_recursos_proprios_meta vl_investimento_recursos_proprios_meta vl_custeio_rendimento_meta"
        " vl_investimento_rendimento_meta vl_custeio_doacao_meta vl_investimento_doacao_meta",
        text="nome_meta desc_meta un_medida_meta",
    ),
    "planos_acao_historico_especiais": _columns(
        integer="id_historico_plano_acao id_plano_acao",
        text="situacao_historico_plano_acao operacao_historico_plano_acao descricao_historico_plano_acao"
        " data_hora_historico_plano_acao",
    ),
}
