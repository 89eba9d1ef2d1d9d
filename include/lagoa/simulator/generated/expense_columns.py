"""The eleven members of the Portal's daily Despesas: file name -> its header, as published on 01/01/2025."""

_BODY = (
    "Código Órgão Superior", "Órgão Superior", "Código Órgão", "Órgão", "Código Unidade Gestora", "Unidade Gestora",
    "Código Gestão", "Gestão", "Código Favorecido", "Favorecido", "Observação",
)  # fmt: skip
_NATURE = (
    "Código Categoria de Despesa", "Categoria de Despesa", "Código Grupo de Despesa", "Grupo de Despesa",
    "Código Modalidade de Aplicação", "Modalidade de Aplicação", "Código Elemento de Despesa", "Elemento de Despesa",
)  # fmt: skip
_PLAN = ("Código Plano Orçamentário", "Plano Orçamentário", "Código Programa Governo", "Nome Programa Governo")
_ARREARS = (
    "Valor Restos a Pagar Inscritos (R$)", "Valor Restos a Pagar Cancelado (R$)", "Valor Restos a Pagar Pagos (R$)",
)  # fmt: skip
_LIST = ("Código Pagamento", "Código Lista", "Data Emissão")

HEADERS: dict[str, tuple[str, ...]] = {
    "Empenho": (
        "Id Empenho", "Código Empenho", "Código Empenho Resumido", "Data Emissão", "Código Tipo Documento",
        "Tipo Documento", "Tipo Empenho", "Espécie Empenho", *_BODY, "Código Esfera Orçamentária",
        "Esfera Orçamentária", "Código Tipo Crédito", "Tipo Crédito", "Código Grupo Fonte Recurso",
        "Grupo Fonte Recurso", "Código Fonte Recurso", "Fonte Recurso", "Código Unidade Orçamentária",
        "Unidade Orçamentária", "Código Função", "Função", "Código SubFunção", "SubFunção", "Código Programa",
        "Programa", "Código Ação", "Ação", "Linguagem Cidadã", "Código Subtítulo (Localizador)",
        "Subtítulo (Localizador)", *_PLAN, "Autor Emenda", *_NATURE, "Processo", "Modalidade de Licitação", "Inciso",
        "Amparo", "Referência de Dispensa ou Inexigibilidade", "Código Convênio",
        "Contrato de Repasse / Termo de Parceria / Outros", "Valor Original do Empenho",
        "Valor do Empenho Convertido pra R$", "Valor Utilizado na Conversão",
    ),
    "ItemEmpenho": (
        "Id Empenho", "Código Empenho", *_NATURE, "Código SubElemento de Despesa", "SubElemento de Despesa",
        "Descrição", "Quantidade", "Valor Unitário", "Valor Total", "Sequencial", "Valor Atual",
    ),
    "ItemEmpenhoHistorico": (
        "Id Empenho", "Código Empenho", "Sequencial", "Tipo Operação", "Data Operação", "Quantidade Item",
        "Valor Unitário Item", "Valor Total Item",
    ),
    "Liquidacao": (
        "Código Liquidação", "Código Liquidação Resumido", "Data Emissão", "Código Tipo Documento", "Tipo Documento",
        *_BODY, *_NATURE, *_PLAN,
    ),
    "Liquidacao_EmpenhosImpactados": (
        "Código Liquidação", "Código Empenho", "Código Natureza Despesa Completa", "Subitem", "Valor Liquidado (R$)",
        *_ARREARS,
    ),
    "Pagamento": (
        "Código Pagamento", "Código Pagamento Resumido", "Data Emissão", "Código Tipo Documento", "Tipo Documento",
        "Tipo OB", "Extraorçamentário", *_BODY, "Processo", *_NATURE, *_PLAN, "Valor Original do Pagamento",
        "Valor do Pagamento Convertido pra R$", "Valor Utilizado na Conversão",
    ),
    "Pagamento_EmpenhosImpactados": (
        "Código Pagamento", "Código Empenho", "Código Natureza Despesa Completa", "Subitem", "Valor Pago (R$)",
        *_ARREARS,
    ),
    "Pagamento_FavorecidosFinais": (*_LIST, "Código Favorecido", "Favorecido", "Valor do Pagamento em R$"),
    "Pagamento_ListaBancos": (*_LIST, "Código Banco", "Nome Banco", "Agência", "Valor em R$"),
    "Pagamento_ListaFaturas": (
        *_LIST, "Código Sequência", "Valor Lançamento em R$", "Valor Desconto em R$", "Valor Juros em R$",
        "Valor Dedução em R$", "Valor Acréscimo em R$",
    ),
    "Pagamento_ListaPrecatorios": (*_LIST, "Número Parcela", "Valor Precatorio em R$"),
}  # fmt: skip
