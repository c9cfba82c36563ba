"""What cannot be said about cleaner production, and what to do instead."""

from traceapp.problem import N_, Finding

UNITS = Finding(
    "/after_unit",
    "units_differ",
    N_("Before and after are in different units, so they cannot be compared."),
    N_("Convert one of them: both as the same unit per unit of output."),
)
LENGTHS = Finding(
    "/after_until",
    "periods_differ",
    N_("The two periods are of different length: {before} and {after} days."),
    N_("Take as many days, or as many whole calendar months, after as before."),
)
HALF_PERIOD = Finding(
    "/after_until",
    "period_half",
    N_("A period has a first and a last day."),
    N_("Give both days, or leave both empty."),
)
ORDER = Finding(
    "",
    "periods_overlap",
    N_("This day comes before the one that it should follow."),
    N_("Check the four days: each period ends after it begins, and the second follows the first."),
)
FUTURE = Finding(
    "",
    "period_not_over",
    N_("This period is not over yet."),
    N_("Wait until its last day, then write down what was measured."),
)
OVER_100 = Finding(
    "/after",
    "over_100",
    N_("Nothing can become less by more than 100 %."),
    N_("Write what is used up or let out now: zero or more."),
)
RISEN = Finding(
    "/after",
    "over_100",
    N_("A change of {change} is more than 100 %: these two cannot be compared."),
    N_("Check both numbers; take as baseline a time when the same was made in the same way."),
)
NOT_PER_OUTPUT = Finding(
    "/after_unit",
    "not_per_output",
    N_("“{unit}” does not say how much per {output}."),
    N_("Divide by what was made in that time, and write the unit as {example}."),
)
NEITHER_PER_OUTPUT_NOR_IN_AIR = Finding(
    "/after_unit",
    "not_per_output",
    N_("“{unit}” says neither how much per {output} nor how much in a cubic metre of air."),
    N_("Write the unit as {example}, or as mg/m³ where the air was measured."),
)
BASELINE = Finding(
    "/before",
    "baseline_not_positive",
    N_("A baseline of zero or less compares with nothing."),
    N_("Write what was used up or let out before, or leave it empty."),
)
IMPLAUSIBLE = Finding(
    "/reason",
    "implausible",
    N_("A change of {change} is rare. Say how it came about."),
    N_("Check the numbers; if they are right, write the reason."),
)
SELF_CHECK = Finding(
    "/how",
    "self_checked",
    N_("Nobody checks the figures of his own establishment."),
    N_("Ask the programme body to check them."),
)
OWN_CERTIFICATE = Finding(
    "/how",
    "self_checked",
    N_("Nobody confirms a certificate of his own establishment."),
    N_("Ask another authority to confirm it."),
)
NO_PAGES = Finding(
    "/how",
    "no_pages",
    N_("The certificate has no pages here, so nobody can compare it."),
    N_("Ask its owner to add photos of its pages first."),
)
NOT_IN_FORCE = Finding(
    "/how",
    "not_in_force",
    N_("The certificate is not in force today."),
    N_("Confirm the one that took its place, once its owner keeps it here."),
)
OWN_FIGURE = Finding(
    "/how",
    "own_figure",
    N_("You wrote this figure yourself, so somebody else checks it."),
    N_("Ask a colleague."),
)
NOT_WHOLE = Finding(
    "/how",
    "claim_lacks",
    N_("This figure lacks its baseline, its periods or its method, so there is nothing to check."),
    N_("Let it be recorded anew with all of them."),
)
OUTDATED = Finding(
    "/how",
    "indicator_replaced",
    N_("This figure was replaced by a newer one."),
    N_("Check the newer one."),
)
CHECKED = Finding(
    "/how",
    "checked_already",
    N_("A colleague has checked this figure meanwhile."),
    N_("A check is never changed. What you typed was not saved."),
)
EARLIER = Finding(
    "/on",
    "before_proposed",
    N_(
        "This is before {day}: nothing is chosen before it was proposed, or done before it was "
        "chosen."
    ),
    N_("Check the day."),
)
LATER = Finding(
    "/on",
    "not_yet",
    N_("This day is still to come."),
    N_("Write down what has happened."),
)
NOT_CHOSEN = Finding(
    "/state",
    "not_chosen",
    N_("A measure is chosen before it is done."),
    N_("Say first on what day it was chosen."),
)
IS_OVER = Finding(
    "/state",
    "measure_over",
    N_("This was said already."),
    N_("What is done or dropped stays so. Propose a new measure if it goes on."),
)
NO_EVIDENCE = Finding(
    "/evidence",
    "no_evidence",
    N_("Say what shows that it is done."),
    N_("An invoice and its number, a photo, who saw it."),
)
NO_FIGURES = Finding(
    "/figures/establishments",
    "no_figures",
    N_("There is no figure in it."),
    N_("Write down at least one figure that was published."),
)
CORRECTED = Finding(
    "/reason",
    "corrected",
    N_("These totals were corrected meanwhile."),
    N_("Correct those that took their place."),
)
BOOTH_TWICE = Finding(
    "",
    "booth_twice",
    N_("This booth stands in another line already."),
    N_("Give each booth one line."),
)
BOOTHS_OVER = Finding(
    "",
    "booths_over",
    N_("The fair had {most} booths; this would be one more."),
    N_("Check the number, or take a booth off the list first."),
)
BOOTH_UNKNOWN = Finding(
    "",
    "booth_unknown",
    N_("This booth is not on the list, so there is nothing to take off."),
    N_("Write who stood there, or leave the line empty."),
)
NAME_UNCLEAR = Finding(
    "",
    "name_unclear",
    N_("Several establishments are called “{text}”."),
    N_("Write a comma and the commune after the name."),
)
