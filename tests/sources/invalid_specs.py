"""Invalid specs: the lines that are changed in a valid one, and every line that is told of it."""

from typing import NamedTuple

from tests.sources.valid_specs import BANCO, CAIXA, FONTE, NOTAS, PADRAO

from lagoa.sources.spec import Connection, FileResource, RestResource, SourceSpec

SOURCE_KEYS, CONNECTION_KEYS, REST_KEYS, FILE_KEYS = (
    ", ".join(model.model_fields) for model in (SourceSpec, Connection, RestResource, FileResource)
)


class Case(NamedTuple):
    """A valid spec, what is exchanged in it, and what is told then."""

    spec: str
    exchanged: tuple[tuple[str, str], ...]
    told: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the source and its file."""
        return self.spec.partition("source: ")[2].partition("\n")[0]

    @property
    def text(self) -> str:
        """The invalid spec."""
        text = self.spec
        for before, after in self.exchanged:
            if text.count(before) < 1:
                raise ValueError(f"found no {before!r} in the valid spec, expected it once")
            text = text.replace(before, after, 1)
        return text


OF_ITENS = ("{ mode: snapshot, key: [linha, numero] }", "{ mode: merge, key: [linha, numero], full_every_days: 7 }")
"""Most runs of the items may then pass over some of their parents."""

DELIMITER = 'Write it between double quotes, such as ";" or "|"; tab is "\\t".'
WRITTEN_OUT = (
    " found a value that is written out (not shown), expected {secret:name}. Put the value into .env as "
    "LAGOA_SECRET_<NAME>."
)

CASES = {
    "a parameter that YAML takes for true": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { ativos: true }\n"),),
        (
            (
                "fonte.yml:17: resources.linhas.params.ativos: found true, expected text or a whole number. "
                "Put it between quotes: YAML reads yes, no, on and off as true and false."
            ),
        ),
    ),
    "a parameter that is a fraction": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { desde: 1.5 }\n"),),
        (
            (
                "fonte.yml:17: resources.linhas.params.desde: found 1.5, expected text or a whole number. Put "
                "it between quotes."
            ),
        ),
    ),
    "a parameter that YAML takes for a date": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { desde: 2025-01-01 }\n"),),
        (
            (
                "fonte.yml:17: resources.linhas.params.desde: found 2025-01-01, expected text or a whole "
                "number. Put it between quotes."
            ),
        ),
    ),
    "a parameter in braces without quotes": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { orgao: {siorg} }\n"),),
        (
            (
                "fonte.yml:17: resources.linhas.params.orgao: found a mapping, expected text or a whole "
                "number. Put it between quotes: YAML reads braces as a mapping."
            ),
        ),
    ),
    "a path in braces without quotes": Case(
        FONTE,
        (("    path: /linhas\n", "    path: {linhas}\n"),),
        (
            (
                "fonte.yml:16: resources.linhas.path: found a mapping, expected a path that begins with /. "
                "Put it between quotes: YAML reads braces as a mapping."
            ),
        ),
    ),
    "a parameter in the braces of another tool": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { orgao: '{{siorg}}', ug: '${ug}' }\n"),),
        (
            (
                "fonte.yml:17: resources.linhas.params.orgao: found {{siorg}}, expected {name} or "
                "{secret:name}, where a name begins with a small letter. Write {siorg}."
            ),
            (
                "fonte.yml:17: resources.linhas.params.ug: found ${ug}, expected {name} or {secret:name}, "
                "where a name begins with a small letter. Write {ug}."
            ),
        ),
    ),
    "a path with the braces of another tool": Case(
        FONTE,
        (("/linhas/{linha}/itens", "/linhas/{{linha}}/itens"),),
        (
            (
                "fonte.yml:24: resources.itens.path: found {{linha}}, expected {name} or {secret:name}, where "
                "a name begins with a small letter. Write {linha}."
            ),
        ),
    ),
    "a path with blanks in braces": Case(
        FONTE,
        (("/linhas/{linha}/itens", "/linhas/{ linha }/itens"),),
        (
            (
                "fonte.yml:24: resources.itens.path: found '/linhas/{ linha }/itens', expected braces around "
                "names only, as in /pedidos/{pedido}. Correct the braces."
            ),
        ),
    ),
    "a path with an open brace": Case(
        FONTE,
        (("/linhas/{linha}/itens", "/linhas/{linha/itens"),),
        (
            (
                "fonte.yml:24: resources.itens.path: found '/linhas/{linha/itens', expected braces around "
                "names only, as in /pedidos/{pedido}. Correct the braces."
            ),
        ),
    ),
    "attempts that YAML takes for true": Case(
        FONTE,
        (("  attempts: 3\n", "  attempts: yes\n"),),
        (("fonte.yml:11: connection.attempts: found true, expected a whole number of at least 1. Change it."),),
    ),
    "attempts between quotes": Case(
        FONTE,
        (("  attempts: 3\n", "  attempts: '3'\n"),),
        (
            (
                "fonte.yml:11: connection.attempts: found '3', expected a whole number of at least 1. Take "
                "the quotes away."
            ),
        ),
    ),
    "a time without an end": Case(
        FONTE,
        (("  timeout_seconds: 30\n", "  timeout_seconds: .inf\n"),),
        ("fonte.yml:10: connection.timeout_seconds: found inf, expected a number above 0. Change it.",),
    ),
    "a shrink that YAML takes for true": Case(
        FONTE,
        (
            (
                "write: { mode: merge, key: [id], watermark: mudou }",
                "write: { mode: merge, key: [id], watermark: mudou, max_shrink: yes }",
            ),
        ),
        (("fonte.yml:18: resources.linhas.write.max_shrink: found true, expected a number from 0 to 1. Change it."),),
    ),
    "a tolerance that YAML takes for true": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    completeness: { tolerance: on }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.completeness.tolerance: found true, expected a number from 0 "
                "to 1. Change it."
            ),
        ),
    ),
    "an empty status that is no list": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: 204\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.empty_status: found 204, expected a list of items, each a "
                "whole number from 100 to 599. Write [204]."
            ),
        ),
    ),
    "years in place of the name of their list": Case(
        FONTE,
        (("for_each: { ano: exercicios }", "for_each: { ano: [2024, 2025] }"),),
        (
            (
                "fonte.yml:32: resources.anos.for_each.ano: found a list, expected the name of a list in "
                "include/agencies/<agency>.yml. Change it."
            ),
        ),
    ),
    "a list for each that has no parameter": Case(
        FONTE,
        (("for_each: { ano: exercicios }", "for_each: exercicios"),),
        (
            (
                "fonte.yml:32: resources.anos.for_each: found 'exercicios', expected a mapping of names, each "
                "to the name of a list in include/agencies/<agency>.yml. Change it."
            ),
        ),
    ),
    "personal data without its treatment": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: [nome]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal: found a list, expected a mapping of names, each to "
                "one of: keep, mask, mask_id, mask_cpf, pseudonym, drop. Change it."
            ),
        ),
    ),
    "no resources beside defaults": Case(
        PADRAO,
        (
            (
                PADRAO[PADRAO.index("resources:") :],
                "resources:\n",
            ),
        ),
        ("padrao.yml:14: resources: found nothing, expected a mapping that is not empty. Change it.",),
    ),
    "the key of Portal da Transparência written out in a header": Case(
        FONTE,
        (("  attempts: 3\n", "  headers: { chave-api-dados: 0a1b2c }\n"),),
        ("fonte.yml:11: connection.headers.chave-api-dados:" + WRITTEN_OUT,),
    ),
    "the key of Ploomes written out in a header": Case(
        FONTE,
        (("  attempts: 3\n", "  headers: { User-Key: 0a1b2c }\n"),),
        ("fonte.yml:11: connection.headers.User-Key:" + WRITTEN_OUT,),
    ),
    "a key of a gateway written out in a header": Case(
        FONTE,
        (("  attempts: 3\n", "  headers: { Ocp-Apim-Subscription-Key: 0a1b2c }\n"),),
        ("fonte.yml:11: connection.headers.Ocp-Apim-Subscription-Key:" + WRITTEN_OUT,),
    ),
    "an authorization of the agency in a header": Case(
        FONTE,
        (("  attempts: 3\n", '  headers: { Authorization: "Bearer {token}" }\n'),),
        ("fonte.yml:11: connection.headers.Authorization:" + WRITTEN_OUT,),
    ),
    "an API key written out in the query": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { formato: json, api_key: 0a1b2c }\n"),),
        ("fonte.yml:17: resources.linhas.params.api_key:" + WRITTEN_OUT,),
    ),
    "a key written out in the query": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { formato: json, key: 0a1b2c }\n"),),
        ("fonte.yml:17: resources.linhas.params.key:" + WRITTEN_OUT,),
    ),
    "a token written out in the query": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { formato: json, access_token: 0a1b2c }\n"),),
        ("fonte.yml:17: resources.linhas.params.access_token:" + WRITTEN_OUT,),
    ),
    "a number as a key written out in the query": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { formato: json, apikey: 123456 }\n"),),
        ("fonte.yml:17: resources.linhas.params.apikey:" + WRITTEN_OUT,),
    ),
    "a token of the agency written out in the query": Case(
        FONTE,
        (("    params: { formato: json }\n", '    params: { formato: json, token: "{senha_da_agencia}" }\n'),),
        ("fonte.yml:17: resources.linhas.params.token:" + WRITTEN_OUT,),
    ),
    "a key written out in a path": Case(
        FONTE,
        (("    path: /linhas\n", "    path: /linhas?api_key=0a1b2c\n"),),
        ("fonte.yml:16: resources.linhas.path:" + WRITTEN_OUT,),
    ),
    "a password written out in the arguments of SOAP": Case(
        NOTAS,
        (('numero: "{numero}" }', 'numero: "{numero}", senha: 0a1b2c }'),),
        ("notas.yml:18: resources.empenhos.arguments.senha:" + WRITTEN_OUT,),
    ),
    "a status 401 that means no rows": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 401]\n"),),
        ("fonte.yml:21: resources.linhas.empty_status.1: found 401, expected a status that means no rows. Remove it.",),
    ),
    "a status 403 that means no rows": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 403]\n"),),
        ("fonte.yml:21: resources.linhas.empty_status.1: found 403, expected a status that means no rows. Remove it.",),
    ),
    "a status 408 that means no rows": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 408]\n"),),
        ("fonte.yml:21: resources.linhas.empty_status.1: found 408, expected a status that means no rows. Remove it.",),
    ),
    "a status 429 that means no rows": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 429]\n"),),
        ("fonte.yml:21: resources.linhas.empty_status.1: found 429, expected a status that means no rows. Remove it.",),
    ),
    "a status 500 that means no rows": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 500]\n"),),
        ("fonte.yml:21: resources.linhas.empty_status.1: found 500, expected a status that means no rows. Remove it.",),
    ),
    "a status 503 that means no rows": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 503]\n"),),
        ("fonte.yml:21: resources.linhas.empty_status.1: found 503, expected a status that means no rows. Remove it.",),
    ),
    "a field of the key twice": Case(
        FONTE,
        (("key: [id], watermark: mudou", "key: [id, nome, id], watermark: mudou"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.key.2: found 'id' twice, expected each field of the key "
                "once. Remove one of them."
            ),
        ),
    ),
    "a look-back without windows": Case(
        FONTE,
        (("watermark: mudou }", "watermark: mudou, look_back_days: 2 }"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.look_back_days: found it where no run begins at a watermark, "
                "expected it beside `watermark` and `window`; a database needs no window. Remove it, or add what "
                "is missing."
            ),
        ),
    ),
    "a look-back without a watermark in a database": Case(
        BANCO,
        (("watermark: mudou }", "look_back_days: 2 }"),),
        (
            (
                "banco.yml:15: resources.vendas.write.look_back_days: found it where no run begins at a watermark, "
                "expected it beside `watermark` and `window`; a database needs no window. Remove it, or add what "
                "is missing."
            ),
        ),
    ),
    "OData by $skip without an order": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: odata, page_size: 10 }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.paging.order: found nothing, expected a total order: without one "
                "pages overlap. Add it: `order: id`."
            ),
        ),
    ),
    "OData by $skip in an order without the key": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: odata, page_size: 10, order: mudou desc }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.order: found 'mudou desc' without id, expected every field "
                "of the key: without a total order pages overlap. Add id."
            ),
        ),
    ),
    "a way of throttling that is an answer": Case(
        FONTE,
        (("  attempts: 3\n", "  attempts: 3\n  throttled: { status: [200], at: code, values: [] }\n"),),
        (
            (
                "fonte.yml:12: connection.throttled.status.0: found 200, expected a whole number from 400 to 599. "
                "Change it."
            ),
            (
                "fonte.yml:12: connection.throttled.values: found an empty list, expected a list of items, each a "
                "whole number or text that is not empty. Change it."
            ),
        ),
    ),
    "a way of throttling of a database": Case(
        BANCO,
        (("resources:\n", "  throttled: { status: [400], at: code, values: [17] }\nresources:\n"),),
        (
            (
                "banco.yml:10: connection.throttled: found a status of HTTP for postgresql://, expected it with "
                "https:// only. Remove it."
            ),
        ),
    ),
    "a way of throttling of SOAP": Case(
        NOTAS,
        (("resources:\n", "  throttled: { status: [400], at: code, values: [17] }\nresources:\n"),),
        (
            (
                "notas.yml:15: resources.empenhos.kind: found 'soap' with `connection.throttled`, expected rest or "
                "file: its bodies are JSON. Remove one."
            ),
        ),
    ),
    "metadata without records": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    metadata: [fieldMask]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.metadata: found fieldMask, expected it with `records` only. Remove it, "
                "or add `records`."
            ),
        ),
    ),
    "no title": Case(
        FONTE,
        (("title: Fonte\n", ""),),
        ("fonte.yml:1: title: found nothing, expected text that is not empty. Add it.",),
    ),
    "an empty title": Case(
        FONTE,
        (("title: Fonte\n", "title:\n"),),
        ("fonte.yml:2: title: found nothing, expected text that is not empty. Change it.",),
    ),
    "a title of no characters": Case(
        FONTE,
        (("title: Fonte\n", 'title: ""\n'),),
        ("fonte.yml:2: title: found '', expected text that is not empty. Change it.",),
    ),
    "a title that is a number": Case(
        FONTE,
        (("title: Fonte\n", "title: 2025\n"),),
        ("fonte.yml:2: title: found 2025, expected text that is not empty. Put it between quotes.",),
    ),
    "a title that YAML takes for true": Case(
        FONTE,
        (("title: Fonte\n", "title: yes\n"),),
        (
            (
                "fonte.yml:2: title: found true, expected text that is not empty. Put it between quotes: YAML reads "
                "yes, no, on and off as true and false."
            ),
        ),
    ),
    "a title that YAML takes for a date": Case(
        FONTE,
        (("title: Fonte\n", "title: 2025-01-01\n"),),
        ("fonte.yml:2: title: found 2025-01-01, expected text that is not empty. Put it between quotes.",),
    ),
    "a key with a slip": Case(
        FONTE,
        (("title: Fonte\n", "titel: Fonte\n"),),
        (
            "fonte.yml:1: title: found nothing, expected text that is not empty. Add it.",
            ("fonte.yml:2: titel: found an unknown key, expected one of: " + SOURCE_KEYS + ". Did you mean 'title'?"),
        ),
    ),
    "a key that does not exist": Case(
        FONTE,
        (("owner: Alguém\n", "owner: Alguém\ncolour: blue\n"),),
        (("fonte.yml:6: colour: found an unknown key, expected one of: " + SOURCE_KEYS + ". Remove it."),),
    ),
    "a key in the wrong place": Case(
        FONTE,
        (("owner: Alguém\n", "owner: Alguém\nbase_url: https://example.org\n"),),
        (
            (
                "fonte.yml:6: base_url: found an unknown key, expected one of: "
                + SOURCE_KEYS
                + ". Move it under `connection`."
            ),
        ),
    ),
    "a key that is a number": Case(
        FONTE,
        (("owner: Alguém\n", "owner: Alguém\n7: sete\n"),),
        (("fonte.yml:6: 7: found an unknown key, expected one of: " + SOURCE_KEYS + ". Remove it."),),
    ),
    "a key that comes twice": Case(
        FONTE,
        (("owner: Alguém\n", "owner: Alguém\nowner: Outro\n"),),
        (
            (
                "fonte.yml:6: owner: found the key again, after line 5, expected each key once. Remove one: only one "
                "could count."
            ),
        ),
    ),
    "a key that comes twice further in": Case(
        FONTE,
        (("  attempts: 3\n", "  attempts: 3\n  attempts: 4\n"),),
        (
            (
                "fonte.yml:12: connection.attempts: found the key again, after line 11, expected each key once. "
                "Remove one: only one could count."
            ),
        ),
    ),
    "a source in capitals": Case(
        FONTE,
        (("source: fonte", "source: Fonte"),),
        (
            (
                "fonte.yml:1: source: found 'Fonte', expected a name of small letters, digits and _ that begins with "
                "a letter. Change it."
            ),
            "fonte.yml:1: source: found 'Fonte', expected the file's name 'fonte'. Rename one of them.",
        ),
    ),
    "another name than the file's": Case(
        FONTE,
        (("source: fonte", "source: outra"),),
        ("fonte.yml:1: source: found 'outra', expected the file's name 'fonte'. Rename one of them.",),
    ),
    "an address for people that is none": Case(
        FONTE,
        (("url: https://example.org", "url: example.org"),),
        ("fonte.yml:3: url: found 'example.org', expected an address of the web. Change it.",),
    ),
    "a domain with a blank": Case(
        FONTE,
        (("domain: teste", "domain: um teste"),),
        (
            (
                "fonte.yml:4: domain: found 'um teste', expected a name of small letters, digits and _ that begins "
                "with a letter. Change it."
            ),
        ),
    ),
    "a schedule of four fields": Case(
        FONTE,
        (('"0 5 * * *"', '"0 5 * *"'),),
        (
            (
                "fonte.yml:7: schedule: found '0 5 * *', expected five fields of cron such as 0 5 * * *, or @daily, "
                "@weekly, @monthly. Change it."
            ),
        ),
    ),
    "a schedule at 25 o'clock": Case(
        FONTE,
        (('"0 5 * * *"', '"0 25 * * *"'),),
        (
            (
                "fonte.yml:7: schedule: found '0 25 * * *', expected five fields of cron such as 0 5 * * *, or "
                "@daily, @weekly, @monthly. Correct it: minute, hour, day, month, weekday."
            ),
        ),
    ),
    "a schedule on 31 February": Case(
        FONTE,
        (('"0 5 * * *"', '"0 5 31 2 *"'),),
        (
            (
                "fonte.yml:7: schedule: found '0 5 31 2 *', expected five fields of cron such as 0 5 * * *, or "
                "@daily, @weekly, @monthly. Correct it: minute, hour, day, month, weekday."
            ),
        ),
    ),
    "a schedule of words": Case(
        FONTE,
        (('"0 5 * * *"', '"@sometimes"'),),
        (
            (
                "fonte.yml:7: schedule: found '@sometimes', expected five fields of cron such as 0 5 * * *, or "
                "@daily, @weekly, @monthly. Correct it: minute, hour, day, month, weekday."
            ),
        ),
    ),
    "no resources": Case(
        FONTE,
        ((FONTE[FONTE.index("resources:") :], "resources: {}\n"),),
        ("fonte.yml:12: resources: found an empty mapping, expected a mapping that is not empty. Change it.",),
    ),
    "resources as a list": Case(
        FONTE,
        ((FONTE[FONTE.index("resources:") :], "resources: [linhas]\n"),),
        ("fonte.yml:12: resources: found a list, expected a mapping that is not empty. Change it.",),
    ),
    "no connection": Case(
        FONTE,
        (("connection:\n  base_url: https://example.org/api\n  timeout_seconds: 30\n  attempts: 3\n", ""),),
        (
            (
                "fonte.yml:1: connection: found nothing, expected a mapping with some of the keys: "
                + CONNECTION_KEYS
                + ". Add it."
            ),
        ),
    ),
    "a connection that is a text": Case(
        FONTE,
        (
            (
                "connection:\n  base_url: https://example.org/api\n  timeout_seconds: 30\n  attempts: 3\n",
                "connection: https://example.org\n",
            ),
        ),
        (
            (
                "fonte.yml:8: connection: found 'https://example.org', expected a mapping with some of the keys: "
                + CONNECTION_KEYS
                + ". Change it."
            ),
        ),
    ),
    "http for an API": Case(
        FONTE,
        (("https://example.org/api", "http://example.org/api"),),
        (
            (
                "fonte.yml:15: resources.linhas.kind: found 'rest' with an address of http://, expected an address "
                "of one of: https. Correct `kind` or `connection.base_url`."
            ),
            (
                "fonte.yml:23: resources.itens.kind: found 'rest' with an address of http://, expected an address "
                "of one of: https. Correct `kind` or `connection.base_url`."
            ),
        ),
    ),
    "credentials over http": Case(
        CAIXA,
        (("imaps://mail.example.org/INBOX", "http://example.org"),),
        (
            (
                "caixa.yml:10: connection.auth.type: found 'basic' with an address of http://, expected one of: "
                "none. Use https://, or take `auth` out where the files are public."
            ),
        ),
    ),
    "a secret in a header over http": Case(
        CAIXA,
        (
            ("imaps://mail.example.org/INBOX", "http://example.org"),
            (
                "  auth: { type: basic, user: caixa_user, password: caixa_password }\n",
                "  headers: { X-Key: '{secret:chave}' }\n",
            ),
            ('    mail: { sender: relatorios@example.org, attachment: "*.zip" }\n', "    path: /*.zip\n"),
        ),
        (
            (
                "caixa.yml:10: connection.headers.X-Key: found a secret with an address of http://, expected no "
                "credentials, which anybody on the way could read. Use https://."
            ),
        ),
    ),
    "a secret in the query over http": Case(
        CAIXA,
        (
            ("imaps://mail.example.org/INBOX", "http://example.org"),
            ("  auth: { type: basic, user: caixa_user, password: caixa_password }\n", ""),
            (
                '    mail: { sender: relatorios@example.org, attachment: "*.zip" }\n',
                "    path: /*.zip\n    params: { chave: '{secret:chave}' }\n",
            ),
        ),
        (
            (
                "caixa.yml:15: resources.relatorio.params.chave: found a secret with an address of http://, "
                "expected no credentials, which anybody on the way could read. Use https://."
            ),
        ),
    ),
    "a scheme that nobody reads": Case(
        FONTE,
        (("https://example.org/api", "ftp://example.org/api"),),
        (
            (
                "fonte.yml:9: connection.base_url: found 'ftp://example.org/api', expected an address of https, http, "
                "s3, gs, sftp, file, imaps or of a database (postgresql, mysql, oracle, mssql, sqlite, duckdb), "
                "without blanks and without a slash at the end. Change it."
            ),
        ),
    ),
    "a slash at the end": Case(
        FONTE,
        (("https://example.org/api", "https://example.org/api/"),),
        (
            (
                "fonte.yml:9: connection.base_url: found 'https://example.org/api/', expected an address of https, "
                "http, s3, gs, sftp, file, imaps or of a database (postgresql, mysql, oracle, mssql, sqlite, duckdb), "
                "without blanks and without a slash at the end. Change it."
            ),
        ),
    ),
    "a password in the address": Case(
        FONTE,
        (("https://example.org/api", "https://maria:abre-te@example.org/api"),),  # pragma: allowlist secret
        (
            (
                "fonte.yml:9: connection.base_url: found a user before the host, expected the host alone. Write it "
                "as `auth: {type: basic, …}`."
            ),
        ),
    ),
    "a secret in the address of an API": Case(
        FONTE,
        (("https://example.org/api", "https://example.org/{secret:chave}"),),
        (
            (
                "fonte.yml:9: connection.base_url: found a secret in an address, expected secrets under `auth` or "
                "`headers`. Move it there."
            ),
        ),
    ),
    "a placeholder in capitals": Case(
        FONTE,
        (("https://example.org/api", "https://example.org/{Orgao}"),),
        (
            (
                "fonte.yml:9: connection.base_url: found {Orgao}, expected {name} or {secret:name}, where a name "
                "begins with a small letter. Rename the parameter or take the braces away."
            ),
        ),
    ),
    "no time": Case(
        FONTE,
        (("timeout_seconds: 30", "timeout_seconds: 0"),),
        ("fonte.yml:10: connection.timeout_seconds: found 0, expected a number above 0. Change it.",),
    ),
    "a time in words": Case(
        FONTE,
        (("timeout_seconds: 30", "timeout_seconds: half a minute"),),
        ("fonte.yml:10: connection.timeout_seconds: found 'half a minute', expected a number above 0. Change it.",),
    ),
    "no attempts": Case(
        FONTE,
        (("attempts: 3", "attempts: 0"),),
        ("fonte.yml:11: connection.attempts: found 0, expected a whole number of at least 1. Change it.",),
    ),
    "half an attempt": Case(
        FONTE,
        (("attempts: 3", "attempts: 2.5"),),
        ("fonte.yml:11: connection.attempts: found 2.5, expected a whole number of at least 1. Change it.",),
    ),
    "too many at once": Case(
        FONTE,
        (("  attempts: 3\n", "  concurrency: 99\n"),),
        ("fonte.yml:11: connection.concurrency: found 99, expected a whole number from 1 to 32. Change it.",),
    ),
    "no pause": Case(
        FONTE,
        (("  attempts: 3\n", "  backoff_seconds: 0\n"),),
        ("fonte.yml:11: connection.backoff_seconds: found 0, expected a number above 0. Change it.",),
    ),
    "no requests a minute": Case(
        FONTE,
        (("  attempts: 3\n", "  requests_per_minute: 0\n"),),
        (
            (
                "fonte.yml:11: connection.requests_per_minute: found 0, expected a number above 0 or a list of "
                "items, each a mapping with some of the keys: limit, hours. Change it."
            ),
        ),
    ),
    "requests a minute in words": Case(
        FONTE,
        (("  attempts: 3\n", "  requests_per_minute: many\n"),),
        (
            (
                "fonte.yml:11: connection.requests_per_minute: found 'many', expected a number above 0 or a list of "
                "items, each a mapping with some of the keys: limit, hours. Change it."
            ),
        ),
    ),
    "requests a minute at 25 o'clock": Case(
        FONTE,
        (("  attempts: 3\n", "  requests_per_minute: [{ limit: 400, hours: 0-5 }, { limit: 90, hours: 6-25 }]\n"),),
        (
            (
                "fonte.yml:11: connection.requests_per_minute.1.hours: found '6-25', expected two hours of the day "
                "such as 6-23. Change it."
            ),
        ),
    ),
    "requests a minute without a limit": Case(
        FONTE,
        (("  attempts: 3\n", "  requests_per_minute: [{ hours: 0-5 }]\n"),),
        (("fonte.yml:11: connection.requests_per_minute.0.limit: found nothing, expected a number above 0. Add it."),),
    ),
    "an unknown authentication": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: token, secret: chave }\n"),),
        (
            (
                "fonte.yml:11: connection.auth.type: found 'token', expected one of: basic, bearer, header, none, "
                "oauth2, session, ws_security. Choose one."
            ),
        ),
    ),
    "an authentication without a type": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { secret: chave }\n"),),
        (
            (
                "fonte.yml:11: connection.auth.type: found nothing, expected one of: basic, bearer, header, none, "
                "oauth2, session, ws_security. Choose one."
            ),
        ),
    ),
    "an authentication that is a text": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: bearer\n"),),
        (
            (
                "fonte.yml:11: connection.auth: found something else (not shown: it may be the secret), expected "
                "a mapping whose `type` is one of: basic, bearer, header, none, oauth2, session, ws_security. Change "
                "it."
            ),
        ),
    ),
    "an authentication without its secret": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: bearer }\n"),),
        (
            (
                "fonte.yml:11: connection.auth.secret: found nothing, expected the name of a setting: `api_key` "
                "stands for LAGOA_SECRET_API_KEY. Add it."
            ),
        ),
    ),
    "a secret that is written out": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: bearer, secret: Ab3$x-9 }\n"),),
        (
            (
                "fonte.yml:11: connection.auth.secret: found something else (not shown: it may be the secret), "
                "expected the name of a setting: `api_key` stands for LAGOA_SECRET_API_KEY. Put the secret itself "
                "into .env and its name here."
            ),
        ),
    ),
    "a key in no header": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: header, secret: chave }\n"),),
        ("fonte.yml:11: connection.auth.name: found nothing, expected text that is not empty. Add it.",),
    ),
    "a user of the wrong authentication": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: bearer, secret: chave, user: maria }\n"),),
        (
            (
                "fonte.yml:11: connection.auth.user: found an unknown key, expected one of: type, secret. Remove it: "
                "it belongs to `type: basic` and `type: ws_security`."
            ),
        ),
    ),
    "a token over http": Case(
        FONTE,
        (
            (
                "  attempts: 3\n",
                "  auth: { type: oauth2, token_url: http://example.org/token, client_id: a, client_secret: b }\n",
            ),
        ),
        (
            (
                "fonte.yml:11: connection.auth.token_url: found 'http://example.org/token', expected an address that "
                "begins with https://. Change it."
            ),
        ),
    ),
    "a client in the wrong place": Case(
        FONTE,
        (
            (
                "  attempts: 3\n",
                (
                    "  auth: { type: oauth2, token_url: https://example.org/token, client_id: a, client_secret: b, "
                    "style: header }\n"
                ),
            ),
        ),
        ("fonte.yml:11: connection.auth.style: found 'header', expected one of: basic, body. Choose one.",),
    ),
    "a login without a slash": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: session, login: Login, body: { user: x } }\n"),),
        ("fonte.yml:11: connection.auth.login: found 'Login', expected a path that begins with /. Change it.",),
    ),
    "a login with its password written out": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: session, login: /Login, body: { Password: abre-te } }\n"),),
        (
            (
                "fonte.yml:11: connection.auth.body.Password: found a value that is written out (not shown), "
                "expected {secret:name}. Put the value into .env as LAGOA_SECRET_<NAME>."
            ),
        ),
    ),
    "a certificate without its key": Case(
        FONTE,
        (("  attempts: 3\n", "  certificate: { certificate: cert }\n"),),
        (
            (
                "fonte.yml:11: connection.certificate.key: found nothing, expected the name of a setting: `api_key` "
                "stands for LAGOA_SECRET_API_KEY. Add it."
            ),
        ),
    ),
    "a certificate for a database": Case(
        BANCO,
        (("@banco.example.org/loja\n", "@banco.example.org/loja\n  certificate: { certificate: cert, key: chave }\n"),),
        (
            (
                "banco.yml:10: connection.certificate: found a client certificate for postgresql://, expected it "
                "with https:// only. Remove it."
            ),
        ),
    ),
    "a key written out in a header": Case(
        FONTE,
        (("  attempts: 3\n", "  headers: { X-Api-Key: 123abc }\n"),),
        (
            (
                "fonte.yml:11: connection.headers.X-Api-Key: found a value that is written out (not shown), expected "
                "{secret:name}. Put the value into .env as LAGOA_SECRET_<NAME>."
            ),
        ),
    ),
    "a header that is a number": Case(
        FONTE,
        (("  attempts: 3\n", "  headers: { X-Version: 2 }\n"),),
        (
            "fonte.yml:11: connection.headers.X-Version: found something else (not shown: it may be the secret), "
            "expected text. Put it between quotes.",
        ),
    ),
    "a password in a database's address": Case(
        BANCO,
        (("{secret:banco_password}", "abre-te"),),
        (
            (
                "banco.yml:9: connection.base_url: found a value that is written out (not shown), expected "
                "{secret:name}. Put the value into .env as LAGOA_SECRET_<NAME>."
            ),
        ),
    ),
    "a user of a database beside its address": Case(
        BANCO,
        (("@banco.example.org/loja\n", "@banco.example.org/loja\n  auth: { type: basic, user: a, password: b }\n"),),
        (
            "banco.yml:10: connection.auth.type: found 'basic' with an address of postgresql://, expected one of: "
            "none. Write {secret:user}:{secret:password}@ before the host.",
        ),
    ),
    "a mailbox without a user": Case(
        CAIXA,
        (("  auth: { type: basic, user: caixa_user, password: caixa_password }\n", ""),),
        (
            "caixa.yml:8: connection.auth.type: found 'none' with an address of imaps://, expected one of: basic. "
            "Choose one.",
        ),
    ),
    "a bucket with a bearer": Case(
        FONTE,
        (
            ("https://example.org/api", "s3://balde/pasta"),
            ("  attempts: 3\n", "  auth: { type: bearer, secret: chave }\n"),
        ),
        (
            "fonte.yml:11: connection.auth.type: found 'bearer' with an address of s3://, expected one of: none, "
            "basic. Choose one.",
        ),
    ),
    "a WS-Security header for an API": Case(
        FONTE,
        (("  attempts: 3\n", "  auth: { type: ws_security, user: a, password: b }\n"),),
        (
            (
                "fonte.yml:15: resources.linhas.kind: found 'rest' with `auth: ws_security`, expected soap. Choose "
                "another `connection.auth`."
            ),
            (
                "fonte.yml:23: resources.itens.kind: found 'rest' with `auth: ws_security`, expected soap. Choose "
                "another `connection.auth`."
            ),
            (
                "fonte.yml:30: resources.anos.kind: found 'file' with `auth: ws_security`, expected soap. Choose "
                "another `connection.auth`."
            ),
        ),
    ),
    "a resource name with a blank": Case(
        FONTE,
        (
            ("  linhas:\n", "  as linhas:\n"),
            ("resource: linhas", "resource: anos"),
            ("{ linha: id }", "{ linha: ano }"),
        ),
        (
            (
                "fonte.yml:13: resources.as linhas: found 'as linhas', expected a name of small letters, digits and "
                "_ that begins with a letter. Change it."
            ),
        ),
    ),
    "a resource that is a text": Case(
        FONTE,
        (("  anos:\n", "  meses: /meses\n  anos:\n"),),
        (
            (
                "fonte.yml:28: resources.meses: found '/meses', expected a mapping whose `kind` is one of: file, "
                "rest, soap, sql. Change it."
            ),
        ),
    ),
    "a table name that is too long": Case(
        FONTE,
        (("  anos:\n", "  anos_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:\n"),),
        (
            (
                "fonte.yml:28: resources.anos_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: found "
                "the table name 'fonte__anos_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' of 72 "
                "characters, expected <source>__<resource> of at most 63. Shorten one of them."
            ),
        ),
    ),
    "no kind": Case(
        FONTE,
        (("    kind: file\n", ""),),
        ("fonte.yml:28: resources.anos.kind: found nothing, expected one of: file, rest, soap, sql. Choose one.",),
    ),
    "an unknown kind": Case(
        FONTE,
        (("    kind: file\n", "    kind: files\n"),),
        (
            (
                "fonte.yml:30: resources.anos.kind: found 'files', expected one of: file, rest, soap, sql. Did you "
                "mean 'file'?"
            ),
        ),
    ),
    "a kind that nothing resembles": Case(
        FONTE,
        (("    kind: file\n", "    kind: graphql\n"),),
        (("fonte.yml:30: resources.anos.kind: found 'graphql', expected one of: file, rest, soap, sql. Choose one."),),
    ),
    "a kind that the address does not serve": Case(
        FONTE,
        (("https://example.org/api", "s3://balde/pasta"),),
        (
            (
                "fonte.yml:15: resources.linhas.kind: found 'rest' with an address of s3://, expected an address of "
                "one of: https. Correct `kind` or `connection.base_url`."
            ),
            (
                "fonte.yml:23: resources.itens.kind: found 'rest' with an address of s3://, expected an address of "
                "one of: https. Correct `kind` or `connection.base_url`."
            ),
        ),
    ),
    "a database's table from the web": Case(
        BANCO,
        (
            (
                "postgresql+psycopg2://{secret:banco_user}:{secret:banco_password}@banco.example.org/loja",
                "https://example.org",
            ),
        ),
        (
            (
                "banco.yml:13: resources.vendas.kind: found 'sql' with an address of https://, expected an address "
                "of one of: postgresql, mysql, oracle, mssql, sqlite, duckdb. Correct `kind` or "
                "`connection.base_url`."
            ),
        ),
    ),
    "no fields": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", ""),),
        (
            (
                "fonte.yml:13: resources.linhas.fields: found nothing, expected a list of texts that is not empty. "
                "Add it here or under `defaults`."
            ),
        ),
    ),
    "empty fields": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", "    fields: []\n"),),
        (
            (
                "fonte.yml:19: resources.linhas.fields: found an empty list, expected a list of texts that is not "
                "empty. Change it."
            ),
        ),
    ),
    "fields in a text": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", "    fields: id, nome, mudou\n"),),
        (
            (
                "fonte.yml:19: resources.linhas.fields: found 'id, nome, mudou', expected a list of texts that is "
                "not empty. Write [id, nome, mudou]."
            ),
        ),
    ),
    "a field that YAML takes for true": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", "    fields: [id, nome, mudou, on]\n"),),
        (
            (
                "fonte.yml:19: resources.linhas.fields.3: found true, expected text that is not empty. Put it "
                "between quotes: YAML reads yes, no, on and off as true and false."
            ),
        ),
    ),
    "a field that is a number": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", "    fields: [id, nome, mudou, 2024]\n"),),
        (
            (
                "fonte.yml:19: resources.linhas.fields.3: found 2024, expected text that is not empty. Put it "
                "between quotes."
            ),
        ),
    ),
    "a field twice": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", "    fields: [id, nome, mudou, nome]\n"),),
        (
            (
                "fonte.yml:19: resources.linhas.fields.3: found 'nome' twice, expected each field once. Remove one "
                "of them."
            ),
        ),
    ),
    "a nested field twice": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes, partes]\n"),),
        (
            (
                "fonte.yml:20: resources.linhas.nested.1: found 'partes' twice, expected each field once. Remove one "
                "of them."
            ),
        ),
    ),
    "a field that is nested, too": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [nome]\n"),),
        (
            (
                "fonte.yml:20: resources.linhas.nested.0: found 'nome', which is also under `fields`, expected it in "
                "one of them. Remove one of them."
            ),
        ),
    ),
    "two fields of one column": Case(
        FONTE,
        (("    fields: [id, nome, mudou]\n", "    fields: [id, nome, NOME, mudou]\n"),),
        (
            (
                "fonte.yml:19: resources.linhas.fields.2: found 'NOME', whose column 'nome' is that of 'nome', too, "
                "expected a column of its own for each field. Take one of them out."
            ),
        ),
    ),
    "a path without a slash": Case(
        FONTE,
        (("    path: /linhas\n", "    path: linhas\n"),),
        ("fonte.yml:16: resources.linhas.path: found 'linhas', expected a path that begins with /. Change it.",),
    ),
    "a path that nothing fills": Case(
        FONTE,
        (("/anos/{ano}", "/anos/{ano}/{mes}"),),
        (
            (
                "fonte.yml:31: resources.anos.path: found {mes}, which nothing fills, expected a parameter of "
                "`for_each`, `params`, `window` or `parent` (ano). Add 'mes' to one of them."
            ),
        ),
    ),
    "a path with a slip": Case(
        FONTE,
        (("/linhas/{linha}/itens", "/linhas/{linhas}/itens"),),
        (
            (
                "fonte.yml:24: resources.itens.path: found {linhas}, which nothing fills, expected a parameter of "
                "`for_each`, `params`, `window` or `parent` (linha). Did you mean 'linha'?"
            ),
        ),
    ),
    "a path with capitals in braces": Case(
        FONTE,
        (("/anos/{ano}", "/anos/{ano}/{Mes}"),),
        (
            (
                "fonte.yml:31: resources.anos.path: found {Mes}, expected {name} or {secret:name}, where a name "
                "begins with a small letter. Rename the parameter or take the braces away."
            ),
        ),
    ),
    "a parameter given twice": Case(
        FONTE,
        (("    params: { formato: json }\n", "    params: { formato: json }\n    for_each: { formato: formatos }\n"),),
        (
            (
                "fonte.yml:13: resources.linhas: found parameter 'formato' more than once, expected it in one place "
                "of `params`, `for_each`, `window`, `parent` and `paging`. Remove the others."
            ),
        ),
    ),
    "a parameter that is a list": Case(
        FONTE,
        (("{ formato: json }", "{ formato: [json] }"),),
        (("fonte.yml:17: resources.linhas.params.formato: found a list, expected text or a whole number. Change it."),),
    ),
    "a parameter with a secret in capitals": Case(
        FONTE,
        (("{ formato: json }", '{ chave: "{secret:CHAVE}" }'),),
        (
            (
                "fonte.yml:17: resources.linhas.params.chave: found {secret:CHAVE}, expected {name} or "
                "{secret:name}, where a name begins with a small letter. Rename the parameter or take the braces "
                "away."
            ),
        ),
    ),
    "something kept that nobody asks for": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    keep: [ano]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.keep.0: found 'ano', which is no parameter, expected one of: "
                "formato. Remove it, or ask for it by `for_each`."
            ),
        ),
    ),
    "something kept with a slip": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    keep: [formatos]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.keep.0: found 'formatos', which is no parameter, expected one of: "
                "formato. Did you mean 'formato'?"
            ),
        ),
    ),
    "an optional field that is none": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    optional: [x]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.optional.0: found 'x', expected a name among `fields`, `nested` or "
                "`keep` (id, nome, mudou, partes). Add it to `fields`."
            ),
        ),
    ),
    "an optional field with a slip": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    optional: [nomes]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.optional.0: found 'nomes', expected a name among `fields`, `nested` "
                "or `keep` (id, nome, mudou, partes). Did you mean 'nome'?"
            ),
        ),
    ),
    "an optional key": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    optional: [id]\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.key.0: found 'id', which is `optional`, expected a field of "
                "every record. Take it out of `optional`."
            ),
        ),
    ),
    "a treatment that does not exist": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { nome: hide }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.nome: found 'hide', expected one of: keep, mask, mask_id, "
                "mask_cpf, pseudonym, drop. Choose one."
            ),
        ),
    ),
    "personal data in no field": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { cpf: mask }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.cpf: found 'cpf', expected a name among `fields`, `nested` "
                "or `keep` (id, nome, mudou, partes). Add it to `fields`."
            ),
        ),
    ),
    "personal data inside plain text": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { nome.cpf: mask }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.nome.cpf: found a value inside 'nome', which is plain text, "
                "expected 'nome' under `nested`. Move it there, or name 'nome' itself."
            ),
        ),
    ),
    "personal data at a path that ends nowhere": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { partes..cpf: mask }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.partes..cpf: found 'partes..cpf', expected a name between and "
                "after the dots. Correct it."
            ),
        ),
    ),
    "personal data of which no JSON would be left": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { partes: mask_id }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.partes: found `mask_id` for 'partes', which holds objects or "
                "arrays, expected one of: keep, mask_cpf, drop. Choose one, or name a value inside it (`partes.nome`)."
            ),
        ),
    ),
    "personal data that is treated twice": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { partes: keep, partes.cpf: mask }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.partes.cpf: found it beside 'partes', expected one treatment "
                "of each value. Remove one of them."
            ),
        ),
    ),
    "a masked key": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { id: mask }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.id: found `mask` for a field named under `write`, expected "
                "keep or pseudonym, which still tell rows apart. Choose one."
            ),
        ),
    ),
    "a key of which CPFs are masked": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { id: mask_id }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.id: found `mask_id` for a field named under `write`, expected "
                "keep or pseudonym, which still tell rows apart. Choose one."
            ),
        ),
    ),
    "a dropped watermark": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    personal: { mudou: drop }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.personal.mudou: found `drop` for a field named under `write`, "
                "expected keep or pseudonym, which still tell rows apart. Choose one."
            ),
        ),
    ),
    "a renamed field that is none": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    renamed: { apelido: nome_social }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.renamed.apelido: found 'apelido', expected a name among `fields`, "
                "`nested` or `keep` (id, nome, mudou, partes). Add it to `fields`."
            ),
        ),
    ),
    "a field renamed to one that is there": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    renamed: { nome: id }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.renamed.nome: found 'id', which is declared itself, expected a "
                "former name that is not among `fields`. Take it out of `fields`."
            ),
        ),
    ),
    "a tolerance above everything": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    completeness: { tolerance: 5 }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.completeness.tolerance: found 5, expected a number from 0 to 1. "
                "Change it."
            ),
        ),
    ),
    "a tolerance with a slip": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    completeness: { tolerence: 0.05 }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.completeness.tolerence: found an unknown key, expected one of: "
                "tolerance, childless, absent, gaps. Did you mean 'tolerance'?"
            ),
        ),
    ),
    "an availability of nothing": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    sla: { availability: 0 }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.sla.availability: found 0, expected a number above 0, at most 1. "
                "Change it."
            ),
        ),
    ),
    "freshness that is over at once": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    sla: { freshness_hours: 0 }\n"),),
        ("fonte.yml:21: resources.linhas.sla.freshness_hours: found 0, expected a number above 0. Change it.",),
    ),
    "a resource's schedule of words": Case(
        FONTE,
        (("    nested: [partes]\n", '    nested: [partes]\n    schedule: "0 5 * * someday"\n'),),
        (
            (
                "fonte.yml:21: resources.linhas.schedule: found '0 5 * * someday', expected five fields of cron such "
                "as 0 5 * * *, or @daily, @weekly, @monthly. Correct it: minute, hour, day, month, weekday."
            ),
        ),
    ),
    "no write mode": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { key: [id], watermark: mudou }\n",
            ),
        ),
        (
            (
                "fonte.yml:18: resources.linhas.write.mode: found nothing, expected one of: append, merge, "
                "replace_partition, snapshot. Choose one."
            ),
        ),
    ),
    "an unknown write mode": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: upsert, key: [id] }\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.mode: found 'upsert', expected one of: append, merge, "
                "replace_partition, snapshot. Choose one."
            ),
        ),
    ),
    "a write mode with a slip": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: snapshots, key: [id] }\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.mode: found 'snapshots', expected one of: append, merge, "
                "replace_partition, snapshot. Did you mean 'snapshot'?"
            ),
        ),
    ),
    "a write that is a text": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: merge\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write: found 'merge', expected a mapping whose `mode` is one of: "
                "append, merge, replace_partition, snapshot. Change it."
            ),
        ),
    ),
    "no write": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", ""),),
        (
            (
                "fonte.yml:13: resources.linhas.write: found nothing, expected a mapping whose `mode` is one of: "
                "append, merge, replace_partition, snapshot. Add it here or under `defaults`."
            ),
        ),
    ),
    "no key": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: merge }\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.key: found nothing, expected a list of texts that is not "
                "empty. Add it here or under `defaults`."
            ),
        ),
    ),
    "an empty key": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: merge, key: [] }\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.key: found an empty list, expected a list of texts that is not "
                "empty. Change it."
            ),
        ),
    ),
    "a key that is a text": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: merge, key: id }\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.key: found 'id', expected a list of texts that is not empty. "
                "Write [id]."
            ),
        ),
    ),
    "a key that is no field": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: merge, key: [codigo] }\n"),),
        (
            (
                "fonte.yml:18: resources.linhas.write.key.0: found 'codigo', expected a name among `fields`, "
                "`nested` or `keep` (id, nome, mudou, partes). Add it to `fields`."
            ),
        ),
    ),
    "a key that is a field with a slip": Case(
        FONTE,
        (("key: [linha, numero]", "key: [linha, número]"),),
        (
            (
                "fonte.yml:26: resources.itens.write.key.1: found 'número', expected a name among `fields`, `nested` "
                "or `keep` (numero, valor, linha). Did you mean 'numero'?"
            ),
        ),
    ),
    "a watermark that is no field": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { mode: merge, key: [id], watermark: mudo }\n",
            ),
        ),
        (
            (
                "fonte.yml:18: resources.linhas.write.watermark: found 'mudo', expected a name among `fields`, "
                "`nested` or `keep` (id, nome, mudou, partes). Did you mean 'mudou'?"
            ),
        ),
    ),
    "a watermark of a snapshot": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { mode: snapshot, key: [id], watermark: mudou }\n",
            ),
        ),
        (
            (
                "fonte.yml:18: resources.linhas.write.watermark: found an unknown key, expected one of: mode, key, "
                "max_shrink, shrink_floor. Remove it: it belongs to `mode: merge`."
            ),
        ),
    ),
    "a look back into the future": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { mode: merge, key: [id], look_back_days: -1 }\n",
            ),
        ),
        (
            (
                "fonte.yml:18: resources.linhas.write.look_back_days: found -1, expected a whole number of at least "
                "0. Change it."
            ),
        ),
    ),
    "a full extraction every no days": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { mode: merge, key: [id], full_every_days: 0 }\n",
            ),
        ),
        (
            (
                "fonte.yml:18: resources.linhas.write.full_every_days: found 0, expected a whole number above 0. "
                "Change it."
            ),
        ),
    ),
    "a shrink beyond everything": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { mode: merge, key: [id], max_shrink: 1.5 }\n",
            ),
        ),
        ("fonte.yml:18: resources.linhas.write.max_shrink: found 1.5, expected a number from 0 to 1. Change it.",),
    ),
    "distinct in words": Case(
        FONTE,
        (
            (
                "    write: { mode: merge, key: [id], watermark: mudou }\n",
                "    write: { mode: append, distinct: perhaps }\n",
            ),
        ),
        ("fonte.yml:18: resources.linhas.write.distinct: found 'perhaps', expected true or false. Change it.",),
    ),
    "a partition that is no field": Case(
        FONTE,
        (
            (
                "    write: { mode: replace_partition, partition: ano }\n",
                "    write: { mode: replace_partition, partition: exercicio }\n",
            ),
        ),
        (
            (
                "fonte.yml:34: resources.anos.write.partition: found 'exercicio', expected a name among `fields`, "
                "`nested` or `keep` (ano, valor). Add it to `fields`."
            ),
        ),
    ),
    "a partition that several requests bring": Case(
        FONTE,
        (("{ ano: exercicios }", "{ ano: exercicios, uf: ufs }"),),
        (
            (
                "fonte.yml:34: resources.anos.write.partition: found 'ano', which no parameter asks for, expected "
                "one parameter that brings a whole partition. Name it under `keep`, or ask by `for_each` with one "
                "parameter and neither `window` nor `parent`."
            ),
        ),
    ),
    "a partition of several listed files": Case(
        FONTE,
        (("path: /anos/{ano}\n", "path: /anos/{ano}_*.csv\n    keep: [ano]\n"),),
        (
            (
                "fonte.yml:35: resources.anos.write.partition: found 'ano', of which there are several slices (by "
                "arquivo), expected a parameter that alone tells one slice from another: what a run does not ask for "
                "would be lost. Name another under `keep` and here, or write by `merge` or `append`."
            ),
        ),
    ),
    "a partition of several months": Case(
        FONTE,
        (
            (
                "    path: /anos/{ano}\n",
                "    path: /anos/{ano}/{mes}\n    keep: [ano]\n"
                '    window: { start: mes, format: "%Y-%m", every: month, first: 2025-01-01, trailing_days: 31 }\n',
            ),
        ),
        (
            (
                "fonte.yml:36: resources.anos.write.partition: found 'ano', of which there are several slices (by "
                "mes), expected a parameter that alone tells one slice from another: what a run does not ask for "
                "would be lost. Name another under `keep` and here, or write by `merge` or `append`."
            ),
        ),
    ),
    "a partition of several parents": Case(
        FONTE,
        (
            (
                "fields: { linha: id } }\n    write: { mode: snapshot, key: [linha, numero] }\n",
                "fields: { linha: id, nome: nome } }\n    keep: [nome]\n"
                "    write: { mode: replace_partition, partition: nome }\n",
            ),
        ),
        (
            (
                "fonte.yml:27: resources.itens.write.partition: found 'nome', of which there are several slices (by "
                "linha), expected a parameter that alone tells one slice from another: what a run does not ask for "
                "would be lost. Name another under `keep` and here, or write by `merge` or `append`."
            ),
        ),
    ),
    "a partition that begins elsewhere each time": Case(
        FONTE,
        (
            (
                "    path: /anos/{ano}\n    for_each: { ano: exercicios }\n",
                "    path: /anos/{ano}\n    keep: [ano]\n"
                '    window: { start: ano, format: "%Y-%m-%d", max_days: 30, first: 2025-01-01 }\n',
            ),
        ),
        (
            (
                "fonte.yml:35: resources.anos.write.partition: found 'ano', the first day of windows that begin "
                "elsewhere in another run, expected windows of whole months or years, or of one day. "
                "Add `every` or `max_days: 1` to `window`."
            ),
        ),
    ),
    "a window without a first day": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d' }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.window.first: found nothing, expected a date such as 2025-01-31 or a "
                "name of small letters, digits and _ that begins with a letter. Add it here or under `defaults`."
            ),
        ),
    ),
    "a window that begins nowhere": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', first: Yesterday }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.first: found 'Yesterday', expected a date such as 2025-01-31 "
                "or a name of small letters, digits and _ that begins with a letter. Change it."
            ),
        ),
    ),
    "a window that begins on 30 February": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', first: '2025-02-30' }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.first: found '2025-02-30', expected a date such as 2025-01-31 "
                "or a name of small letters, digits and _ that begins with a letter. Change it."
            ),
        ),
    ),
    "a window that begins on a date that YAML cannot read": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', first: 2025-02-30 }\n",
            ),
        ),
        (
            "fonte.yml:21: resources.linhas.window.first: found '2025-02-30', expected a date such as 2025-01-31 or a "
            "name of small letters, digits and _ that begins with a letter. Change it.",
        ),
    ),
    "a window that ends on a date": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', first: 2025-01-01, last: "
                    "2025-12-31 }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.last: found 2025-12-31, expected a name of small letters, "
                "digits and _ that begins with a letter. Change it."
            ),
        ),
    ),
    "a window without the day": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: '%Y', max_days: 30, first: 2025-01-01 }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.format: found '%Y', expected a format of strftime that holds "
                "day, month and year, such as %Y-%m-%d or %d/%m/%Y. Use %Y, %m, %d and plain text around them."
            ),
        ),
    ),
    "a window without the day of the month": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: '%Y-%m', max_days: 30, first: 2025-01-01 }\n",
            ),
        ),
        (
            "fonte.yml:21: resources.linhas.window.format: found '%Y-%m', expected a format of strftime that holds "
            "day, month and year, such as %Y-%m-%d or %d/%m/%Y. Use %Y, %m, %d and plain text around them.",
        ),
    ),
    "a window of months without the month": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: mes, format: '%Y', every: month, first: 2025-01-01 }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.format: found '%Y', expected a format of strftime that holds "
                "month and year, such as %Y-%m. Use %Y, %m, %d and plain text around them."
            ),
        ),
    ),
    "a window of years without the year": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: ano, format: ano, every: year, first: 2025-01-01 }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.format: found 'ano', expected a format of strftime that holds "
                "the year, such as %Y. Use %Y, %m, %d and plain text around them."
            ),
        ),
    ),
    "a window with a format of another language": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: yyyy-MM-dd, first: 2025-01-01 }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.format: found 'yyyy-MM-dd', expected a format of strftime "
                "that holds day, month and year, such as %Y-%m-%d or %d/%m/%Y. Use %Y, %m, %d and plain text around "
                "them."
            ),
        ),
    ),
    "a window with a directive that does not exist": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d %Q', first: 2025-01-01 }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.format: found '%Y-%m-%d %Q', expected a format of strftime "
                "that holds day, month and year, such as %Y-%m-%d or %d/%m/%Y. Use %Y, %m, %d and plain text around "
                "them."
            ),
        ),
    ),
    "a window of two widths": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', max_days: 30, every: month, "
                    "first: 2025-01-01 }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.max_days: found 30 beside `every: month`, expected one width. "
                "Remove one of them."
            ),
        ),
    ),
    "a window of no width": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', max_days: 0, first: "
                    "2025-01-01 }\n"
                ),
            ),
        ),
        ("fonte.yml:21: resources.linhas.window.max_days: found 0, expected a whole number above 0. Change it.",),
    ),
    "a window every week": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', every: week, first: "
                    "2025-01-01 }\n"
                ),
            ),
        ),
        ("fonte.yml:21: resources.linhas.window.every: found 'week', expected one of: month, year. Choose one.",),
    ),
    "a window with one parameter for both ends": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                ("    nested: [partes]\n    window: { start: dia, end: dia, format: '%Y-%m-%d', first: 2025-01-01 }\n"),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.end: found 'dia', expected another parameter than `start`. "
                "Remove it or correct it."
            ),
        ),
    ),
    "a window whose parameter is given, too": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    window: { start: formato, format: '%Y-%m-%d', first: 2025-01-01 }\n",
            ),
        ),
        (
            (
                "fonte.yml:13: resources.linhas: found parameter 'formato' more than once, expected it in one place "
                "of `params`, `for_each`, `window`, `parent` and `paging`. Remove the others."
            ),
        ),
    ),
    "two places to begin": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    window: { start: de, format: '%Y-%m-%d', first: 2025-01-01, "
                    "trailing_days: 30 }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.window.trailing_days: found 30 beside `write.watermark`, expected "
                "one of them: both say where a run begins. Remove one of them."
            ),
        ),
    ),
    "days ahead that would be asked for once only": Case(
        FONTE,
        (
            (
                "    fields: [numero, valor]\n",
                (
                    "    fields: [numero, valor]\n    window: { start: de, format: '%Y-%m-%d', first: 2025-01-01, "
                    "ahead_days: 365, trailing_days: 30 }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:28: resources.itens.window.trailing_days: found 30 beside `ahead_days: 365`, expected at "
                "least as many: days ahead get new records until they have come. Write 365 or more, or remove it."
            ),
        ),
    ),
    "two last days of a window": Case(
        FONTE,
        (
            (
                "    fields: [numero, valor]\n",
                (
                    "    fields: [numero, valor]\n    window: { start: de, format: '%Y-%m-%d', first: 2025-01-01, "
                    "ahead_days: 365, lag_days: 2 }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:28: resources.itens.window.ahead_days: found 365 beside `lag_days: 2`, expected one last "
                "day. Remove one."
            ),
        ),
    ),
    "a parent that does not exist": Case(
        FONTE,
        (("resource: linhas", "resource: linha"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.resource: found 'linha', expected another resource of this "
                "source (linhas, anos). Did you mean 'linhas'?"
            ),
        ),
    ),
    "another parent that does not exist": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, also: [ano] }"), OF_ITENS),
        (
            (
                "fonte.yml:25: resources.itens.parent.also.0: found 'ano', expected another resource of this source "
                "(linhas, anos). Did you mean 'anos'?"
            ),
        ),
    ),
    "another parent without the field": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, also: [anos] }"), OF_ITENS),
        (
            (
                "fonte.yml:25: resources.itens.parent.fields.linha: found 'id', expected a field of anos (ano, valor). "
                "Add it to the `fields` of anos."
            ),
        ),
    ),
    "another parent of which most runs do not ask": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, also: [anos] }"), ("fields: [ano, valor]", "fields: [ano, valor, id]")),
        (
            (
                "fonte.yml:25: resources.itens.parent.also: found it beside `write.mode: snapshot`, expected "
                "`mode: merge` or `replace_partition` with `full_every_days`: most runs do not ask for all parents. "
                "Change `write`, or take it out."
            ),
        ),
    ),
    "a parent of its own": Case(
        FONTE,
        (("resource: linhas", "resource: itens"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.resource: found itself, expected another resource of this "
                "source (linhas, anos). Correct it."
            ),
        ),
    ),
    "a parent without fields": Case(
        FONTE,
        (("fields: { linha: id }", "fields: {}"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.fields: found an empty mapping, expected a mapping of names to "
                "texts that is not empty. Change it."
            ),
        ),
    ),
    "a parent's field that is none": Case(
        FONTE,
        (("{ linha: id }", "{ linha: codigo }"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.fields.linha: found 'codigo', expected a field of linhas (id, "
                "nome, mudou, partes). Add it to the `fields` of linhas."
            ),
        ),
    ),
    "a parent's condition on no field": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, where: { situacao: ativo } }"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.where.situacao: found 'situacao', expected a field of linhas "
                "(id, nome, mudou, partes). Add it to the `fields` of linhas."
            ),
        ),
    ),
    "a parent's expression on no field": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, matching: { situacao: a+ } }"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.matching.situacao: found 'situacao', expected a field of linhas "
                "(id, nome, mudou, partes). Add it to the `fields` of linhas."
            ),
        ),
    ),
    "a parent's expression that is none": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, matching: { nome: '[0-9' } }"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.matching.nome: found '[0-9', expected a regular expression "
                "(unterminated character set at position 0). Correct it."
            ),
        ),
    ),
    "a parent's condition that is a mapping": Case(
        FONTE,
        (("{ linha: id } }", "{ linha: id }, where: { nome: { de: a } } }"),),
        (
            (
                "fonte.yml:25: resources.itens.parent.where.nome: found a mapping, expected text or a list of texts. "
                "Change it."
            ),
        ),
    ),
    "parents in a circle": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    parent: { resource: itens, fields: { item: numero } }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.parent.resource: found parents that go in a circle: linhas → itens → "
                "linhas, expected one resource without a parent to begin with. Take one `parent` out."
            ),
        ),
    ),
    "an unknown paging": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: pages }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.paging.type: found 'pages', expected one of: cursor, limit_offset, "
                "next_link, odata, page_number, sequence, single. Choose one."
            ),
        ),
    ),
    "a paging without a type": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { page: p, page_size: 10 }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.paging.type: found nothing, expected one of: cursor, limit_offset, "
                "next_link, odata, page_number, sequence, single. Choose one."
            ),
        ),
    ),
    "numbered pages without their size": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            ("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: page_number, page: p }\n"),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.page_size: found nothing, expected a whole number above 0. "
                "Add it here or under `defaults`."
            ),
        ),
    ),
    "numbered pages of no rows": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: page_number, page: p, page_size: 0 }\n",
            ),
        ),
        ("fonte.yml:21: resources.linhas.paging.page_size: found 0, expected a whole number above 0. Change it.",),
    ),
    "numbered pages without records": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    paging: { type: page_number, page: p, page_size: 50, total: quantos, "
                    "pages: paginas }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:13: resources.linhas.records: found nothing, beside `paging.total: quantos`, expected the "
                "body's key that holds the records: the body is an object. Add it."
            ),
        ),
    ),
    "pages whose parameter is given, too": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: page_number, page: formato, page_size: 50 }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.page: found 'formato', which the resource fills itself, "
                "expected it in one place. Remove one."
            ),
        ),
    ),
    "a size outside of paging": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    page_size: 100\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.page_size: found an unknown key, expected one of: "
                + REST_KEYS
                + ". Move it under `paging`."
            ),
        ),
    ),
    "offsets without an order": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: limit_offset, page_size: 10 }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.paging.order: found nothing, expected a total order: without one "
                "pages overlap. Add it: `order: id`."
            ),
        ),
    ),
    "an order without the key": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: limit_offset, page_size: 10, order: nome.desc }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.order: found 'nome.desc' without id, expected every field of "
                "the key: without a total order pages overlap. Add id."
            ),
        ),
    ),
    "a total in the body that has no name": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: limit_offset, page_size: 10, announced_in: body }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.total: found nothing, expected the body's key with the total, "
                "for `announced_in: body`. Add it."
            ),
        ),
    ),
    "a total with a name that stands in a header": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    paging: { type: limit_offset, page_size: 10, order: id, total: "
                    "quantos }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.total: found 'quantos', expected `total` with `announced_in: "
                "body` only. Remove one of them."
            ),
        ),
    ),
    "more to come where the total is told": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                ("    nested: [partes]\n    paging: { type: limit_offset, page_size: 10, order: id, more: temMais }\n"),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.more: found 'temMais', expected `more` with `announced_in: "
                "nowhere` only. Remove one of them."
            ),
        ),
    ),
    "a total announced by post": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: limit_offset, page_size: 10, announced_in: post }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.announced_in: found 'post', expected one of: content_range, "
                "body, nowhere. Choose one."
            ),
        ),
    ),
    "OData of version 5": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: odata, version: 5, page_size: 10 }\n"),),
        ("fonte.yml:21: resources.linhas.paging.version: found 5, expected one of: 2, 3, 4. Choose one.",),
    ),
    "OData that selects fields which may be absent": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    optional: [nome]\n"
                "    paging: { type: odata, page_size: 10, order: id, select: true }\n",
            ),
        ),
        (
            (
                "fonte.yml:22: resources.linhas.paging.select: found it beside `optional` (nome), expected fields that "
                "every service has: it refuses others. Set it to false, or take them out of `optional`."
            ),
        ),
    ),
    "OData that selects twice": Case(
        FONTE,
        (
            ("{ formato: json }", "{ $select: id }"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: odata, page_size: 10, order: id, select: true }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.select: found it beside `params.$select`, expected one of them. "
                "Remove one."
            ),
        ),
    ),
    "OData by cursor": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: odata, by: cursor, page_size: 10 }\n"),),
        (("fonte.yml:21: resources.linhas.paging.by: found 'cursor', expected one of: skip, next_link. Choose one."),),
    ),
    "a cursor without records": Case(
        FONTE,
        (
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: cursor, cursor: proximo, parameter: depois }\n",
            ),
        ),
        (
            (
                "fonte.yml:13: resources.linhas.records: found nothing, beside `paging.cursor: proximo`, expected "
                "the body's key that holds the records: the body is an object. Add it."
            ),
        ),
    ),
    "a cursor sent in a body that there is not": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                (
                    "    nested: [partes]\n    paging: { type: cursor, cursor: proximo, parameter: depois, sent_in: "
                    "body }\n"
                ),
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.sent_in: found body beside `method: GET`, expected it with "
                "`method: POST`. Change the method."
            ),
        ),
    ),
    "a next link without its key": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            ("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: next_link }\n"),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.next: found nothing, expected the body's key of the next "
                "address. Add it, or `found_in: header`."
            ),
        ),
    ),
    "a next link in two places": Case(
        FONTE,
        (
            ("    nested: [partes]\n", "    nested: [partes]\n    records: dados\n"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: next_link, found_in: header, next: proxima }\n",
            ),
        ),
        (
            (
                "fonte.yml:21: resources.linhas.paging.next: found 'proxima', expected no key of the body with "
                "`found_in: header`. Remove one of them."
            ),
        ),
    ),
    "a sequence that is not sent": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    paging: { type: sequence, parameter: numero }\n"),),
        (
            (
                "fonte.yml:16: resources.linhas.path: found '/linhas', expected {numero}, the number that `paging` "
                "counts. Add it."
            ),
        ),
    ),
    "a sequence that never ends": Case(
        FONTE,
        (
            ("    path: /linhas\n", "    path: /linhas/{numero}\n"),
            (
                "    nested: [partes]\n",
                "    nested: [partes]\n    paging: { type: sequence, parameter: numero, misses: 0 }\n",
            ),
        ),
        ("fonte.yml:21: resources.linhas.paging.misses: found 0, expected a whole number above 0. Change it.",),
    ),
    "a body that is got": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    body: { filtro: tudo }\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.body: found a body beside `method: GET`, expected it with `method: "
                "POST`. Change the method."
            ),
        ),
    ),
    "a body with a placeholder in capitals": Case(
        FONTE,
        (("    nested: [partes]\n", '    nested: [partes]\n    method: POST\n    body: { filtro: "{Tudo}" }\n'),),
        (
            (
                "fonte.yml:22: resources.linhas.body.filtro: found {Tudo}, expected {name} or {secret:name}, where a "
                "name begins with a small letter. Rename the parameter or take the braces away."
            ),
        ),
    ),
    "a method that changes data": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    method: DELETE\n"),),
        ("fonte.yml:21: resources.linhas.method: found 'DELETE', expected one of: GET, POST. Choose one.",),
    ),
    "an empty status that is none": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [2040]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.empty_status.0: found 2040, expected a whole number from 100 to 599. "
                "Change it."
            ),
        ),
    ),
    "an empty status that means success": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    empty_status: [404, 200]\n"),),
        (
            (
                "fonte.yml:21: resources.linhas.empty_status.1: found 200, expected a status that means no rows. "
                "Remove it."
            ),
        ),
    ),
    "a delimiter of an API": Case(
        FONTE,
        (("    nested: [partes]\n", '    nested: [partes]\n    delimiter: ";"\n'),),
        (
            (
                "fonte.yml:21: resources.linhas.delimiter: found an unknown key, expected one of: "
                + REST_KEYS
                + ". Remove it: it belongs to `kind: file`."
            ),
        ),
    ),
    "a file of an unknown format": Case(
        FONTE,
        (("    format: csv\n", "    format: pdf\n"),),
        (
            (
                "fonte.yml:33: resources.anos.format: found 'pdf', expected one of: csv, xlsx, xls, ods, json, "
                "ndjson, parquet, xml. Choose one."
            ),
        ),
    ),
    "a file without a format": Case(
        FONTE,
        (("    format: csv\n", ""),),
        (
            (
                "fonte.yml:28: resources.anos.format: found nothing, expected one of: csv, xlsx, xls, ods, json, "
                "ndjson, parquet, xml. Add it here or under `defaults`."
            ),
        ),
    ),
    "a file with paging": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    paging: { type: single }\n"),),
        (
            (
                "fonte.yml:34: resources.anos.paging: found an unknown key, expected one of: "
                + FILE_KEYS
                + ". Remove it: it belongs to `kind: rest` and `kind: soap`."
            ),
        ),
    ),
    "an archive of another kind": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    archive: rar\n"),),
        ("fonte.yml:34: resources.anos.archive: found 'rar', expected one of: none, zip, gzip. Choose one.",),
    ),
    "an encoding that does not exist": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    encoding: latim-1\n"),),
        (
            (
                "fonte.yml:34: resources.anos.encoding: found 'latim-1', expected an encoding of Python such as "
                "utf-8, utf-8-sig, utf-16, latin-1, cp1252. Did you mean 'latin-1'?"
            ),
        ),
    ),
    "a delimiter of two characters": Case(
        FONTE,
        (("    format: csv\n", '    format: csv\n    delimiter: ";;"\n'),),
        ("fonte.yml:34: resources.anos.delimiter: found ';;', expected one character. " + DELIMITER,),
    ),
    "a tab that YAML does not take for one": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    delimiter: \\t\n"),),
        ("fonte.yml:34: resources.anos.delimiter: found '\\\\t', expected one character. " + DELIMITER,),
    ),
    "an argument in braces without quotes": Case(
        NOTAS,
        (('numero: "{numero}" }', 'numero: "{numero}", orgao: {ug}, chave: {secret:notas_chave} }'),),
        (
            "notas.yml:18: resources.empenhos.arguments.chave: found {secret:notas_chave} without quotes, which is a "
            "mapping, expected text. Put it between quotes.",
            "notas.yml:18: resources.empenhos.arguments.orgao: found {ug} without quotes, which is a mapping, expected "
            "text. Put it between quotes.",
        ),
    ),
    "a body in braces without quotes": Case(
        FONTE,
        (
            (
                "    path: /anos/{ano}\n    for_each: { ano: exercicios }\n    format: csv\n",
                "    path: /anos\n    for_each: { ano: exercicios }\n    method: POST\n    body: { anos: [{ano}] }\n",
            ),
            ("kind: file", "kind: rest"),
        ),
        (
            "fonte.yml:34: resources.anos.body.anos.0: found {ano} without quotes, which is a mapping, expected "
            "text. Put it between quotes.",
        ),
    ),
    "a delimiter that is the quote": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    delimiter: '\"'\n"),),
        (
            (
                "fonte.yml:28: resources.anos.quote: found '\"', expected another character than `delimiter`. "
                "Correct one of them."
            ),
        ),
    ),
    "a delimiter of a spreadsheet": Case(
        FONTE,
        (("    format: csv\n", '    format: xlsx\n    delimiter: ";"\n'),),
        (
            (
                "fonte.yml:34: resources.anos.delimiter: found it beside `format: xlsx`, expected it with one of: "
                "csv. Remove it."
            ),
        ),
    ),
    "rows to skip in JSON": Case(
        FONTE,
        (("    format: csv\n", "    format: json\n    skip_rows: 2\n"),),
        (
            (
                "fonte.yml:34: resources.anos.skip_rows: found it beside `format: json`, expected it with one of: "
                "csv, xlsx, xls, ods. Remove it."
            ),
        ),
    ),
    "a sheet of a CSV": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    sheet: Plan1\n"),),
        (
            (
                "fonte.yml:34: resources.anos.sheet: found it beside `format: csv`, expected it with one of: xlsx, "
                "xls, ods. Remove it."
            ),
        ),
    ),
    "records of a CSV": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    records: linhas\n"),),
        (
            (
                "fonte.yml:34: resources.anos.records: found it beside `format: csv`, expected it with one of: json, "
                "xml. Remove it."
            ),
        ),
    ),
    "XML without its records": Case(
        FONTE,
        (("    format: csv\n", "    format: xml\n"),),
        (
            (
                "fonte.yml:28: resources.anos.records: found nothing, expected the element that holds one record of "
                "the XML. Add it."
            ),
        ),
    ),
    "a member of no archive": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    member: '*_Despesa.csv'\n"),),
        (
            (
                "fonte.yml:34: resources.anos.member: found it beside `archive: none`, expected it with `archive: "
                "zip`. Remove it."
            ),
        ),
    ),
    "two beginnings of the data": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    skip_rows: 3\n    data_after: Órgão\n"),),
        (
            (
                "fonte.yml:35: resources.anos.data_after: found it beside `skip_rows`, expected one of them: both "
                "say where the data begins. Remove one."
            ),
        ),
    ),
    "fewer than no rows to skip": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    skip_rows: -1\n"),),
        ("fonte.yml:34: resources.anos.skip_rows: found -1, expected a whole number of at least 0. Change it.",),
    ),
    "the newest of one file": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    pick: newest\n"),),
        (
            (
                "fonte.yml:34: resources.anos.pick: found newest, expected a `path` with * or ?, or `mail`, to "
                "choose from. Remove it."
            ),
        ),
    ),
    "a field that no column has": Case(
        CAIXA,
        (("columns: [ug, nota, valor]", "columns: [ug, notas, valor]"),),
        (
            (
                "caixa.yml:22: resources.relatorio.fields.1: found 'nota', expected one of `columns` (ug, notas, "
                "valor). Did you mean 'notas'?"
            ),
        ),
    ),
    "a column twice": Case(
        CAIXA,
        (("columns: [ug, nota, valor]", "columns: [ug, nota, valor, valor]"),),
        (
            (
                "caixa.yml:19: resources.relatorio.columns.3: found 'valor' twice, expected each column once. Remove "
                "or rename one of them."
            ),
        ),
    ),
    "a header of fewer names than columns": Case(
        CAIXA,
        (("columns: [ug, nota, valor]", "columns: [ug, nota, valor]\n    skip_rows: 1\n    header: [UG, Nota]"),),
        (
            (
                "caixa.yml:21: resources.relatorio.header: found 2 names, expected one for each of the 3 of "
                "`columns`, empty where it is not checked. Add or remove some."
            ),
        ),
    ),
    "a header that stands nowhere": Case(
        CAIXA,
        (("columns: [ug, nota, valor]", "columns: [ug, nota, valor]\n    header: [UG, Nota, '']"),),
        (
            (
                "caixa.yml:20: resources.relatorio.header: found no row that it stands in, expected `skip_rows`, "
                "`data_after` or `blocks`. Add one."
            ),
        ),
    ),
    "two kinds of footer": Case(
        CAIXA,
        (("columns: [ug, nota, valor]", "columns: [ug, nota, valor]\n    footer: Total\n    footer_begins: Fonte"),),
        (
            (
                "caixa.yml:21: resources.relatorio.footer_begins: found it beside `footer`, expected one of them. "
                "Remove one."
            ),
        ),
    ),
    "blocks beside another beginning of the data": Case(
        CAIXA,
        (
            (
                "columns: [ug, nota, valor]",
                "columns: [ug, nota, valor]\n    skip_rows: 2\n    blocks: { begins: 'Ano:', data_after: 6 }",
            ),
        ),
        (
            (
                "caixa.yml:20: resources.relatorio.skip_rows: found it beside `blocks`, expected one of them: both "
                "say where the data begins. Remove one."
            ),
        ),
    ),
    "the label of blocks as no field": Case(
        CAIXA,
        (
            (
                "columns: [ug, nota, valor]",
                "columns: [ug, nota, valor]\n    blocks: { begins: 'Ano:', data_after: 6, label: ano }",
            ),
        ),
        (
            (
                "caixa.yml:20: resources.relatorio.blocks.label: found 'ano', expected a name that is one of "
                "`fields` and none of `columns`. Add it to `fields`."
            ),
        ),
    ),
    "the label of blocks as a column": Case(
        CAIXA,
        (
            (
                "columns: [ug, nota, valor]",
                "columns: [ug, nota, valor]\n    blocks: { begins: 'Ano:', data_after: 6, label: ug }",
            ),
        ),
        (
            (
                "caixa.yml:20: resources.relatorio.blocks.label: found 'ug', expected a name that is one of "
                "`fields` and none of `columns`. Rename it."
            ),
        ),
    ),
    "blocks without a header": Case(
        CAIXA,
        (("columns: [ug, nota, valor]", "columns: [ug, nota, valor]\n    blocks: { begins: 'Ano:', data_after: 1 }"),),
        (
            (
                "caixa.yml:20: resources.relatorio.blocks.data_after: found 1, expected a whole number of at least "
                "2. Change it."
            ),
        ),
    ),
    "a mailbox without mail": Case(
        CAIXA,
        (('    mail: { sender: relatorios@example.org, attachment: "*.zip" }\n', "    path: /*.zip\n"),),
        (
            (
                "caixa.yml:12: resources.relatorio.mail: found nothing with an address of imaps://, expected `mail` "
                "with imaps:// and only there. Correct one."
            ),
        ),
    ),
    "mail from the web": Case(
        FONTE,
        (("    format: csv\n", "    format: csv\n    pick: newest\n    mail: { sender: a@example.org }\n"),),
        (
            (
                "fonte.yml:35: resources.anos.mail: found it with an address of https://, expected `mail` with "
                "imaps:// and only there. Correct one."
            ),
        ),
    ),
    "mail of no days": Case(
        CAIXA,
        (('attachment: "*.zip"', "since_days: 0"),),
        (("caixa.yml:15: resources.relatorio.mail.since_days: found 0, expected a whole number above 0. Change it."),),
    ),
    "an operation without a name": Case(
        NOTAS,
        (("    operation: consultar\n", ""),),
        (
            (
                "notas.yml:12: resources.empenhos.operation: found nothing, expected text that is not empty. Add it "
                "here or under `defaults`."
            ),
        ),
    ),
    "a sequence that no argument has": Case(
        NOTAS,
        ((', numero: "{numero}" }', " }"),),
        (
            (
                "notas.yml:18: resources.empenhos.arguments: found no {numero}, expected the number that `paging` "
                "counts. Add an argument with {numero}."
            ),
        ),
    ),
    "a call with pages": Case(
        NOTAS,
        (("{ type: sequence, parameter: numero, width: 6 }", "{ type: page_number, page: p, page_size: 10 }"),),
        (
            (
                "notas.yml:19: resources.empenhos.paging.type: found 'page_number', expected one of: sequence, "
                "single. Choose one."
            ),
        ),
    ),
    "a lookup beside a sequence": Case(
        NOTAS,
        (
            (
                "    operation: consultar\n",
                "    operation: consultar\n    lookup: { operation: listar, fields: { nota: id } }\n",
            ),
        ),
        (
            "notas.yml:17: resources.empenhos.lookup: found it beside `paging`, expected one of them: both say what is "
            "asked in turn. Remove one.",
        ),
    ),
    "a lookup that fills nothing": Case(
        NOTAS,
        (
            (
                "    operation: consultar\n",
                "    operation: consultar\n    lookup: { operation: listar, field: { nota: id } }\n",
            ),
        ),
        (
            "notas.yml:17: resources.empenhos.lookup.field: found an unknown key, expected one of: operation, "
            "arguments, records, fields. Did you mean 'fields'?",
            "notas.yml:17: resources.empenhos.lookup.fields: found nothing, expected a mapping of names to texts that "
            "is not empty. Add it here or under `defaults`.",
        ),
    ),
    "an argument with a placeholder in capitals": Case(
        NOTAS,
        (('ug: "{ug}"', 'ug: "{UG}"'),),
        (
            (
                "notas.yml:18: resources.empenhos.arguments.ug: found {UG}, expected {name} or {secret:name}, where "
                "a name begins with a small letter. Rename the parameter or take the braces away."
            ),
        ),
    ),
    "an endpoint with its host": Case(
        NOTAS,
        (("    operation: consultar\n", "    operation: consultar\n    endpoint: https://example.org/servico\n"),),
        (
            (
                "notas.yml:17: resources.empenhos.endpoint: found 'https://example.org/servico', expected a path "
                "that begins with /. Change it."
            ),
        ),
    ),
    "a table of nothing": Case(
        BANCO,
        (("    table: loja.vendas\n", ""),),
        ("banco.yml:11: resources.vendas.table: found nothing, expected `table` or `query`. Add one of them.",),
    ),
    "a table and a query": Case(
        BANCO,
        (("    table: loja.vendas\n", "    table: loja.vendas\n    query: select * from loja.vendas\n"),),
        ("banco.yml:15: resources.vendas.query: found it beside `table`, expected one of them. Remove one.",),
    ),
    "a table with a statement in it": Case(
        BANCO,
        (("loja.vendas", "vendas; drop table vendas"),),
        (
            (
                "banco.yml:14: resources.vendas.table: found 'vendas; drop table vendas', expected a table such as "
                "vendas or loja.vendas. Change it."
            ),
        ),
    ),
    "a query that deletes": Case(
        BANCO,
        (("    table: loja.vendas\n", "    query: delete from loja.vendas\n"),),
        (
            (
                "banco.yml:14: resources.vendas.query: found a statement that begins 'delete', expected a select. "
                "Rewrite it."
            ),
        ),
    ),
    "chunks of no rows": Case(
        BANCO,
        (("    table: loja.vendas\n", "    table: loja.vendas\n    chunk_rows: 0\n"),),
        ("banco.yml:15: resources.vendas.chunk_rows: found 0, expected a whole number above 0. Change it.",),
    ),
    "defaults that are a list": Case(
        PADRAO,
        (
            (
                (
                    "  kind: rest\n  paging: { type: page_number, page: pagina, size: tamanho, page_size: 50, total: "
                    "total }\n  records: dados\n  write: { mode: snapshot }\n"
                ),
                "  - rest\n",
            ),
        ),
        (
            "padrao.yml:9: defaults: found a list, expected a mapping. Change it.",
            "padrao.yml:12: resources.uns.kind: found nothing, expected one of: file, rest, soap, sql. Choose one.",
            (
                "padrao.yml:13: resources.outros.kind: found nothing, expected one of: file, rest, soap, sql. Choose "
                "one."
            ),
        ),
    ),
    "a default with a slip": Case(
        PADRAO,
        (("  records: dados\n", "  record: dados\n"),),
        (
            (
                "padrao.yml:12: defaults.record: found an unknown key, expected one of: "
                + REST_KEYS
                + ". Did you mean 'records'?"
            ),
        ),
    ),
    "a default of the wrong kind": Case(
        PADRAO,
        (("page_size: 50", "page_size: fifty"),),
        ("padrao.yml:11: defaults.paging.page_size: found 'fifty', expected a whole number above 0. Change it.",),
    ),
    "a default that lacks a key": Case(
        PADRAO,
        (("page: pagina, ", ""),),
        (
            (
                "padrao.yml:11: defaults.paging.page: found nothing, expected text that is not empty. Add it here or "
                "under `defaults`."
            ),
        ),
    ),
    "a default of an unknown kind": Case(
        PADRAO,
        (("  kind: rest\n", "  kind: reste\n"),),
        (
            (
                "padrao.yml:10: defaults.kind: found 'reste', expected one of: file, rest, soap, sql. Did you mean "
                "'rest'?"
            ),
        ),
    ),
    "a default that one resource spoils": Case(
        PADRAO,
        (("  outros: { title: Outros,", "  outros: { title: Outros, paging: { page_size: 0 },"),),
        ("padrao.yml:16: resources.outros.paging.page_size: found 0, expected a whole number above 0. Change it.",),
    ),
    "a default that contradicts every resource": Case(
        PADRAO,
        (("  records: dados\n", "  body: { tudo: sim }\n  records: dados\n"),),
        (
            (
                "padrao.yml:12: defaults.body: found a body beside `method: GET`, expected it with `method: POST`. "
                "Change the method."
            ),
        ),
    ),
    "a default for another paging": Case(
        PADRAO,
        (("  outros: { title: Outros,", "  outros: { title: Outros, paging: { type: cursor, cursor: c },"),),
        (
            (
                "padrao.yml:16: resources.outros.paging.parameter: found nothing, expected text that is not empty. "
                "Add it here or under `defaults`."
            ),
        ),
    ),
    "several mistakes at once": Case(
        FONTE,
        (
            ("title: Fonte\n", ""),
            ("attempts: 3", "attempts: 0"),
            ("    path: /linhas\n", "    path: linhas\n"),
            ("    format: csv\n", "    format: pdf\n"),
        ),
        (
            "fonte.yml:1: title: found nothing, expected text that is not empty. Add it.",
            "fonte.yml:10: connection.attempts: found 0, expected a whole number of at least 1. Change it.",
            "fonte.yml:15: resources.linhas.path: found 'linhas', expected a path that begins with /. Change it.",
            (
                "fonte.yml:32: resources.anos.format: found 'pdf', expected one of: csv, xlsx, xls, ods, json, "
                "ndjson, parquet, xml. Choose one."
            ),
        ),
    ),
    "a wrong resource and a wrong parent": Case(
        FONTE,
        (
            ("owner: Alguém\n", ""),
            ("    format: csv\n", "    format: pdf\n"),
            ("{ linha: id }", "{ linha: codigo }"),
        ),
        (
            "fonte.yml:1: owner: found nothing, expected text that is not empty. Add it.",
            (
                "fonte.yml:24: resources.itens.parent.fields.linha: found 'codigo', expected a field of linhas (id, "
                "nome, mudou, partes). Add it to the `fields` of linhas."
            ),
            (
                "fonte.yml:32: resources.anos.format: found 'pdf', expected one of: csv, xlsx, xls, ods, json, "
                "ndjson, parquet, xml. Choose one."
            ),
        ),
    ),
    "a resource that is called rest": Case(
        FONTE,
        (
            ("  linhas:\n", "  rest:\n"),
            ("resource: linhas", "resource: rest"),
            ("    path: /linhas\n", "    path: linhas\n"),
        ),
        ("fonte.yml:16: resources.rest.path: found 'linhas', expected a path that begins with /. Change it.",),
    ),
    "a resource that is called file, with a key that is called rest": Case(
        FONTE,
        (
            ("  anos:\n", "  file:\n"),
            ("    format: csv\n", "    format: csv\n    rest: tudo\n"),
        ),
        (("fonte.yml:34: resources.file.rest: found an unknown key, expected one of: " + FILE_KEYS + ". Remove it."),),
    ),
    "a parameter that is called merge": Case(
        FONTE,
        (("{ formato: json }", "{ merge: [json] }"),),
        ("fonte.yml:17: resources.linhas.params.merge: found a list, expected text or a whole number. Change it.",),
    ),
    "a header that is called none": Case(
        FONTE,
        (("  attempts: 3\n", "  headers: { none: 5 }\n"),),
        (
            "fonte.yml:11: connection.headers.none: found something else (not shown: it may be the secret), "
            "expected text. Put it between quotes.",
        ),
    ),
    "a key without its name": Case(
        FONTE,
        (("    write: { mode: merge, key: [id], watermark: mudou }\n", "    write: { mode: merge, key: [''] }\n"),),
        ("fonte.yml:18: resources.linhas.write.key.0: found '', expected text that is not empty. Change it.",),
    ),
    "an owner of a resource that is a list": Case(
        FONTE,
        (("    nested: [partes]\n", "    nested: [partes]\n    owner: [a, b]\n"),),
        ("fonte.yml:21: resources.linhas.owner: found a list, expected text that is not empty. Change it.",),
    ),
}
