"""Where a case is opened from: a lot, a test, a report, an inspection, a season, a supplier."""

from collections.abc import Mapping
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.queries import Ref as Pair
from traceapp.desk.reports import report_search
from traceapp.findings.hold_queries import HoldTold, holds_on
from traceapp.public.models import ProblemReport
from traceapp.recalls.goods.kin import REASONS, newest_of_season
from traceapp.trace.facts import Ref
from traceapp.web.fields import clean
from traceapp.web.languages import say

LAB_FAIL = "lab_fail"
LONGEST = 2000  # of a case's reason
LONGEST_NOTICE = 200


def may_open(reader: Visitor, batch: Pair) -> bool:
    """Tell whether the reader may open a case about a batch: his own, or, for officials, any."""
    is_ours = batch[0] == reader.producer_id
    return reader.may(Act.OPEN_CASE) and (is_ours or reader.may(Act.LOOK_UP_ANY))


def path_from_report(reader: Visitor, batch: Pair | None, report: ProblemReport) -> str | None:
    """Give where a case is opened about what a shopper reported; None for whom it is not."""
    if batch is None or not may_open(reader, batch):
        return None
    return url_for("cases.new_case", code=batch[1], report=report.number)


def group_named(arguments: Mapping[str, str]) -> str:
    """Give the group of near lots that an address asks to tick, such as all of a season."""
    near = arguments.get("near", "")
    return near if near in REASONS else ""


def path_from_season(reader: Visitor, season_id: UUID) -> str | None:
    """Give where a case is opened about all lots of an own season; None where it made none."""
    if not reader.may(Act.OPEN_CASE):
        return None
    newest = newest_of_season(reader.producer_id, season_id)
    return newest and url_for("cases.new_case", code=newest.id, near="season")


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
    if arguments.get("door") == "supplier":
        notice = clean(arguments.get("notice", ""))[:LONGEST_NOTICE]
        words = _("A supplier told of: %(words)s", words=notice) if notice else ""
        return {"basis": "supplier", "reason": words}
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
