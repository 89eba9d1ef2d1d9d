{{
    config(
        unique_key="dia",
        post_hook="""{{
            remove_missing_partitions(
                source('portal_despesas', 'pagamento_empenhos'), 'dia', 'YYYYMMDD'
            )
        }}""",
    )
}}

{{
    despesas_documento_empenho(
        source("portal_despesas", "pagamento_empenhos"), "pagamento", "valor_pago"
    )
}}
