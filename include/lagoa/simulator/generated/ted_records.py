"""The rows of TransfereGov's eight TED tables at an edition: plans and notes -> records by column."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from lagoa.simulator.catalog import Cell, Table
from lagoa.simulator.generated.calendar import closes
from lagoa.simulator.generated.draw import chance
from lagoa.simulator.generated.federation import Federation, federation
from lagoa.simulator.generated.ted import Note, approved, moment_of, notes, numbers, programmings, situation
from lagoa.simulator.generated.ted_columns import COLUMNS

Record = dict[str, Cell]


def table(seed: int, scale: float, name: str, edition: str) -> Table:
    """One of the eight tables at an edition."""
    whole = federation(seed, scale)
    makers: dict[str, Callable[[], Iterator[Record]]] = {
        "programa": lambda: _programmes(whole),
        "programa_beneficiario": lambda: _beneficiaries(whole),
        "plano_acao": lambda: _plans(seed, whole, edition),
        "termo_execucao": lambda: _terms(seed, whole, edition),
        "nota_credito": lambda: (_note(seed, scale, note) for note in notes(seed, scale, edition)),
        "evento": lambda: _events(seed, scale, edition),
        "programacao_financeira": lambda: (
            _programming(note, numbers(seed, scale, "PF")[note.id]) for note in programmings(seed, scale, edition)
        ),
        "trf": lambda: _transfers(seed, scale, edition),
    }
    columns = COLUMNS[name]
    return Table(columns, (tuple(record[column.name] for column in columns) for record in makers[name]()))


def _programmes(whole: Federation) -> Iterator[Record]:
    by_programme = {plan.programa_id: plan for plan in reversed(whole.plans)}
    for programme_id, plan in sorted(by_programme.items()):
        giver = plan.descentralizadora
        yield {
            "id_programa": programme_id,
            "tx_codigo_programa": f"{giver.codigo}{plan.ano}{programme_id:04}",
            "aa_ano_programa": plan.ano,
            "tx_situacao_programa": "DISPONIBILIZADO",
            "tx_nome_programa": plan.objeto,
            "sigla_unidade_descentralizadora": giver.sigla,
            "unidade_descentralizadora": giver.nome,
            "sigla_unidade_responsavel_acompanhamento": giver.orgao.sigla,
            "unidade_responsavel_acompanhamento": giver.orgao.nome,
            "tx_objetivo_programa": plan.objeto,
            "tx_descricao_programa": f"{plan.objeto}, por execução descentralizada.",
            "in_grupo_investimento_obra": "false",
            "in_grupo_investimento_servico": "true",
            "in_grupo_investimento_equipamento": "false",
        }


def _beneficiaries(whole: Federation) -> Iterator[Record]:
    pairs = {(plan.programa_id, plan.descentralizada.orgao) for plan in whole.plans}
    for programme_id, orgao in sorted(pairs, key=lambda pair: (pair[0], pair[1].siorg)):
        yield {"id_programa": programme_id, "tx_codigo_siorg": orgao.siorg, "tx_nome_beneficiario": orgao.nome}


def _plans(seed: int, whole: Federation, edition: str) -> Iterator[Record]:
    for plan in whole.plans:
        if plan.inicio > closes(edition).date():
            continue
        state = situation(seed, plan, edition)
        has_instrument = state == "APROVADO"
        is_called = chance(seed, "call", plan.id).random() < 0.2
        yield {
            "id_plano_acao": plan.id,
            "id_programa": plan.programa_id,
            "aa_ano_plano_acao": plan.ano,
            "sq_instrumento": plan.id % 1000 if has_instrument else None,
            "aa_instrumento": plan.inicio.year if has_instrument else None,
            "vl_total_plano_acao": money(plan.valor_cents),
            "vl_beneficiario_especifico": "0" if is_called else money(plan.valor_cents),
            "vl_chamamento_publico": money(plan.valor_cents) if is_called else "0",
            "sigla_unidade_descentralizada": plan.descentralizada.sigla,
            "unidade_descentralizada": plan.descentralizada.nome,
            "sigla_unidade_responsavel_execucao": plan.descentralizada.sigla,
            "unidade_responsavel_execucao": plan.descentralizada.nome,
            "dt_inicio_vigencia": plan.inicio.isoformat(),
            "dt_fim_vigencia": plan.fim.isoformat(),
            "tx_objeto_plano_acao": plan.objeto,
            "tx_justificativa_plano_acao": f"Ação de interesse recíproco. {plan.objeto}.",
            "in_forma_execucao_direta": "true",
            "in_forma_execucao_particulares": "false",
            "in_forma_execucao_descentralizada": "false",
            "tx_situacao_plano_acao": state,
        }


def _terms(seed: int, whole: Federation, edition: str) -> Iterator[Record]:
    today = closes(edition)
    for plan in approved(seed, whole, edition):
        draw = chance(seed, "term", plan.id)
        signed = moment_of(draw, plan.inicio + timedelta(days=draw.randint(0, 9)))
        if signed > today:
            continue
        is_over = plan.fim < today.date()
        yield {
            "id_termo": plan.id + 1_000_000,
            "id_plano_acao": plan.id,
            "tx_situacao_termo": "CUMPRIMENTO_OBJETO_INICIADO" if is_over else "EM_EXECUCAO",
            "tx_num_processo_sei": f"{plan.descentralizadora.gestao}{draw.randint(0, 999_999):06}{plan.ano}"
            f"{draw.randint(0, 99):02}",
            "dt_assinatura_termo": f"{signed:%Y-%m-%d}",
            "tx_numero_ns_termo": f"{signed.year}NS{draw.randint(1, 9_999):06}",
            "dt_efetivacao_termo": stamp(signed + timedelta(days=1)),
        }


def _note(seed: int, scale: float, note: Note) -> Record:
    draw = chance(seed, "credit note", note.id)
    names = (
        f"TED {note.plan.numero_transferencia}",
        f"TRANSFERENCIA {note.plan.numero_transferencia}",
        f"DESCENTRALIZACAO DE CREDITO CF. TED N. {note.plan.id}/{note.plan.ano}",
    )
    return {
        "id_nota": note.id,
        "id_plano_acao": note.plan.id,
        "tx_minuta_nota": f"M{note.id:08}",
        "tx_numero_nota": numbers(seed, scale, "NC").get(note.id),
        "dt_emissao_nota": stamp(note.issued),
        "cd_gestao_emitente_nota": note.issuer.gestao,
        "cd_ug_emitente_nota": note.issuer.codigo,
        "cd_gestao_favorecida_nota": note.favoured.gestao,
        "cd_ug_favorecida_nota": note.favoured.codigo,
        "tx_situacao_nota": "ENVIADA" if note.is_sent else "MINUTA",
        "tx_observacao_nota": draw.choice(names),
    }


def _events(seed: int, scale: float, edition: str) -> Iterator[Record]:
    for note in notes(seed, scale, edition):
        draw = chance(seed, "events", note.plan.id)
        ptres, fonte = f"{draw.randint(100_000, 239_999)}", draw.choice(("1000000000", "0172024307"))
        for event, cents in note.lines:
            yield {
                "id_nota": note.id,
                "cd_evento": event,
                "cd_ptres_evento": ptres,
                "cd_fonte_recurso_evento": fonte,
                "cd_plano_interno_evento": "M20RKG0100N",
                "codigo_natureza": "339000",
                "vl_evento": money(cents),
                "cd_ug_responsavel_evento": note.plan.descentralizadora.codigo,
            }


def _programming(note: Note, document: str) -> Record:
    return {
        "id_programacao": note.id,
        "id_plano_acao": note.plan.id,
        "tp_pf_tipo_programacao": "REPASSE",
        "tx_numero_programacao": document,
        "tx_minuta_programacao": f"P{note.id:08}",
        "tx_situacao_programacao": "ENVIADA",
        "ug_emitente_programacao": note.issuer.codigo,
        "ug_favorecida_programacao": note.favoured.codigo,
        "dh_recebimento_programacao": stamp(note.issued),
    }


def _transfers(seed: int, scale: float, edition: str) -> Iterator[Record]:
    for note in programmings(seed, scale, edition):
        fonte = chance(seed, "events", note.plan.id).choice(("1000000000", "0172024307"))
        for binding, cents in note.lines:
            yield {
                "id_programacao": note.id,
                "cd_vinculacao_trf": binding,
                "cd_fonte_recurso_trf": fonte,
                "cd_categoria_gasto_trf": "C",
                "vl_valor_trf": money(cents),
                "cd_situacao_contabil_trf": "TRF001",
            }


def money(cents: int) -> str:
    """A JSON number as the API writes it: whole reais without a fraction."""
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)


def stamp(moment: datetime) -> str:
    """No zone, and no more decimals than are not zero: none to six."""
    text = moment.isoformat(timespec="microseconds")
    return text.rstrip("0").rstrip(".") if "." in text else text
