"""What was done about labels of a batch, as pages of the desk tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.queries import BatchCard
from traceapp.labels import history
from traceapp.labels.history import Done
from traceapp.labels.printable import is_labelled_by
from traceapp.labels.proposals import Room, room_of
from traceapp.labels.sheets import REPRINTED, VOIDED
from traceapp.problem import N_
from traceapp.trace.facts import Ref
from traceapp.trace.units import from_micro
from traceapp.web.pages import quantity

ACTS: Mapping[str, str] = {
    history.ISSUED: N_("Issued: %(labels)s"),
    VOIDED: N_("Voided: %(labels)s"),
    REPRINTED: N_("Printed again: %(labels)s"),
}


@dataclass(frozen=True, slots=True)
class LabelStory:
    """What was done about labels of a batch, and how much of it may still get some."""

    told: list["Told"]
    room: Room


def story_of(reader: Visitor, card: BatchCard) -> LabelStory | None:
    """Tell of the labels that the reader's producer put on a batch, or to officials, its maker.

    Only a producer's own people read who did it, and strangers nothing.
    """
    batch = Ref(card.producer_id, card.batch_id)
    is_ours = is_labelled_by(reader.producer_id, batch)
    if not is_ours and not reader.may(Act.LOOK_UP_ANY):
        return None
    holder = reader.producer_id if is_ours else batch.producer_id
    done = history.history_of((holder, batch))
    names = history.names_of(holder, done) if is_ours else {}
    return LabelStory(told(done, card.uom, names), room_of(holder, card)) if done else None


@dataclass(frozen=True, slots=True)
class Told:
    """One act about labels in the reader's language; `by` is a name that the reader may know."""

    at: datetime
    words: str
    reason: str
    by: str | None
    issue_id: UUID | None
    is_refused: bool


def told(done: Iterable[Done], uom: str, names: Mapping[UUID, str | None]) -> list[Told]:
    """Say what was done about labels of a batch that is kept in a unit."""
    return [
        Told(
            at=one.at,
            words=_act(one, uom),
            reason=one.reason,
            by=names.get(one.member_id) if one.member_id else None,
            issue_id=one.issue_id,
            is_refused=one.act == history.REFUSED,
        )
        for one in done
    ]


def _act(one: Done, uom: str) -> str:
    labels = ngettext("%(num)d label", "%(num)d labels", one.labels)
    if one.net:
        labels = f"{labels} × {quantity(from_micro(one.net, uom), uom)}"
    if one.act == history.REFUSED:
        return str(_("Refused: %(labels)s. At most %(most)d.", labels=labels, most=one.most))
    return str(_(ACTS[one.act], labels=labels))
