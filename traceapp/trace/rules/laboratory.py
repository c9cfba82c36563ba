"""The rule of the laboratory: goods whose sample failed are held, whoever has them."""

from collections.abc import Callable, Iterator

from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found

LAB_RESULT = "lab_result"
FAILED = "fail"


def lab_fail(result: StepFact, lot_of: Callable[[Ref], str]) -> Iterator[Finding]:
    """Find each lot whose sample failed; of one that passed above its limit, that this cannot be.

    A result is never refused, however bad: it is what holds the goods.
    """
    value, limit = result.number("value"), result.number("limit")
    is_above = value is not None and limit is not None and value > limit
    failed = result.text("verdict") == FAILED
    if not failed and not is_above:
        return
    figures = {"value": value, "limit": limit}
    is_told = None not in figures.values()
    for lot in dict.fromkeys(result.about):
        yield found(
            "lab_fail",
            aspect="passed_above" if not failed else "figures" if is_told else "",
            event=result.ref,
            batch=lot,
            holds=frozenset((lot,)) if failed else frozenset(),
            values={
                "lot": lot_of(lot),
                "test": result.text("test") or "?",
                "report": result.text("report_no") or "?",
                **(figures if is_told else {}),
            },
        )
