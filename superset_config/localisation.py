"""Superset in Brazilian Portuguese where its settings do not reach: texts, numbers on screen, numbers in CSV files.

Everything hangs on `FLASK_APP_MUTATOR`, which superset_config.py takes from here.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from babel.messages.pofile import read_po
from flask import Flask, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.wrappers import Response

HERE = Path(__file__).resolve().parent
SUPERSET_MESSAGES = Path(str(files("superset"))) / "translations" / "pt_BR" / "LC_MESSAGES"
LANGUAGE_PACKS = ("/superset/language_pack/pt/", "/superset/language_pack/pt_BR/")
"""The pages ask for "pt" when the locale is pt_BR, and would get the Portuguese of Portugal."""


@cache
def portuguese() -> str:
    """Superset's Brazilian Portuguese without its guesses and with our corrections, as the pages ask for it.

    A quarter of its messages are "fuzzy": matched to a similar text and read by nobody, among them "Select database"
    as "Excluir banco de dados". English is better than that.
    """
    with (SUPERSET_MESSAGES / "messages.po").open("rb") as file:
        guesses = {text for message in read_po(file) if message.fuzzy for text in _texts(message.id)}
    pack = json.loads((SUPERSET_MESSAGES / "messages.json").read_text(encoding="utf-8"))
    messages = {key: text for key, text in pack["locale_data"]["superset"].items() if key == "" or key not in guesses}
    corrections = yaml.safe_load((HERE / "translations" / "pt_BR.yaml").read_text(encoding="utf-8"))
    messages |= {key: list(_texts(text)) for key, text in corrections.items()}
    return json.dumps(pack | {"locale_data": {"superset": messages}}, ensure_ascii=False)


def _texts(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def with_decimal_commas(frame: pd.DataFrame) -> pd.DataFrame:
    """Write exact numbers with a comma: pandas' `decimal` reaches binary floating point only."""
    return frame.map(lambda value: str(value).replace(".", ",") if isinstance(value, Decimal) else value)


def localise(app: Flask) -> None:
    """Put our templates before Superset's, our Portuguese over its own, and commas into its CSV files."""
    from superset.utils import csv

    app.jinja_loader = ChoiceLoader([FileSystemLoader(HERE / "templates"), app.jinja_loader])

    # Superset gives texts only to who is logged in, and so shows the login page in English.
    @app.before_request
    def language_pack() -> Response | None:
        if request.method == "GET" and request.path in LANGUAGE_PACKS:
            return app.response_class(portuguese(), mimetype="application/json")
        return None

    original = csv.df_to_escaped_csv

    def df_to_escaped_csv(df: pd.DataFrame, **options: Any) -> Any:
        return original(with_decimal_commas(df), **options)

    csv.df_to_escaped_csv = df_to_escaped_csv
