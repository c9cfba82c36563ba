"""Who logged the records of a phone that several use: its own person, or who was let use it.

Nobody is believed who was never let use it. Who was once, and may no longer, is refused when the
phone sends; at the desk somebody answers for what is taken in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import UUID

from sqlalchemy import update

from traceapp import problem
from traceapp.accounts import phone_users
from traceapp.accounts.phone_users import Recorder
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.phone.envelopes import Record, Unreadable
from traceapp.problem.phones import NotAllowed, NotAUser
from traceapp.voices.models import Voice


@dataclass(frozen=True, slots=True)
class Sender:
    """The phone that sends, the member it works as, and whether that member registers batches.

    `is_at_desk` where somebody there brings in what the phone could not send.
    """

    actor: Actor
    phone_id: UUID
    producer_name: str
    may_register: bool
    is_at_desk: bool = False

    @property
    def phone(self) -> tuple[UUID, UUID]:
        """Name the phone by its key."""
        return (self.actor.producer_id, self.phone_id)


@dataclass(frozen=True, slots=True)
class Recorders:
    """Whoever these records may be of, beside the phone's own person; `kept` are here already."""

    sender: Sender
    others: Mapping[UUID, Recorder]
    kept: Collection[UUID] = ()

    def against(self, one: Record) -> problem.Problem | None:
        """Say why who logged a record may not have it kept."""
        if not self._is_of_another(one):
            return NotAllowed() if one.batches and not self.sender.may_register else None
        who = self.others.get(one.member_id) if one.member_id else None
        if one.event_id in self.kept:
            return None  # the answer was lost
        if who is None or not (who.uses_it or self.sender.is_at_desk):
            return NotAUser()
        if self.sender.is_at_desk:
            return None
        is_allowed = who.may_record and (who.may_register or not one.batches)
        return None if is_allowed else NotAllowed()

    def of(self, one: Record | Unreadable) -> Sender:
        """Give the phone at work as who logged a record; where nobody knows, as its own person."""
        member_id = one.member_id if isinstance(one, Record) else None
        if member_id is None or member_id not in self.others:
            return self.sender
        return replace(self.sender, actor=Actor(self.sender.actor.producer_id, member_id))

    def runs(self, records: Sequence[Record]) -> Iterator[tuple[Sender, list[Record]]]:
        """Give the records in their order, each run of one person's together."""
        for sender, run in groupby(records, key=self.of):
            yield sender, list(run)

    def _is_of_another(self, one: Record) -> bool:
        return one.member_id not in {None, self.sender.actor.member_id}


def of_records(sender: Sender, sent: Iterable[Record | Unreadable]) -> Recorders:
    """Look up who logged what a phone sends."""
    own = {None, sender.actor.member_id}
    theirs = [one for one in sent if isinstance(one, Record) and one.member_id not in own]
    if not theirs:
        return Recorders(sender, {})
    others = phone_users.recorders(sender.phone, {one.member_id for one in theirs})
    kept = capturing.kept(sender.actor.producer_id, (one.event_id for one in theirs))
    return Recorders(sender, others, set(kept))


def name_voices(recorders: Recorders, sent: Iterable[Record | Unreadable]) -> None:
    """Put down whose voice it is: the phone sent it before the record that says so."""
    for one in sent:
        who = recorders.of(one)
        if isinstance(one, Record) and one.voice and who is not recorders.sender:
            db.session.execute(
                update(Voice)
                .where(
                    Voice.producer_id == who.actor.producer_id,
                    Voice.sha256 == bytes.fromhex(one.voice),
                    Voice.member_id == recorders.sender.actor.member_id,
                )
                .values(member_id=who.actor.member_id)
            )
