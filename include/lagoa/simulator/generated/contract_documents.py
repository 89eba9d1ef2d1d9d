"""Contracts and commitments as Contratos.gov.br's API writes them: money as Brazilian text, bodies nested."""

from datetime import date

from lagoa.simulator.catalog import Document
from lagoa.simulator.generated.amounts import grouped_reais
from lagoa.simulator.generated.contract_states import ContractState, settled_part
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import Commitment, Supplier, Ug

HOST = "https://contratos.comprasnet.gov.br/api/contrato"
LINKS = ("historico", "empenhos", "cronograma", "garantias", "itens", "prepostos", "responsaveis", "faturas",
         "ocorrencias", "terceirizados", "arquivos")  # fmt: skip
INVALID_DATE = "0000-00-00"
INVALID_ONE_IN = 60
NO_PUBLICATION_ONE_IN = 14


def contract_document(seed: int, state: ContractState) -> Document:
    """An element of `/contrato/ug/{ug}`."""
    contract = state.contract
    draw = chance(seed, "contract document", contract.id)
    parcels = max(1, contract.num_parcelas)
    return {
        "id": contract.id,
        "receita_despesa": "Despesa",
        "numero": contract.numero,
        "contratante": {"orgao_origem": _body(contract.ug, "_origem"), "orgao": _body(contract.ug, "")},
        "fornecedor": supplier_document(contract.supplier),
        "codigo_tipo": "50",
        "tipo": "Contrato",
        "subtipo": None,
        "prorrogavel": "Sim" if contract.is_continuous else "Não",
        "situacao": "Ativo" if state.is_active else "Inativo",
        "justificativa_inativo": None if state.is_active else "Encerramento da vigência",
        "categoria": _category(contract.natureza),
        "subcategoria": None,
        "unidades_requisitantes": contract.ug.sigla,
        "processo": contract.processo,
        "objeto": contract.objeto.upper(),
        "amparo_legal": "LEI 14.133 / 2021 - Artigo: 28 - Inciso: I",
        "informacao_complementar": None,
        "codigo_modalidade": contract.modalidade_codigo,
        "modalidade": contract.modalidade,
        "unidade_compra": contract.ug.codigo,
        "licitacao_numero": f"{draw.randint(1, 99):05}/{contract.ano}",
        "sistema_origem_licitacao": None,
        "data_assinatura": _date(contract.data_assinatura),
        "data_publicacao": _published(draw.randrange(NO_PUBLICATION_ONE_IN * 5), contract.data_assinatura),
        "vigencia_inicio": _date(contract.vigencia_inicio),
        "vigencia_fim": _date(contract.vigencia_fim),
        "valor_inicial": grouped_reais(contract.valor_inicial_cents),
        "valor_global": grouped_reais(state.valor_global_cents),
        "num_parcelas": contract.num_parcelas,
        "valor_parcela": grouped_reais(state.valor_global_cents // parcels),
        "valor_acumulado": grouped_reais(state.valor_global_cents),
        "links": {name: f"{HOST}/{contract.id}/{name}" for name in LINKS},
    }


def commitment_document(position: int, made: Commitment, edition: str) -> Document:
    """An element of `/contrato/{id}/empenhos`; `contrato_id` is not told."""
    settled = int(made.liquidado_cents * settled_part(made, edition))
    paid = int(made.pago_cents * settled_part(made, edition))
    is_carried = made.ano < int(edition[:4])
    left = made.valor_cents - settled
    return {
        "id": position,
        "unidade_gestora": made.ug.codigo,
        "gestao": made.ug.gestao,
        "numero": made.numero,
        "data_emissao": _date(made.data_emissao),
        "credor": f"{made.supplier.written} - {made.supplier.nome.upper()}",
        "credor_obj": supplier_document(made.supplier),
        "fonte_recurso": made.fonte,
        "programa_trabalho": made.ptres,
        "planointerno": made.plano_interno or None,
        "naturezadespesa": made.natureza,
        "empenhado": grouped_reais(made.valor_cents),
        "aliquidar": grouped_reais(0 if is_carried else left),
        "liquidado": grouped_reais(settled - paid),
        "pago": grouped_reais(paid),
        "rpinscrito": grouped_reais(left if is_carried else 0),
        "rpaliquidar": grouped_reais(left if is_carried else 0),
        "rpliquidado": grouped_reais(0),
        "rppago": grouped_reais(0),
        "informacao_complementar": made.observacao,
        "sistema_origem": "SIAFI",
        "links": {"documento_pagamento": f"{HOST}/empenho/{position}/documento_pagamento"},
    }


def supplier_document(supplier: Supplier) -> Document:
    """A supplier, its CNPJ or CPF with dots."""
    return {
        "tipo": supplier.tipo,
        "cnpj_cpf_idgener": supplier.written,
        "nome": supplier.nome.upper(),
    }


def _body(ug: Ug, suffix: str) -> Document:
    return {
        "codigo": ug.orgao.codigo,
        "nome": ug.orgao.nome.upper(),
        f"unidade_gestora{suffix}": {
            "codigo": ug.codigo,
            "nome_resumido": ug.sigla,
            "nome": ug.nome.upper(),
            "sisg": "Sim" if ug.gestao == "00001" else "Não",
            "utiliza_siafi": "Sim",
            "utiliza_antecipagov": "Não",
        },
    }


def _category(natureza: str) -> str:
    if natureza.startswith("449051"):
        return "Engenharia"
    if natureza == "339040":
        return "Informática (TIC)"
    return {"339037": "Mão de Obra", "339030": "Compras", "449052": "Compras"}.get(natureza, "Serviços")


def _published(turn: int, signed: date) -> str | None:
    """Now and then nobody entered the day of publication, or a form's empty one."""
    if turn == 0:
        return INVALID_DATE
    return None if turn < 5 else _date(signed)


def _date(day: date | None) -> str | None:
    return day.isoformat() if day else None
