"""Steps that phones sent with a photo or a voice note in place of words: to be completed.

What is lacking is known by one function, the one that asks for it where goods go out. It is noted
when a step arrives; a correction, whoever makes it, completes the step.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, false, func, or_, select
from sqlalchemy.orm import aliased

from traceapp import problem
from traceapp.accounts.models import Phone
from traceapp.batches.books.models import CorrectedEvent
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Event
from traceapp.batches.recording.capturing import Answer, Recorded
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.database.types import Identifier
from traceapp.findings.exits import with_plots
from traceapp.phone.envelopes import Record, Unreadable
from traceapp.phone.models import PhoneRecord
from traceapp.phone.sent import SentRecord
from traceapp.producers.models import Membership
from traceapp.trace.facts import Ref
from traceapp.trace.rules.completing import ON_A_PLOT, lacking, words_of
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.words import Words
from traceapp.voices.models import EventVoice
from traceapp.web import lists

WAITING, CORRECTED = "waiting", "corrected"
BETWEEN = " "
SAID = "voice"
_SAID = Words("lời nói, ghi ra chữ", "what was said, in writing")
KINDS = STEP_KINDS.values()


@dataclass(frozen=True, slots=True)
class IncompleteStep(SentRecord):
    """A step as it was sent, what it lacked, and who corrected it when; None = nobody yet."""

    lacks: tuple[Words, ...]
    by: str = ""
    at: datetime | None = None

    @property
    def state(self) -> str:
        """Tell whether it still waits for somebody."""
        return WAITING if self.at is None else CORRECTED


def lacking_of(
    producer_id: UUID, arrived: Sequence[tuple[Record | Unreadable, Answer]]
) -> list[str | None]:
    """Name what these steps lack that came with a photo or a voice note; None for all others.

    What was said is lacking in writing until somebody has listened.
    """
    heard = [bool(isinstance(one, Record) and one.voice) for one, _ in arrived]
    steps = [
        one.message.data
        if isinstance(one, Record)
        and isinstance(answer, Recorded)
        and (one.message.data["photos"] or one.voice)
        else None
        for one, answer in arrived
    ]
    on_no_plot = {
        Ref(step["site_producer_id"] or producer_id, step["site_id"])
        for step in steps
        if step and step["step_kind"] in ON_A_PLOT and step["plot_id"] is None
    }
    places = {ref.id for ref in with_plots(on_no_plot)}
    return [
        _lacks(step, has_plots=step["site_id"] in places, is_heard=is_heard) if step else None
        for step, is_heard in zip(steps, heard, strict=True)
    ]


def _lacks(step: Mapping[str, Any], *, has_plots: bool, is_heard: bool) -> str | None:
    wants_plot = has_plots and step["plot_id"] is None
    names = lacking(step["step_kind"], step["fields"], wants_plot=wants_plot)
    return BETWEEN.join([*names, *([SAID] if is_heard else [])]) or None


def count_waiting(producer_id: UUID) -> int:
    """Count the incomplete steps that nobody has corrected."""
    return int(ask(_WAITING, producer=producer_id)[0][0])


def kinds(producer_id: UUID) -> list[str]:
    """Give the kinds of step of which one was incomplete."""
    query = (
        select(Event.step_kind)
        .join(PhoneRecord, _same(PhoneRecord, Event, "event_id"))
        .where(_is_incomplete(producer_id))
        .distinct()
    )
    there = set(db.session.scalars(query))
    return [kind for kind in STEP_KINDS if kind in there]


def page(producer_id: UUID, wish: lists.Asked) -> lists.Page[IncompleteStep]:
    """List incomplete steps, what waits first, of these the newest."""
    is_done = case((CorrectedEvent.event_id.is_(None), 0), else_=1)
    query = _query(producer_id).where(*_matching(producer_id, wish.words))
    state, kind = wish.chosen.get("state"), wish.chosen.get("kind")
    if state:
        query = query.where(is_done == (0 if state == WAITING else 1))
    if kind:
        query = query.where(Event.step_kind == kind)
    orders = (
        lists.Order(is_done),
        lists.Order(PhoneRecord.received_at.expression, is_descending=True),
        lists.Order(PhoneRecord.phone_id.expression),
        lists.Order(PhoneRecord.sequence.expression, is_descending=True),
    )
    found = lists.page(query, orders, wish)
    return lists.Page([_step(row) for row in found.rows], wish, found.following)


def find(producer_id: UUID, event_id: UUID) -> IncompleteStep:
    """Give an incomplete step. Raises NotFound for any other."""
    query = _query(producer_id).where(Event.event_id == event_id).order_by(PhoneRecord.received_at)
    row = db.session.execute(query.limit(1)).one_or_none()
    if row is None:
        raise problem.NotFound
    return _step(row)


def _query(producer_id: UUID) -> Select[*tuple[Any, ...]]:
    holds, author = aliased(Event), aliased(Membership)
    return (
        select(
            *(PhoneRecord.phone_id, PhoneRecord.sequence, PhoneRecord.received_at),
            *(PhoneRecord.lacks, Phone.name, Membership.name.label("person"), Event.event_id),
            *(Event.step_kind, Event.document, holds.record_time, author.name.label("author")),
            EventVoice.sha256.label("voice"),
        )
        .join(Phone, _same(Phone, PhoneRecord, "phone_id"))
        .join(Event, _same(Event, PhoneRecord, "event_id"))
        .join(
            Membership,
            (Membership.producer_id == Event.producer_id)
            & (Membership.member_id == Event.author_member_id),
        )
        .outerjoin(EventVoice, _same(EventVoice, Event, "event_id"))
        .outerjoin(CorrectedEvent, is_what_corrects())
        .outerjoin(
            holds,
            (holds.producer_id == CorrectedEvent.producer_id)
            & (holds.event_id == CorrectedEvent.replaced_by_id),
        )
        .outerjoin(
            author,
            (author.producer_id == holds.producer_id)
            & (author.member_id == holds.author_member_id),
        )
        .where(_is_incomplete(producer_id))
    )


def _matching(producer_id: UUID, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Match steps whose kind, person or phone have these words; few names, which are not folded."""
    people = select(Membership.member_id, Membership.name)
    phones = select(Phone.phone_id, Phone.name)
    named = [
        *((Event.step_kind, kind.id, f"{kind.label.vi} {kind.label.en}") for kind in KINDS),
        *(
            (Event.author_member_id, key, name or "")
            for key, name in db.session.execute(people.where(Membership.producer_id == producer_id))
        ),
        *(
            (PhoneRecord.phone_id, key, name)
            for key, name in db.session.execute(phones.where(Phone.producer_id == producer_id))
        ),
    ]
    return [
        or_(false(), *(column == key for column, key, name in named if word in fold(name)))
        for word in words
    ]


def _is_incomplete(producer_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    return (PhoneRecord.producer_id == producer_id) & PhoneRecord.lacks.is_not(None)


def _same(one: Any, other: Any, name: str) -> Any:  # noqa: ANN401 - tables, and a condition
    return (one.producer_id == other.producer_id) & (getattr(one, name) == getattr(other, name))


_WAITING = (
    select(func.count())
    .select_from(PhoneRecord)
    .outerjoin(CorrectedEvent, _same(CorrectedEvent, PhoneRecord, "event_id"))
    .where(
        _is_incomplete(bindparam("producer", type_=Identifier)), CorrectedEvent.event_id.is_(None)
    )
)


def _words(kind: str, name: str) -> Words:
    return _SAID if name == SAID else words_of(kind, name)


def _step(row: Row[Any]) -> IncompleteStep:
    return IncompleteStep(
        phone_id=row.phone_id,
        sequence=row.sequence,
        phone=row.name,
        person=row.person or "",
        received_at=row.received_at,
        event_id=row.event_id,
        given={"event": json.loads(row.document), "voice": row.voice and row.voice.hex()},
        lacks=tuple(_words(row.step_kind, name) for name in row.lacks.split(BETWEEN)),
        by=row.author or "",
        at=row.record_time,
    )
