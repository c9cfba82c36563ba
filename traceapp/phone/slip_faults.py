"""What can be wrong with the slips of a hand-over, in words."""

from typing import NoReturn

from traceapp import problem

BY_HAND = problem.N_("Record what arrived without the slip: nothing you typed is lost.")
SCAN_AGAIN = problem.N_("Scan the code on the other phone once more.")


def _fault(rule: str, message: str, fix: str = BY_HAND) -> problem.Finding:
    return problem.Finding("/slip", rule, message, fix)


UNREADABLE = _fault(
    "slip_unreadable", problem.N_("This is no whole slip of a hand-over."), SCAN_AGAIN
)
OF_ANOTHER = _fault(
    "slip_of_another", problem.N_("This answer belongs to another slip."), SCAN_AGAIN
)
OTHER_CONTENT = _fault(
    "slip_other_content", problem.N_("The record says something else than its slip.")
)
NOT_YOURS = _fault(
    "slip_not_yours",
    problem.N_("This slip was not made on a phone of yours."),
    problem.N_("Whoever gave the goods sends the answer to their slip."),
)
NOT_SIGNED = _fault(
    "slip_not_signed",
    problem.N_("The slip was not signed by the phone that it names, or it was changed."),
)
REVOKED = _fault(
    "slip_revoked", problem.N_("The phone that signed the slip had been revoked before.")
)
OTHER_RECEIVER = _fault("slip_other_receiver", problem.N_("The slip is for somebody else."))
FOREIGN = _fault("slip_foreign", problem.N_("The delivery that the slip names is somebody else's."))
ANSWERED = _fault(
    "slip_answered",
    problem.N_("Somebody of yours has recorded this delivery already."),
    problem.N_("Look at it under Hand-offs, and correct it there if it is wrong."),
)


def refuse(finding: problem.Finding) -> NoReturn:
    """Refuse slips for this reason."""
    raise problem.InvalidInput(findings=[finding])
