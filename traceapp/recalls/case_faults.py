"""What cannot be done in a recall case, and what to do instead."""

from traceapp import problem

ISSUED = problem.Finding(
    "/",
    "recall_issued",
    problem.N_("This recall was issued already."),
    problem.N_("Look at the page of the case; widen it there if more goods are concerned."),
)
NOT_OPEN = problem.Finding(
    "/",
    "recall_not_open",
    problem.N_("This recall is not issued, or is over."),
    problem.N_("Issue it first, or open a new case."),
)
ASKED = problem.Finding(
    "/",
    "recall_asked",
    problem.N_("Somebody asked for this already, and it waits for a second person."),
    problem.N_("Agree to it, or decline it, on the page of the case."),
)
SECOND = problem.Finding(
    "/",
    "second_person",
    problem.N_("This needs a second person."),
    problem.N_(
        "Ask a colleague. If nobody answers for 30 minutes you may go on alone, with a reason."
    ),
)
REASON = problem.Finding(
    "/reason",
    "alone_without_reason",
    problem.N_("Whoever goes on alone says why."),
    problem.N_("Write who was asked, when, and why it cannot wait."),
)
NAME_CHECK = problem.Finding(
    "/checks",
    "check_not_named",
    problem.N_("These goods passed a check since the recall: name it."),
    problem.N_("Tick the check of each lot."),
)
NO_CHECK = problem.Finding(
    "/reason",
    "no_check",
    problem.N_("Letting goods go without a check is refused."),
    problem.N_(
        "Record a check they passed and ask again naming it; where there is none, a second person "
        "writes here why it is not needed."
    ),
)
NO_HOLDER = problem.Finding(
    "/",
    "no_holder",
    problem.N_(
        "By the books nobody has, sold or waits for any of it but its maker and who recalls."
    ),
    problem.N_("There is nothing to check yet."),
)
AUTHORITY = problem.Finding(
    "/",
    "recall_of_others",
    problem.N_("Only the authority decides this."),
    problem.N_("It is about lots of other producers, or the authority recalled. Ask an officer."),
)
