"""Labels sent to a printer in the network, as the page of their issue tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from traceapp.labels import prints
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.labels.sending import Outcome
from traceapp.problem import N_

OUTCOMES: Mapping[str | None, tuple[str, str]] = {
    None: ("amber", N_("Being sent to the printer. Open this page again to read what came of it.")),
    Outcome.TAKEN: ("leaf", N_("The printer has taken all of it.")),
    Outcome.REFUSED: ("clay", N_("The printer did not answer: nothing was printed.")),
    Outcome.UNSURE: (
        "clay",
        N_(
            "The printer broke off or did not say that it has all. Look what is on the paper, and "
            "print again what is missing, from which to which."
        ),
    ),
    Outcome.NOT_ALLOWED: (
        "clay",
        N_("Whoever runs this installation does not allow printers at this address any more."),
    ),
    Outcome.NOTHING: ("clay", N_("These goods got no labels then: nothing was printed.")),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent to a printer, and what came of it, with its colour."""

    at: datetime
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Sending:
    """The printer that labels can be sent to, whether they can now, and what was sent."""

    printer: str
    may_send: bool
    sent: list[Sent]


def told(issue: LabelIssue, again: LabelChange | None) -> Sending | None:
    """Tell of sending labels to their printer; None without one in the network.

    Sheets are not sent; the page says so where one might look for it.
    """
    printer, found = prints.connected(issue), prints.prints_of(issue)
    change_id = again.change_id if again else None
    if printer is None:
        return None
    sent = [
        Sent(one.asked_at, OUTCOMES[one.outcome][0], _(OUTCOMES[one.outcome][1]))
        for one in found
        if one.change_id == change_id
    ]
    return Sending(printer.name, prints.may_send(found, change_id), sent)
