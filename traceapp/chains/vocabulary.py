"""The chains of the programme, and the help it gives."""

from collections.abc import Mapping

from traceapp.problem import N_

CHAINS: Mapping[str, str] = {
    "safe_food": N_("Safe food"),
    "home_appliances": N_("Household appliances"),
    "textile_fashion": N_("Textile and fashion"),
    "craft_village": N_("Craft villages"),
}
# Where it is told who supplies whom in a chain, and what is missing there.
SECTOR_OF_CHAIN: Mapping[str, str] = {
    "safe_food": "food",
    "home_appliances": "household_appliances",
    "textile_fashion": "textiles",
    "craft_village": "crafts",
}
SUPPORT_KINDS: Mapping[str, str] = {
    "visit": N_("Support visit"),
    "advice": N_("Advice"),
    "training": N_("Training"),
}
# Where a commitment stands. An establishment signs, a body of the programme answers.
STATES: Mapping[str, str] = {
    "waiting": N_("Waits for the programme"),
    "accepted": N_("Accepted"),
    "declined": N_("Sent back"),
    "withdrawn": N_("Withdrawn"),
}
