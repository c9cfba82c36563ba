"""What cannot be said of links, and what to do instead."""

from traceapp.problem import N_, Finding

LATER = Finding(
    "/year",
    "year_to_come",
    N_("This year is still to come."),
    N_("Write down the year in which people were asked."),
)
ITSELF = Finding(
    "",
    "links_itself",
    N_("Both ends are the same party."),
    N_("A link leads from one party to another one."),
)
AGAINST = Finding(
    "",
    "against_the_flow",
    N_("Goods go from suppliers to producers, distributors and buyers, not back."),
    N_("Check the two roles, or change the ends."),
)
TWICE = Finding(
    "",
    "link_twice",
    N_("This link stands in the survey already."),
    N_("Leave it out, or say what else is supplied."),
)
SEVERAL = Finding(
    "",
    "name_unclear",
    N_("Several producers here have this name."),
    N_("Write the commune beside it."),
)
NO_PLACE = Finding(
    "",
    "no_place",
    N_("No producer here has this name, so its place must be known."),
    N_("Write its commune or its province; if it is a producer here, check the name."),
)


def at(finding: Finding, pointer: str) -> Finding:
    """Give the same finding about a value."""
    return Finding(pointer, finding.rule, finding.message, finding.fix, finding.values)
