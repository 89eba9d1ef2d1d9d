"""The federal core that several sources show: (seed, scale) -> bodies, suppliers, contracts, commitments, TED plans.

SIAFI, Contratos.gov.br, Compras, SIORG, TransfereGov and the Portal all draw on it, so that their records meet:
contract numbers, documents of suppliers, UGs, NE and TED numbers. `links` is the truth that no source tells.
"""

from dataclasses import dataclass
from functools import lru_cache

from lagoa.simulator.generated import federal_commitments, federal_contracts, federal_plans, federal_suppliers
from lagoa.simulator.generated.federal_bodies import Orgao, Ug, bodies
from lagoa.simulator.generated.federal_commitments import Commitment, TrueLink
from lagoa.simulator.generated.federal_contracts import Contract
from lagoa.simulator.generated.federal_plans import Plan
from lagoa.simulator.generated.federal_suppliers import Supplier

__all__ = ["Commitment", "Contract", "Federation", "Orgao", "Plan", "Supplier", "TrueLink", "Ug", "federation"]


@dataclass(frozen=True)
class Federation:
    """Everything at the day of the last edition; ids and documents are unique within each tuple."""

    orgaos: tuple[Orgao, ...]
    ugs: tuple[Ug, ...]
    suppliers: tuple[Supplier, ...]
    contracts: tuple[Contract, ...]
    commitments: tuple[Commitment, ...]
    plans: tuple[Plan, ...]
    links: tuple[TrueLink, ...]

    @property
    def companies(self) -> tuple[Supplier, ...]:
        """The suppliers with a CNPJ."""
        return tuple(supplier for supplier in self.suppliers if supplier.is_company)


@lru_cache(maxsize=2)
def federation(seed: int, scale: float) -> Federation:
    """The whole; about 420 contracts, 130 plans and 1,900 commitments at scale 1."""
    orgaos, ugs = bodies()
    sellers = federal_suppliers.suppliers(seed, scale)
    signed = federal_contracts.contracts(seed, scale, sellers)
    agreed = federal_plans.plans(seed, scale)
    spent = federal_commitments.commitments(seed, scale, sellers, signed, agreed)
    return Federation(
        orgaos, ugs, sellers, signed, spent, agreed, federal_commitments.links(spent, signed)
    )  # fmt: skip
