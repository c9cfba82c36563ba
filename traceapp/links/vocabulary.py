"""The words of links: sectors that are surveyed, and what a party is in its chain."""

from collections.abc import Mapping

from traceapp.chains.vocabulary import SECTOR_OF_CHAIN
from traceapp.problem import N_

SECTORS: Mapping[str, str] = {
    "metal_finishing": N_("Metal finishing"),
    "food": N_("Food"),
    "ceramics": N_("Ceramics"),
    "textiles": N_("Textiles"),
    "crafts": N_("Crafts of horn, wood and embroidery"),
    "household_appliances": N_("Household appliances"),
}
# Where proven links stand of whose sides no survey and no chain says a sector.
NO_SECTOR = "none"
PAGES: Mapping[str, str] = {**SECTORS, NO_SECTOR: N_("No sector")}
# Whose members a sector tells of where no link of theirs is known. Ceramics come from craft
# villages, too, but a basket maker without links is nothing they lack; metal finishing is no chain.
CHAIN_OF_SECTOR: Mapping[str, str] = {sector: chain for chain, sector in SECTOR_OF_CHAIN.items()}
# In the order in which goods go.
ROLES: Mapping[str, str] = {
    "supplier": N_("Supplier"),
    "producer": N_("Producer"),
    "distributor": N_("Distributor"),
    "buyer": N_("Buyer"),
}
ROLES_TOGETHER: Mapping[str, str] = {
    "supplier": N_("Suppliers"),
    "producer": N_("Producing establishments"),
    "distributor": N_("Distributors"),
    "buyer": N_("Buyers"),
}
PARTY_KINDS: Mapping[str, str] = {
    "business": N_("A business: its name is shown"),
    "person": N_("A private person: the name is not kept"),
}
# What somebody is in a chain where no survey says it: by the kinds he gave when he joined.
ROLE_OF_KIND: Mapping[str, str] = {
    "farm": "producer",
    "coop": "producer",
    "slaughterhouse": "producer",
    "processor": "producer",
    "packer": "producer",
    "collector": "distributor",
    "distributor": "distributor",
    "carrier": "distributor",
    "shop": "distributor",
}


def follows(role: str, other: str) -> bool:
    """Tell whether goods may go from the first role to the second."""
    order = tuple(ROLES)
    return order.index(role) <= order.index(other)
