"""Every simulated source, in the order of the landing page."""

from functools import cache
from importlib import import_module

from lagoa.simulator.simulated import Simulated

MODULES = (
    "portal_transparencia",
    "pncp",
    "transferegov",
    "ibge",
    "bcb",
    "contratos",
    "compras",
    "siorg",
    "transferegov_ted",
    "transferegov_api",
    "portal_despesas",
    "portal_api",
    "siconv",
    "siconv_legado",
    "siape",
    "siape_ufob",
    "ibge_dtb",
    "planilhas",
    "siafi_mg",
    "siafi",
    "tesouro_gerencial",
    "siape_consulta",
    "loja",
    "ploomes",
    "sap_b1",
    "google_ads",
    "meta_ads",
)
"""Modules of this package, each with a SIMULATED of its own."""


@cache
def simulated() -> dict[str, Simulated]:
    """The sources by name."""
    found = [import_module(f"lagoa.simulator.{name}").SIMULATED for name in MODULES]
    return {source.name: source for source in found}
