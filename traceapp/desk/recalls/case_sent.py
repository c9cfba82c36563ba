"""What was sent from the page of a case and is shown on it again: refused, or turned to a page."""

from dataclasses import dataclass

from traceapp.desk.recalls.case_ending import Decision
from traceapp.desk.recalls.case_kin import Turned
from traceapp.desk.recalls.effectiveness_form import Visited
from traceapp.web.forms import Form


@dataclass(frozen=True, slots=True)
class Sent:
    """At most one of the forms of the page; `form` issues, or lets go and ends."""

    form: Form | None = None
    widening: Form | None = None
    decision: Decision | None = None
    sampling: Form | None = None
    visit: Visited | None = None
    turned: Turned | None = None

    @property
    def status(self) -> int:
        """Give the status to answer with."""
        inside = (self.decision and self.decision.form, self.visit and self.visit.form)
        forms = (self.form, self.widening, self.sampling, *inside)
        return max((one.status for one in forms if one), default=200)


NOTHING = Sent()
