"""Saving a logged step: its new batches, the record, and what there is to say about it.

What happened is never refused for sense: what it does to the books is said afterwards.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp import problem
from traceapp.accounts.visitor import Visitor
from traceapp.batches import operations, queries
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.models import Batch, Event
from traceapp.batches.recording import capturing, grants
from traceapp.batches.recording.booking import STOCK
from traceapp.batches.recording.capturing import Actor, Message, Recorded
from traceapp.batches.recording.offers import SHIPMENTS
from traceapp.database.engine import db
from traceapp.desk.batches.batch_links import batch_page, code_of
from traceapp.desk.batches.batch_queries import addresses
from traceapp.desk.steps import harvest_doubts, step_message
from traceapp.desk.steps.step_form import Setting
from traceapp.findings import attempts, foresight
from traceapp.findings.attempts import Verdict
from traceapp.findings.queries import found_about
from traceapp.gs1.batch_code import BatchCode
from traceapp.handoffs import queries as hand_offs
from traceapp.trace.facts import Ref
from traceapp.trace.measures import amount
from traceapp.trace.rules import CLOCK_PLAY, late_by
from traceapp.trace.rules.catalogue import Severity
from traceapp.trace.rules.completing import lacking, words_of
from traceapp.trace.rules.finding import Finding
from traceapp.trace.rules.growing import SPRAY
from traceapp.web import languages
from traceapp.web.forms import Form
from traceapp.web.languages import say
from traceapp.web.pages import day, moment

PLAIN, WARNING = "message", "amber"
# Said in words of their own below, or of no use to whoever just logged the step.
SAID_OTHERWISE = frozenset({"over_use", "late_entry", "clock_skew", "superseded"})
# Not asked before: what is missing is for the exit, and who counts what came counts it unseen.
SAID_AFTERWARDS = frozenset({"incomplete", "qty_mismatch"})


PLAINLY, WARNED, HAPPENED = "save", "warned:", "happened"
"""How a form is sent to be saved: plainly, by somebody who has read these warnings, or because it
has happened. Who was warned is still stopped by what blocks and asked about what is new; of what
has happened nothing is asked.
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the safety rules say about a step before it is done, where it should not be done so.

    What else is doubtful is told beside the fields, so that whoever sees both decides once.
    """

    verdict: Verdict
    doubts: ValidationError | None


@dataclass(frozen=True, slots=True)
class Saved:
    """Where to go next, and what to say there: each with its tone."""

    next_page: str
    words: tuple[tuple[str, str], ...]


def save(who: Visitor, form: Form, setting: Setting, *, now: datetime, how: str) -> Saved | Refused:
    """Record the step that a form describes. Raises what `Form.trying` turns into words.

    Unless it has happened already, the rules are asked first; what they refuse is kept as an
    attempt, and nothing else of it. Then what is doubtful is asked about.
    """
    wish = step_message.read(form, setting)
    copied_from = _own_event(who, form.value("copied_from"))
    message = capturing.read(wish.event, copied_from=copied_from)
    _check_corrects(who, message)
    doubts = harvest_doubts.doubts(wish, message, setting)
    trial = db.session.begin_nested()
    for number, batch in wish.new_batches.items():
        _register(who, batch, number, now)
    if how != HAPPENED:
        verdict = _verdict_before(who, message, now)
        if verdict is not None and _stops(verdict, how):
            trial.rollback()
            if verdict.is_blocked:
                attempts.keep(_actor(who), message, verdict, now=now)
            return Refused(verdict, doubts)
        if doubts is not None:
            raise doubts
    trial.commit()
    recorded = _record(who, message, now)
    words = list(_words(who, message, setting, now)) if recorded.is_new else []
    said = (PLAIN, _("Saved: %(name)s.", name=say(setting.kind.label)))
    return Saved(_next_page(who, message), (said, *words))


def _stops(verdict: Verdict, how: str) -> bool:
    told = against(verdict)
    return verdict.is_blocked or (bool(told) and how != WARNED + fingerprint(told))


def fingerprint(told: Iterable[Finding]) -> str:
    """Give what tells these warnings from others: their figures count too."""
    words = sorted(str(one.message.vi) for one in told)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def against(verdict: Verdict) -> list[Finding]:
    """Give what forbids an act, and what is to be thought over before it."""
    return [
        one
        for one in verdict.findings
        if one.blocks or (one.severity is Severity.WARN and one.rule not in SAID_AFTERWARDS)
    ]


def _own_event(who: Visitor, text: str) -> UUID | None:
    if not text:
        return None
    try:
        event = db.session.get(Event, (who.producer_id, UUID(text)))
    except ValueError:
        event = None
    if event is None or event.author_member_id != who.member_id:
        raise problem.NotFound
    return event.event_id


def _check_corrects(who: Visitor, message: Message) -> None:
    """Refuse a correction of what is not there, or was corrected before; not when sent again."""
    corrects = message.data["corrects"]
    is_known = db.session.get(Event, (who.producer_id, message.event_id)) is not None
    if corrects is None or is_known:
        return
    if db.session.get(Event, (who.producer_id, corrects)) is None:
        raise problem.NotFound
    if db.session.get(CorrectedEvent, (who.producer_id, corrects)) is not None:
        finding = problem.Finding(
            "/corrects",
            "corrected_before",
            problem.N_("This step was corrected before."),
            problem.N_("Correct the correction instead: it stands in the list of steps."),
        )
        raise problem.AlreadyExists(findings=[finding])


def _register(who: Visitor, batch: Mapping[str, Any], number: int, now: datetime) -> None:
    if db.session.get(Batch, (who.producer_id, UUID(batch["batch_id"]))) is not None:
        return  # the form was sent before
    if step_message.is_lot_taken(who.producer_id, batch):
        finding = problem.Finding(
            f"/outputs/{number}/lot",
            "lot_taken",
            problem.N_("This product has a batch with this lot already."),
            problem.N_("Choose that batch from the list, or give this one another lot."),
        )
        raise problem.InvalidInput(findings=[finding])
    try:
        operations.register_batch(who.producer_id, batch, now=now)
    except ValidationError as error:
        raise ValidationError({"outputs": {number: error.messages}}) from error


def _verdict_before(who: Visitor, message: Message, now: datetime) -> Verdict | None:
    """Ask the rules about what is about to be done.

    None for a correction, for what is recorded already, and for what cannot be recorded anyway,
    which is told there.
    """
    is_known = db.session.get(Event, (who.producer_id, message.event_id)) is not None
    if is_known or message.data["corrects"] is not None:
        return None
    try:
        return attempts.judge_once(_actor(who), message, now=now)
    except problem.InvalidInput:
        return None


def _actor(who: Visitor) -> Actor:
    return Actor(who.producer_id, who.member_id)


def _record(who: Visitor, message: Message, now: datetime) -> Recorded:
    (answer,) = capturing.record_events(_actor(who), [message], now=now, latest=now + CLOCK_PLAY)
    if isinstance(answer, Recorded):
        return answer
    if any(finding.rule == grants.NOT_HERE for finding in answer.findings):
        raise problem.NotFound
    raise answer


def _words(
    who: Visitor, message: Message, setting: Setting, now: datetime
) -> Iterator[tuple[str, str]]:
    """Say what a clerk should know: codes made, books that do not add up, what is missing."""
    for item in message.data["outputs"]:
        code = code_of((item["producer_id"] or who.producer_id, item["batch_id"]))
        if code is not None:
            yield PLAIN, _("Code of the batch: %(code)s", code=BatchCode(code).readable)
    for item in message.data["inputs"]:
        ref = (item["producer_id"] or who.producer_id, item["batch_id"])
        left = queries.balance(who.producer_id, ref)[STOCK]
        batch = db.session.get_one(Batch, ref)
        if left < 0:
            over = amount(-left, batch.uom, languages.current())
            yield (
                WARNING,
                _(
                    "Lot %(lot)s: %(amount)s more went out than came in. Check the quantities.",
                    lot=addresses(who, [ref])[ref].lot,
                    amount=over,
                ),
            )
    missing = _missing(message, setting)
    if missing:
        yield WARNING, _("Still missing: %(names)s. You can correct this step.", names=missing)
    yield from _found(who, message)
    if late_by(message.data["event_time"], now):
        at = moment(now)
        yield PLAIN, _("Logged more than a day later: both times are kept (%(at)s).", at=at)


def _missing(message: Message, setting: Setting) -> str:
    data, kind = message.data, setting.kind.id
    has_plots = any(plot.site_id == data["site_id"] for plot in setting.plots)
    wants_plot = has_plots and data["plot_id"] is None
    names = lacking(kind, data["fields"], wants_plot=wants_plot)
    return ", ".join(say(words_of(kind, name)) for name in names)


def _found(who: Visitor, message: Message) -> Iterator[tuple[str, str]]:
    """Say what the rules found about the step, and what it allows from when."""
    for finding in found_about({Ref(who.producer_id, message.event_id)}):
        if finding.rule not in SAID_OTHERWISE:
            yield WARNING, f"{say(finding.message)} {say(finding.fix)}"
    allowed = foresight.allowed_from(who.producer_id, message.data)
    if allowed is not None:
        first = day(allowed.day)
        if message.data["step_kind"] == SPRAY:
            yield PLAIN, _("Harvest is allowed from %(day)s.", day=first)
        else:
            yield PLAIN, _("The animals may leave from %(day)s.", day=first)


def _next_page(who: Visitor, message: Message) -> str:
    """Lead to the delivery that leaves, to the batch made, else to the one named, else its season.

    The page of a delivery has what its driver takes along: the note, and the link that works once.
    """
    data = message.data
    named = [
        (item["producer_id"] or who.producer_id, item["batch_id"])
        for item in (*data["outputs"], *data["about"], *data["inputs"])
    ]
    if named and data["step_kind"] in SHIPMENTS:
        delivery = hand_offs.delivery_of((who.producer_id, message.event_id), named[0])
        if delivery is not None:
            return url_for("hand_offs.show_hand_off", shipment_id=delivery)
    if named:
        return batch_page(named[0])
    if data["season_id"] is not None:
        return url_for("seasons.show_season", season_id=data["season_id"])
    return url_for("steps.log_step")
