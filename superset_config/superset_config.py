"""What Superset runs with: environment(settings) of lagoa.platform.superset -> this module -> superset.config.

Superset finds it because its folder is on PYTHONPATH. It reads only the variables that `environment` sets, so that the
password of the metadata database and the key of the sessions stand in no file. Try it alone with
`lagoa up` and `.venv-superset/bin/superset shell`.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, redirect, request
from localisation import localise
from werkzeug.wrappers import Response

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ["SUPERSET_HOME"])
IS_HTTPS = os.environ["SUPERSET_IS_HTTPS"] == "true"
START_PAGE = "/superset/dashboard/inicio/"

# --- metadata, sessions, cache -------------------------------------------------------------------------------
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA_URI"]
SQLALCHEMY_ENGINE_OPTIONS = {"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True, "pool_recycle": 1800}

PERMANENT_SESSION_LIFETIME = timedelta(hours=12)
SESSION_COOKIE_NAME = "lagoa_superset"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
ENABLE_PROXY_FIX = IS_HTTPS


def _cache(name: str, timeout: timedelta) -> dict[str, Any]:
    return {
        "CACHE_TYPE": "FileSystemCache",
        "CACHE_DIR": str(HOME / "cache" / name),
        "CACHE_DEFAULT_TIMEOUT": int(timeout.total_seconds()),
        "CACHE_THRESHOLD": 2000,
    }


CACHE_CONFIG = _cache("metadata", timedelta(minutes=10))
# A minute only: a chart may never contradict for long what was just published.
DATA_CACHE_CONFIG = _cache("data", timedelta(minutes=1))
THUMBNAIL_CACHE_CONFIG = _cache("thumbnails", timedelta(days=1))

# --- who may do what -----------------------------------------------------------------------------------------
PUBLIC_ROLE_LIKE = None
AUTH_USER_REGISTRATION = False
WTF_CSRF_ENABLED = True
# The default list exempts the chart data API; the pages send the token anyway, and so can a script.
WTF_CSRF_EXEMPT_LIST = ["superset.views.core.log"]
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_APPLICATION = "500 per second"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "5 per second"
PREVENT_UNSAFE_DB_CONNECTIONS = True
HTML_SANITIZATION = True
ENABLE_CORS = False
FAB_API_SWAGGER_UI = False
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        "frame-ancestors": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": IS_HTTPS,
}
FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "ALLOW_FULL_CSV_EXPORT": True,
    "DASHBOARD_RBAC": True,
    "DRILL_BY": True,
    "DRILL_TO_DETAIL": True,
    "DYNAMIC_PLUGINS": False,
    "EMBEDDED_SUPERSET": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "RLS_IN_SQLLAB": True,
    "THUMBNAILS": False,
}
CELERY_CONFIG = None

# --- limits --------------------------------------------------------------------------------------------------
SUPERSET_WEBSERVER_TIMEOUT = 60
SQLLAB_TIMEOUT = 60
SQL_MAX_ROW = 100_000
ROW_LIMIT = 50_000
SQLLAB_CTAS_NO_LIMIT = False
CSV_EXPORT = {"encoding": "utf-8-sig", "sep": ";", "decimal": ","}
LOG_LEVEL = "WARNING"
SILENCE_FAB = True

# --- Portuguese ----------------------------------------------------------------------------------------------
BABEL_DEFAULT_LOCALE = "pt_BR"
BABEL_DEFAULT_TIMEZONE = "America/Sao_Paulo"
LANGUAGES = {
    "pt_BR": {"flag": "br", "name": "Português (Brasil)"},
    "en": {"flag": "us", "name": "English"},
}
CURRENCIES = ["BRL", "USD", "EUR"]
D3_FORMAT = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["R$ ", ""]}
D3_TIME_FORMAT = {
    "dateTime": "%A, %e de %B de %Y. %X",
    "date": "%d/%m/%Y",
    "time": "%H:%M:%S",
    "periods": ["AM", "PM"],
    "days": ["Domingo", "Segunda", "Terça", "Quarta", "Quinta", "Sexta", "Sábado"],
    "shortDays": ["Dom", "Seg", "Ter", "Qua", "Qui", "Sex", "Sáb"],
    "months": [
        "Janeiro",
        "Fevereiro",
        "Março",
        "Abril",
        "Maio",
        "Junho",
        "Julho",
        "Agosto",
        "Setembro",
        "Outubro",
        "Novembro",
        "Dezembro",
    ],
    "shortMonths": ["Jan", "Fev", "Mar", "Abr", "Mai", "Jun", "Jul", "Ago", "Set", "Out", "Nov", "Dez"],
}

# --- looks ---------------------------------------------------------------------------------------------------
APP_NAME = "Lagoa"
APP_ICON = "/lagoa/logo.svg"
FAVICONS = [{"href": "/lagoa/favicon.svg"}]
LOGO_TARGET_PATH = START_PAGE
LOGO_TOOLTIP = "Lagoa: início"
ENVIRONMENT_TAG_CONFIG = {"variable": "SUPERSET_ENV", "values": {}}
BLUEPRINTS = [Blueprint("lagoa", __name__, static_folder=str(HERE / "static"), static_url_path="/lagoa")]
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": APP_ICON,
        "brandLogoMargin": "14px 0",
        "brandLogoHref": START_PAGE,
        "brandLogoHeight": "30px",
        "brandSpinnerUrl": "/lagoa/spinner.svg",
        "colorPrimary": "#0b6583",
        "colorLink": "#0b6583",
        "colorError": "#b3402e",
        "colorWarning": "#e09f3e",
        "colorSuccess": "#3f8f6b",
        "colorInfo": "#3d8fb8",
        "fontFamily": "Inter, Helvetica, Arial, sans-serif",
    },
    "algorithm": "default",
    # No "All / Inv" buttons beside the legends; long names of agencies break instead of pushing the bars aside.
    "echartsOptionsOverrides": {"legend": {"selector": False, "icon": "roundRect", "itemWidth": 12, "itemHeight": 12}},
    "echartsOptionsOverridesByChartType": {
        "echarts_timeseries_bar": {"yAxis": {"axisLabel": {"width": 240, "overflow": "break", "lineHeight": 13}}}
    },
}
THEME_DARK = None
ENABLE_UI_THEME_ADMINISTRATION = False
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "lagoa",
        "label": "Lagoa",
        "description": "As cores dos painéis da Lagoa",
        "isDefault": True,
        "colors": [
            "#0b6583",
            "#e09f3e",
            "#3f9c8f",
            "#8a6fa8",
            "#b3563f",
            "#7e97a6",
            "#5d8a3a",
            "#c98bb0",
            "#2f4b6e",
            "#a89a5b",
        ],
    }
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "lagoa_mapa",
        "label": "Lagoa: do claro ao escuro",
        "description": "Quanto mais escuro, maior o valor",
        "isDiverging": False,
        "colors": ["#e3f0f2", "#b5d8dd", "#7dbac5", "#3f94a9", "#0b6583", "#063f54"],
    }
]


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Speak Portuguese, and open our start page in place of Superset's own."""
    localise(app)

    @app.before_request
    def start_page() -> Response | None:
        return redirect(START_PAGE) if request.method == "GET" and request.path == "/" else None
