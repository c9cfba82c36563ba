"""The result sheet of a recall or drill, as PDF: clock, kilograms, answers, what is missing.

And the list of all its lots as CSV, of which paper holds only the first, and the photos of holders.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.paper import faces
from traceapp.desk.recalls import case_pictures, case_sources, case_words
from traceapp.desk.recalls.case_sources import Source
from traceapp.desk.recalls.case_views import find_case
from traceapp.printing import table_paper
from traceapp.printing.table_paper import Column, Paper, Table
from traceapp.recalls.case_queries import Case
from traceapp.recalls.goods.held import Answer, Held, Scope, Sum
from traceapp.web import languages, lists
from traceapp.web.languages import say
from traceapp.web.pages import moment, quantity

MOST_ROWS = 200
"""Lots on paper; all of them are in the CSV."""

blueprint = Blueprint("case_papers", "traceapp.desk")


@blueprint.get("/desk/cases/<uuid:case_id>/result.pdf")
@may(Act.OPEN_CASE)
def print_result(case_id: UUID) -> ResponseReturnValue:
    """Give the result sheet. Raises NotSetUp where no Vietnamese face was fetched."""
    reader = member()
    case = find_case(reader, case_id)
    if case.notice is None:
        raise problem.NotFound
    face = faces.typeface(Path(current_app.static_folder or ""))
    if face is None:
        raise problem.NotSetUp
    now = datetime.now(UTC)
    sources = case_sources.sources_of(reader, case, now=now)
    paper = paper_of(case, case_words.reached_by(reader, case, most=None), sources, now)
    answer = Response(table_paper.pdf(paper, face), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{case.number}.pdf"'
    return answer


@blueprint.get("/desk/cases/<uuid:case_id>/lots.csv")
@may(Act.OPEN_CASE)
def list_lots(case_id: UUID) -> ResponseReturnValue:
    """Give all lots at all holders, with what they answered, as CSV."""
    reader = member()
    case = find_case(reader, case_id)
    if case.notice is None:
        raise problem.NotFound
    reached = case_words.reached_by(reader, case, most=None)
    return lists.as_csv(f"{case.number}-lo", _columns(), reached.held)


@blueprint.get("/desk/cases/<uuid:case_id>/photos/<sha256>")
@may(Act.OPEN_CASE)
def show_photo(case_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a photo that a holder sent with an answer."""
    reader = member()
    case = find_case(reader, case_id)
    back = url_for("cases.show_case", case_id=case_id)
    return case_pictures.answer(case_pictures.told_to(reader, case), sha256, back)


def paper_of(case: Case, reached: Scope, sources: Sequence[Source], now: datetime) -> Paper:
    """Write the result of a case in the reader's language."""
    title = _("Recall %(number)s", number=case.number)
    if case.is_drill:
        title = _("DRILL · %(title)s", title=title)
    return Paper(
        title,
        _facts(case, reached, now),
        (
            _sources_table(sources),
            _sums_table(reached.sums),
            _held_table(_("Where the goods are"), reached.held),
            _missing_table([one for one in reached.held if one.is_told and one.missing]),
            _acts_table(case),
        ),
        _("%(producer)s · printed on %(day)s", producer=say(case.lead), day=moment(now)),
        languages.current(),
    )


def _facts(case: Case, reached: Scope, now: datetime) -> list[tuple[str, str]]:
    notice = case.notice
    if notice is None:
        return []
    account = case_words.account(reached)
    return [
        (_("Recalled by"), notice.actor),
        (_("Reason"), notice.reason),
        (_("Issued"), moment(notice.issued_at)),
        (_("Holders answer by"), moment(notice.due_at)),
        (_("Clock"), case_words.clock(case, now)),
        (_("State"), case_words.standing(case).words),
        (_("Lots reached"), str(reached.lots)),
        (_("Holders"), str(len(reached.holders))),
        (_("Still there"), quantity(reached.left_kg, "kg")),
        (_("Goods on the way"), quantity(reached.coming_kg, "kg")),
        (_("Sold so far"), quantity(reached.sold_kg, "kg")),
        (_("Who answered"), f"{account.answered}/{account.asked}"),
        (_("Accounted for"), case_words.percent_of(account)),
    ]


def _sources_table(sources: Sequence[Source]) -> Table:
    columns = [
        *(Column(_("Goods"), 2), Column(_("Lot"), 1.2), Column(_("Producer"), 2)),
        Column(_("Steps back"), is_number=True),
    ]
    rows = [[say(one.name), one.lot, say(one.producer), str(one.generations)] for one in sources]
    return Table(_("Back to its sources"), columns, rows, _("It was made from nothing recorded."))


def _sums_table(sums: Sequence[Sum]) -> Table:
    columns = [
        *(Column(_("Holder"), 2), Column(_("Goods"), 2), Column(_("Lots"), is_number=True)),
        Column(_("Left by the books"), is_number=True),
        *(Column(_("On the way"), is_number=True), Column(_("Sold so far"), is_number=True)),
    ]
    rows = [
        [
            *(say(one.holder), say(one.name), str(one.lots)),
            *(quantity(each, one.uom) if one.is_told else "–" for each in (one.left, one.coming)),
            _sold(one),
        ]
        for one in sums
    ]
    none = _("Nobody has or sold any of it by the books.")
    return Table(_("Sums by holder"), columns, rows, none)


def _held_table(title: str, held: Sequence[Held]) -> Table:
    columns = [
        *(Column(_("Lot"), 1.2), Column(_("Goods"), 1.8), Column(_("Holder"), 2)),
        *(Column(_("Left by the books"), is_number=True), Column(_("Sold so far"), is_number=True)),
        *(Column(_("Set apart"), is_number=True), Column(_("Answered"), 1.2)),
    ]
    rows = [
        [
            *(one.lot, say(one.name), say(one.holder)),
            *(quantity(one.left, one.uom) if one.is_told else "–", _sold(one)),
            quantity(one.answer.set_apart, one.uom) if one.answer else "–",
            moment(one.answer.at) if one.answer else _("Not yet"),
        ]
        for one in held[:MOST_ROWS]
    ]
    none = _("Nobody has or sold any of it by the books.")
    return Table(_cut(title, held), columns, rows, none)


def _sold(one: Sum | Held) -> str:
    if not one.is_told:
        return "–"
    amount: str = quantity(one.sold, one.uom)
    return f"{amount} ({_('Sales were not counted.')})" if one.are_sales_missing else amount


def _missing_table(missing: Sequence[Held]) -> Table:
    columns = [
        *(Column(_("Lot"), 1.2), Column(_("Holder"), 2)),
        *(Column(_("Missing"), is_number=True), Column(_("Why"), 3)),
    ]
    rows = [
        [
            *(one.lot, say(one.holder), quantity(one.missing, one.uom)),
            one.answer.note or _("Not explained") if one.answer else _("Not answered yet"),
        ]
        for one in missing[:MOST_ROWS]
    ]
    title = _cut(_("Not accounted for"), missing)
    return Table(title, columns, rows, _("Everything is accounted for."))


def _cut(title: str, lots: Sequence[Held]) -> str:
    """Say in a heading how many of the lots are left out on paper."""
    if len(lots) <= MOST_ROWS:
        return title
    words: str = _(
        "%(title)s (the first %(shown)s of %(all)s lots; all of them are in the list as CSV)",
        title=title,
        shown=MOST_ROWS,
        all=len(lots),
    )
    return words


def _columns() -> dict[str, lists.Reader]:
    def told(read: Callable[[Held], Decimal | str | None]) -> lists.Reader:
        return lambda one: read(one) if one.is_told else None

    def answered(read: Callable[[Answer], Decimal | str]) -> lists.Reader:
        return lambda one: read(one.answer) if one.answer else None

    return {
        _("Lot"): lambda one: one.lot,
        _("Code"): lambda one: one.code,
        _("Goods"): lambda one: say(one.name),
        _("Producer"): lambda one: say(one.producer),
        _("Holder"): lambda one: say(one.holder),
        _("Unit"): lambda one: one.uom,
        _("Left by the books"): told(lambda one: one.left),
        _("On the way"): told(lambda one: one.coming),
        _("Sold by the books"): told(lambda one: one.sold),
        _("Not counted"): lambda one: (
            _("Sales were not counted.") if one.are_sales_missing else None
        ),
        _("Sold so far"): answered(lambda answer: answer.sold),
        _("Set apart"): answered(lambda answer: answer.set_apart),
        _("Missing"): told(lambda one: one.missing),
        _("Answered"): answered(lambda answer: moment(answer.at)),
        _("Note"): answered(lambda answer: answer.note),
    }


def _acts_table(case: Case) -> Table:
    columns = [
        *(Column(_("When"), 1.2), Column(_("Who"), 2), Column(_("What"), 2), Column(_("Why"), 3)),
    ]
    rows = [
        [moment(act.at), act.person or say(act.body), case_words.said(act), act.reason]
        for act in case.acts
    ]
    return Table(_("What was done"), columns, rows, _("Nothing recorded."))
