"""Sending a letter or message of a recall again that was given up. Callers own the transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from traceapp import problem
from traceapp.mail import operations as mail
from traceapp.recalls.act_writing import note as write_into_book
from traceapp.recalls.case_queries import Case
from traceapp.recalls.cases import may_lead
from traceapp.recalls.notices import letter_trail, message_trail
from traceapp.recalls.notices.letter_trail import Fate, Posted
from traceapp.recalls.stops.stopping import Actor
from traceapp.webhooks import operations as webhooks
from traceapp.webhooks import queries

BEGINS = frozenset({"told", "reminder", "recall.issued", "recall.widened", "recall.reminder"})
"""What would say, once a recall is over, that it is not."""


def may_send(case: Case, one: Posted) -> bool:
    """Tell whether a letter or message was given up and still says what holds."""
    return one.fate is Fate.GIVEN_UP and not (case.is_over and one.kind in BEGINS)


def send_again(case: Case, letter_id: UUID, by: Actor, *, now: datetime) -> bool:
    """Send the last letter or message to a holder again that was given up; False for any other.

    Raises NotFound for what is not of the case.
    """
    if not may_lead(case, by) or not _is_of(case, letter_id):
        raise problem.NotFound
    sent = _letter(case, letter_id, now) or _message(case, letter_id, now)
    if sent:
        write_into_book("recall.sent_again", case.ref, case.batch.producer_id, by, now)
    return sent


def _is_of(case: Case, letter_id: UUID) -> bool:
    messages = (one.delivery_id for one in queries.about(case.ref))
    return letter_trail.is_of(case.ref, letter_id) or letter_id in messages


def _letter(case: Case, letter_id: UUID, now: datetime) -> bool:
    given_up = _given_up(case, letter_trail.last_of_each(case.ref))
    return letter_id in given_up and mail.send_again(letter_id, now=now)


def _message(case: Case, letter_id: UUID, now: datetime) -> bool:
    holder = _given_up(case, message_trail.last_of_each(case.ref)).get(letter_id)
    return holder is not None and webhooks.send_again((holder, letter_id), now=now)


def _given_up(case: Case, posted: Iterable[Posted]) -> dict[UUID, UUID]:
    return {one.letter_id: one.holder_id for one in posted if may_send(case, one)}
