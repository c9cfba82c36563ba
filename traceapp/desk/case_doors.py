"""Where a case is opened from: a lot, a failed test, a shopper's report, an inspection."""

from collections.abc import Mapping

from flask import url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.queries import Ref as Pair
from traceapp.desk import report_search
from traceapp.findings.hold_queries import HoldTold, holds_on
from traceapp.public.models import ProblemReport
from traceapp.trace.facts import Ref
from traceapp.web.languages import say

LAB_FAIL = "lab_fail"
LONGEST = 2000  # of a case's reason


def may_open(reader: Visitor, batch: Pair) -> bool:
    """Tell whether the reader may open a case about a batch: his own, or, for officials, any."""
    is_ours = batch[0] == reader.producer_id
    return reader.may(Act.OPEN_CASE) and (is_ours or reader.may(Act.LOOK_UP_ANY))


def path_from_report(reader: Visitor, batch: Pair | None, report: ProblemReport) -> str | None:
    """Give where a case is opened about what a shopper reported; None for whom it is not."""
    if batch is None or not may_open(reader, batch):
        return None
    return url_for("cases.new_case", code=batch[1], report=report.number)


def report_named(
    reader: Visitor, batch: Pair, arguments: Mapping[str, str]
) -> ProblemReport | None:
    """Give the report that an address names. Raises NotFound where it is about something else."""
    number = arguments.get("report")
    return None if number is None else report_search.about_batch(reader, number, batch)


def proposed(
    batch: Pair, report: ProblemReport | None, arguments: Mapping[str, str]
) -> dict[str, str]:
    """Propose on what grounds a case is opened, and why, by the door somebody came through."""
    if report is not None:
        words = _("Report %(number)s: %(text)s", number=report.number, text=report.text)
        return {"basis": "report", "reason": words[:LONGEST]}
    if arguments.get("door") == "inspection":
        return {"basis": "inspection", "reason": _("The goods do not match the data.")}
    failed = _failed_test(batch)
    if failed is not None:
        return {"basis": "lab_result", "reason": say(failed.finding.message)}
    return {"basis": "batch"}


def _failed_test(batch: Pair) -> HoldTold | None:
    own = Ref(*batch)
    return next(
        (
            one
            for one in holds_on(own)
            if one.batch == own and one.is_active and one.finding.rule == LAB_FAIL
        ),
        None,
    )
