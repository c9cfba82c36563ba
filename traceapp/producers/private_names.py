"""Names that are typed of somebody else: those of private people are not kept."""

import re

from traceapp.problem import N_
from traceapp.web.faults import Fault

PERSON, BUSINESS = "person", "business"
# Words that begin the names of people, and now and then that of a shop.
_TITLES = re.compile(r"(hộ )?(ông|bà|anh|chị|cô|chú|bác|mr|mrs|ms)\.? \S", re.IGNORECASE)
MAY_BE_A_PERSON = Fault(
    "may_be_a_person",
    N_("This reads like the name of a private person."),
    N_("Say whether it is a business or a private person: names of people are not kept."),
)


def may_be_a_person(name: str | None) -> bool:
    """Tell whether a name begins as one addresses people."""
    return bool(_TITLES.match(name or ""))
