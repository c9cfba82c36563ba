"""The rule of labels: never more of them than there are goods without."""

from collections.abc import Iterator

from traceapp.trace.measures import unit_after
from traceapp.trace.rules.facts import LabelFact, StepFact
from traceapp.trace.rules.finding import Finding, found

PRINT, VOID = "print_labels", "void_labels"


def label_budget(step: StepFact, fact: LabelFact | None) -> Iterator[Finding]:
    """Find that a step issues more labels than there were goods without."""
    asked = step.number("labels")
    if fact is None or asked is None or asked * fact.net <= fact.left:
        return
    left = max(fact.left, fact.left * 0)
    values = {
        "lot": fact.lot,
        "left": left,
        "unit": unit_after(left, fact.uom),
        "max_labels": left // fact.net,
        "net": fact.net,
        "net_unit": unit_after(fact.net, fact.uom),
        "asked": asked,
    }
    yield found("label_budget", event=step.ref, batch=fact.batch, values=values)
