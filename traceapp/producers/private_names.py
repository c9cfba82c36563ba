"""Names that are typed of somebody else: those of private people are not kept."""

from traceapp.problem import N_, Finding

PERSON, BUSINESS = "person", "business"
UNSAID = Finding(
    "",
    "business_or_person",
    N_("No producer here has this name, so it must be known whether it is a private person's."),
    N_("Say whether it is a business or a private person: names of people are not kept."),
)
