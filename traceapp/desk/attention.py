"""What needs somebody today: one plain sentence each, and the one thing to do about it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor, visitor
from traceapp.admission import queries as admission
from traceapp.batches.activation import missing_of_each
from traceapp.batches.told_lots import UNTOLD
from traceapp.desk import attention_queries as queries
from traceapp.desk.batches.batch_words import missing_words
from traceapp.desk.handoffs import hand_off_words
from traceapp.desk.handoffs.hand_off_words import Seen
from traceapp.desk.reports import report_search
from traceapp.findings.hold_queries import MOST, count_held_at, held_at
from traceapp.handoffs import waiting_queries as hand_offs
from traceapp.producers.queries import admission_of
from traceapp.trace.entries import HandOffState
from traceapp.web.languages import current, pick, say
from traceapp.web.pages import HANOI, day, moment

MOST_OF_A_KIND = 5
MOST_HOLDS = 1000
KEPT = "desk_tasks"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits. `path` None: nothing can be done here but wait."""

    icon: str
    tone: str
    words: str
    path: str | None = None
    action: str = ""


Source = Callable[[Visitor], Iterable[Task]]
T = TypeVar("T")
_ELSEWHERE: list[Source] = []


def also(source: Source) -> Source:
    """Ask a room that stands on the desk what waits there, too."""
    _ELSEWHERE.append(source)
    return source


def tasks(reader: Visitor, now: datetime) -> list[Task]:
    """List everything that waits for this reader, the gravest first; found once a request."""
    if KEPT not in g:
        others = [task for source in _ELSEWHERE for task in source(reader)]
        setattr(g, KEPT, [*_admission(reader), *_reports(reader), *others, *_work(reader, now)])
    found: list[Task] = getattr(g, KEPT)
    return found


def some(kind: str, found: Sequence[T]) -> Sequence[T]:
    """Give the first of a kind, or all where the reader asked for all of it."""
    return found if _shows_all(kind) else found[:MOST_OF_A_KIND]


def more(kind: str, icon: str, words: str, found: int) -> Iterator[Task]:
    """Say how many there are of a kind where not all are shown, and lead to them."""
    if found > MOST_OF_A_KIND and not _shows_all(kind):
        yield Task(icon, "clay", words, url_for("desk.today", all=kind), _("Show all"))


def _shows_all(kind: str) -> bool:
    return request.endpoint == "desk.today" and request.args.get("all") == kind


def count() -> int:
    """Count what waits, for the menu."""
    reader = visitor()
    return len(tasks(reader, datetime.now().astimezone(HANOI))) if reader else 0


def count_reports() -> int:
    """Count the reports that wait for an answer, for the menu."""
    reader = visitor()
    return report_search.waiting(reader) if reader else 0


def count_offers() -> int:
    """Count the deliveries that wait for the reader's own count, for the menu."""
    reader = visitor()
    return hand_offs.count_waiting(reader.producer_id) if reader else 0


def recorded_today(reader: Visitor, now: datetime) -> list[queries.Done]:
    """List what the reader's producer recorded since midnight, newest first."""
    midnight = now.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)
    return queries.recorded_since(reader.producer_id, midnight)


def _admission(reader: Visitor) -> Iterator[Task]:
    if reader.may(Act.ADMIT_PRODUCERS):
        if waiting := admission.count_undecided():
            words = _("Producers asking to be let in: %(count)s.", count=waiting)
            yield Task("users", "amber", words, _to("admission.list_producers"), _("Decide"))
        if renaming := admission.count_renaming():
            words = _("Producers asking for another name: %(count)s.", count=renaming)
            path = _to("admission.list_producers", state="renaming")
            yield Task("flag", "amber", words, path, _("Decide"))
    decision = admission_of(reader.producer_id)
    if decision is None:
        words = _("%(name)s waits to be let in. Codes go live then.", name=reader.producer_name)
        yield Task("clock", "amber", words)
    elif decision.decision == "refused":
        words = _(
            "%(name)s was not let in: %(why)s", name=reader.producer_name, why=decision.reason
        )
        yield Task("ban", "clay", words)


def _reports(reader: Visitor) -> Iterator[Task]:
    if not reader.may(Act.ANSWER_REPORTS):
        return
    waiting = report_search.waiting(reader)
    if waiting:
        words = _("Reports by shoppers without an answer: %(count)s.", count=waiting)
        yield Task(
            "report",
            "amber",
            words,
            url_for("desk_reports.list_reports", state="open"),
            _("Answer"),
        )


def _work(reader: Visitor, now: datetime) -> Iterator[Task]:
    today = now.astimezone(HANOI).date()
    yield from _on_hold(reader)
    yield from _incomplete(reader)
    yield from _offers(reader, now)
    yield from _unsettled(reader, now)
    if reader.may(Act.MANAGE_CERTIFICATES):
        yield from _certificates(reader, today)
    if reader.may(Act.RECORD_STEP):
        yield from _idle_seasons(reader, now)


def _on_hold(reader: Visitor) -> Iterator[Task]:
    found = held_at(reader.producer_id, MOST_HOLDS if _shows_all("holds") else MOST)
    for hold in some("holds", found):
        words = _("Lot %(lot)s is on hold: %(why)s", lot=hold.lot, why=say(hold.finding.message))
        path = url_for("desk_batches.show_batch", code=hold.batch.id)
        yield Task("lock", "clay", words, path, _("See the batch"))
    if len(found) > MOST_OF_A_KIND:
        count = len(found) if len(found) < MOST else count_held_at(reader.producer_id)
        yield from more("holds", "lock", _("Holds on your lots: %(count)s.", count=count), count)


def _incomplete(reader: Visitor) -> Iterator[Task]:
    waiting = queries.waiting_batches(reader.producer_id)
    lacks = missing_of_each([(row.producer_id, row.batch_id) for row in waiting])
    shown = 0
    for row in waiting:
        names = [name for name in lacks[row.producer_id, row.batch_id] if name != "admission"]
        if names and shown < MOST_OF_A_KIND:
            shown += 1
            what = ", ".join(what.lower() for what, _fix in missing_words(names))
            words = _(
                "%(name)s, lot %(lot)s, lacks: %(what)s.",
                name=_name_of(row),
                lot=row.lot,
                what=what,
            )
            path = url_for("desk_batches.show_batch", code=row.code)
            yield Task("package", "amber", words, path, _("Put it right"))
    if len(waiting) > shown and shown == MOST_OF_A_KIND:
        words = _("More batches are not in use yet.")
        path = url_for("desk_batches.list_batches", state="not_activated")
        yield Task("package", "amber", words, path, _("Show them"))


def _offers(reader: Visitor, now: datetime) -> Iterator[Task]:
    rows = hand_offs.open_offers(reader.producer_id, limit=MOST_OF_A_KIND)
    for one in (hand_off_words.seen(row, reader.producer_id, now) for row in rows):
        words = _("%(who)s sent you %(lot)s on %(when)s. How much arrived?", **_named(one))
        is_late = one.state is HandOffState.NOT_CONFIRMED
        yield Task(
            "truck-in", "amber" if is_late else "leaf", words, _delivery(one), _("Receive it")
        )


def _unsettled(reader: Visitor, now: datetime) -> Iterator[Task]:
    rows = hand_offs.unsettled(reader.producer_id, now)
    seen = [hand_off_words.seen(row, reader.producer_id, now) for row in rows]
    waiting = [one for one in hand_off_words.with_what_is_back(seen) if not one.is_back]
    for one in waiting[:MOST_OF_A_KIND]:
        match one.state:
            case HandOffState.DISPUTED:
                words = _(
                    "%(lot)s: sent %(sent)s, arrived %(got)s. Settle it with %(who)s.",
                    **_named(one),
                    sent=one.shipped,
                    got=one.received,
                )
                yield Task("warning", "amber", words, _delivery(one), _("Settle it"))
            case HandOffState.UNMATCHED:
                words = _(
                    "%(who)s received %(lot)s on %(when)s. Your shipment is not recorded.",
                    **_named(one),
                )
                yield Task("circle-help", "amber", words, _delivery(one), _("Look at it"))
            case HandOffState.REFUSED:
                words = _("%(who)s did not take %(lot)s, sent on %(when)s.", **_named(one))
                if one.back is not None and one.back.parts:
                    still_out = _("Still out: %(rest)s.", rest=one.rest)
                    words = f"{words} {still_out}"
                yield Task("hand-stop", "clay", words, _delivery(one), _("Look at it"))
            case _:
                words = _("%(who)s has not confirmed %(lot)s, sent on %(when)s.", **_named(one))
                yield Task("handshake", "amber", words, _delivery(one), _("Look at it"))


def _named(one: Seen) -> dict[str, str]:
    # The name first: it begins a sentence well, and often ends in brackets of its own.
    lot = _("%(name)s, lot %(lot)s", name=_name_of(one.row), lot=one.row.lot or UNTOLD)
    return {"who": one.other, "lot": lot, "when": moment(one.row.sent_at)}


def _name_of(row: Any) -> str:  # noqa: ANN401 - a row with the names of a product
    return pick({"vi": row.name, "en": row.name_en}, current())


def _delivery(one: Seen) -> str:
    return url_for("hand_offs.show_hand_off", shipment_id=one.row.event_id)


def _certificates(reader: Visitor, today: date) -> Iterator[Task]:
    for row in queries.ending_certificates(reader.producer_id, today):
        values: dict[str, Any] = {"name": f"{row.scheme} {row.number}", "day": day(row.expires_on)}
        is_over = row.expires_on < today
        words = (
            _("%(name)s ended on %(day)s.", **values)
            if is_over
            else _("%(name)s ends on %(day)s.", **values)
        )
        path = _to("certificates.list_certificates")
        yield Task("certificate", "clay" if is_over else "amber", words, path, _("Renew it"))


def _idle_seasons(reader: Visitor, now: datetime) -> Iterator[Task]:
    for row in queries.idle_seasons(reader.producer_id, now)[:MOST_OF_A_KIND]:
        words = _(
            "Nothing was recorded for 7 days: %(name)s, %(plot)s.", name=row.name, plot=row.plot
        )
        path = _to("steps.log_step", season=row.season_id)
        yield Task("seedling", "amber", words, path, _("Log a step"))


def _to(endpoint: str, **values: Any) -> str | None:  # noqa: ANN401 - parts of an address
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
