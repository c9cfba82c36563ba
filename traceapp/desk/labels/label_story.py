"""What was done about labels of a batch, as pages of the desk tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.paper import label as paper
from traceapp.batches.queries import BatchCard
from traceapp.codes.states import CodeState
from traceapp.database.engine import db
from traceapp.labels import history
from traceapp.labels.history import Done
from traceapp.labels.printable import is_labelled_by
from traceapp.labels.proposals import Room, room_of
from traceapp.labels.queries import labellers_of
from traceapp.labels.standing import REPRINTED, VOIDED
from traceapp.problem import N_
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.trace.units import from_micro
from traceapp.trace.words import Words
from traceapp.web.languages import say
from traceapp.web.pages import moment, quantity

ACTS: Mapping[str, str] = {
    history.ALLOWED: N_("Allowed beyond the goods: %(labels)s"),
    history.WITHDRAWN: N_("Taken back, not to be printed: %(labels)s"),
    history.ISSUED: N_("Issued: %(labels)s"),
    VOIDED: N_("Voided: %(labels)s"),
    REPRINTED: N_("Printed again: %(labels)s"),
}


@dataclass(frozen=True, slots=True)
class LabelStory:
    """What was done about labels of a batch at a holder, and how much of it may still get some.

    `holder` is named where it is not the reader.
    """

    holder_id: UUID
    holder: Words | None
    told: list["Told"]
    room: Room


def stories_of(reader: Visitor, card: BatchCard, now: datetime) -> list[LabelStory]:
    """Tell of the labels that the reader's producer put on a batch, or to officials, everybody.

    Only a producer's own people read who did it, and strangers nothing.
    """
    batch = Ref(card.producer_id, card.batch_id)
    if is_labelled_by(reader.producer_id, batch):
        found = _story(reader.producer_id, card, now, is_own=True)
        return [found] if found else []
    if not reader.may(Act.LOOK_UP_ANY):
        return []
    others = sorted(labellers_of(batch) - {batch.producer_id})
    stories = (_story(holder, card, now, is_own=False) for holder in (batch.producer_id, *others))
    return [one for one in stories if one is not None]


def may_allow(reader: Visitor, state: CodeState | None) -> bool:
    """Tell whether the reader may let holders of a batch issue more labels than goods."""
    return reader.may(Act.ALLOW_MORE_LABELS) and state in paper.LABELLED_IN


def _story(holder: UUID, card: BatchCard, now: datetime, *, is_own: bool) -> LabelStory | None:
    done = history.history_of((holder, Ref(card.producer_id, card.batch_id)), now)
    if not done:
        return None
    names = history.names_of(holder, done) if is_own else {}
    named = None if is_own else producer_names([holder])[holder]
    return LabelStory(holder, named, told(done, card.uom, names), room_of(holder, card))


def producer_names(producers: Iterable[UUID]) -> dict[UUID, Words]:
    """Give the names of producers."""
    query = select(Producer.producer_id, Producer.name, Producer.name_en)
    rows = db.session.execute(query.where(Producer.producer_id.in_(list(producers))))
    return {row.producer_id: Words(row.name, row.name_en) for row in rows}


@dataclass(frozen=True, slots=True)
class Told:
    """One act about labels in the reader's language; `by` is a name that the reader may know.

    `office` says which one allowed it, let it be issued or took it back; `allowance_id` names what
    can still be taken back.
    """

    at: datetime
    words: str
    reason: str
    by: str | None
    office: str
    issue_id: UUID | None
    allowance_id: UUID | None
    is_refused: bool


def told(done: Iterable[Done], uom: str, names: Mapping[UUID, str | None]) -> list[Told]:
    """Say what was done about labels of a batch that is kept in a unit."""
    return [
        Told(
            at=one.at,
            words=_act(one, uom),
            reason=one.reason,
            by=names.get(one.member_id) if one.member_id else None,
            office=_office(one),
            issue_id=one.issue_id,
            allowance_id=one.allowance_id,
            is_refused=one.act == history.REFUSED,
        )
        for one in done
    ]


def _office(one: Done) -> str:
    if one.office is None:
        return ""
    if one.act == history.WITHDRAWN:
        return str(_("taken back by %(office)s", office=say(one.office)))
    return str(_("allowed by %(office)s", office=say(one.office)))


def _act(one: Done, uom: str) -> str:
    labels = ngettext("%(num)d label", "%(num)d labels", one.labels)
    if one.net:
        labels = f"{labels} × {quantity(from_micro(one.net, uom), uom)}"
    if one.act == history.REFUSED:
        return str(_("Refused: %(labels)s. At most %(most)d.", labels=labels, most=one.most))
    if one.ends_at is not None:
        until = moment(one.ends_at)
        return str(
            _("Allowed beyond the goods: %(labels)s, until %(until)s", labels=labels, until=until)
        )
    return str(_(ACTS[one.act], labels=labels))
