"""A valid spec of each kind, as text: what the invalid ones are made of by changing lines."""

FONTE = """\
source: fonte
title: Fonte
url: https://example.org
domain: teste
owner: Alguém
licence: Nenhuma
schedule: "0 5 * * *"
connection:
  base_url: https://example.org/api
  timeout_seconds: 30
  attempts: 3
resources:
  linhas:
    title: Linhas
    kind: rest
    path: /linhas
    params: { formato: json }
    write: { mode: merge, key: [id], watermark: mudou }
    fields: [id, nome, mudou]
    nested: [partes]
  itens:
    title: Itens de uma linha
    kind: rest
    path: /linhas/{linha}/itens
    parent: { resource: linhas, fields: { linha: id } }
    write: { mode: snapshot, key: [linha, numero] }
    fields: [numero, valor]
  anos:
    title: Anos
    kind: file
    path: /anos/{ano}
    for_each: { ano: exercicios }
    format: csv
    write: { mode: replace_partition, partition: ano }
    fields: [ano, valor]
"""
"""rest and file; a parent and its children."""

PADRAO = """\
source: padrao
title: Padrão
url: https://example.org
domain: teste
owner: Alguém
licence: Nenhuma
schedule: "@daily"
connection: { base_url: https://example.org }
defaults:
  kind: rest
  paging: { type: page_number, page: pagina, size: tamanho, page_size: 50, total: total }
  records: dados
  write: { mode: snapshot }
resources:
  uns: { title: Uns, path: /uns, write: { key: [id] }, fields: [id] }
  outros: { title: Outros, path: /outros, write: { key: [id] }, fields: [id] }
"""
"""Everything that resources share stands under defaults."""

BANCO = """\
source: banco
title: Banco de dados
url: https://example.org
domain: teste
owner: Alguém
licence: Nenhuma
schedule: "0 5 * * *"
connection:
  base_url: postgresql+psycopg2://{secret:banco_user}:{secret:banco_password}@banco.example.org/loja
resources:
  vendas:
    title: Vendas
    kind: sql
    table: loja.vendas
    write: { mode: merge, key: [id], watermark: mudou }
    fields: [id, mudou]
"""

CAIXA = """\
source: caixa
title: Caixa de correio
url: https://example.org
domain: teste
owner: Alguém
licence: Nenhuma
schedule: "0 5 * * *"
connection:
  base_url: imaps://mail.example.org/INBOX
  auth: { type: basic, user: caixa_user, password: caixa_password }
resources:
  relatorio:
    title: Relatório
    kind: file
    mail: { sender: relatorios@example.org, attachment: "*.zip" }
    archive: zip
    format: csv
    encoding: utf-16
    columns: [ug, nota, valor]
    keep: [arquivo]
    write: { mode: append, key: [nota] }
    fields: [ug, nota, valor]
"""

NOTAS = """\
source: notas
title: Notas
url: https://example.org
domain: teste
owner: Alguém
licence: Nenhuma
schedule: "0 5 * * *"
connection:
  base_url: https://example.org
  auth: { type: ws_security, user: notas_user, password: notas_password }
resources:
  empenhos:
    title: Empenhos
    kind: soap
    path: /servico?wsdl
    operation: consultar
    for_each: { ug: ugs, ano: exercicios }
    arguments: { ug: "{ug}", ano: "{ano}", numero: "{numero}" }
    paging: { type: sequence, parameter: numero, width: 6 }
    keep: [ug, ano, numero]
    write: { mode: append, key: [ug, ano, numero] }
    fields: [valor]
"""
