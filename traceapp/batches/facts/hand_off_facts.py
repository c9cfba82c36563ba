"""What facts of a shipment need beyond its event: whose place it went to, what was said about it.

Core only. A producer that no longer is here, or never was, is a name.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from traceapp.batches.facts.parties import AnyRow, kilograms
from traceapp.batches.family.walking import Ref as Pair
from traceapp.batches.hand_off_models import HandOffAcceptance, HandOffAnswer, HandOffAnswerItem
from traceapp.database.asking import among, ask_about
from traceapp.database.engine import db
from traceapp.producers.models import Site
from traceapp.trace.destinations import destination
from traceapp.trace.facts import AcceptanceFact, AnswerFact, AnswerKind, ItemFact, Ref
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect


@dataclass(frozen=True, slots=True)
class Said:
    """What is known beside shipments: owners of places by id, answers and acceptances by event."""

    owners: Mapping[str, UUID] = field(default_factory=dict)
    answers: Mapping[Pair, list[AnswerFact]] = field(default_factory=dict)
    acceptances: Mapping[Pair, list[AcceptanceFact]] = field(default_factory=dict)

    def facts_of(self, event: Pair, destination: str) -> dict[str, Any]:
        """Give the members of an `EventFact` that tell of its hand-off."""
        receiver = self.owners.get(destination)
        return {
            "receiver_id": receiver,
            "to_outsider": bool(destination) and receiver is None,
            "answers": tuple(self.answers.get(event, ())),
            "acceptances": tuple(self.acceptances.get(event, ())),
        }


def destination_of(step_kind: str, fields: Mapping[str, Any]) -> str:
    """Give where goods were sent: the id of a place here, or a name; "" where nobody said."""
    if STEP_KINDS[step_kind].stock_effect is not StockEffect.MOVE_OUT:
        return ""
    return destination(fields)


def said_about(rows: Iterable[AnyRow]) -> Said:
    """Read it for those of these events (producer, id, kind, document) that are shipments."""
    sent = {
        (row.producer_id, row.event_id): row.document
        for row in rows
        if STEP_KINDS[row.step_kind].stock_effect is StockEffect.MOVE_OUT
    }
    if not sent:
        return Said()
    named = {destination(json.loads(document).get("fields")) for document in sent.values()}
    return Said(_owners(named - {""}), *_answers_to(list(sent)))


def _owners(places: set[str]) -> dict[str, UUID]:
    ids = [found for text in places if (found := _id(text)) is not None]
    query = select(Site.site_id, Site.producer_id).where(Site.site_id.in_(ids))
    owners = {row.site_id: row.producer_id for row in db.session.execute(query)}
    return {text: owners[key] for text in places if (key := _id(text)) in owners}


def _answers_to(
    ships: Sequence[Pair],
) -> tuple[dict[Pair, list[AnswerFact]], dict[Pair, list[AcceptanceFact]]]:
    answers: dict[Pair, list[AnswerFact]] = defaultdict(list)
    for first, items in _by_answer(ships).values():
        kind = AnswerKind(first.kind)
        answers[first.producer_id, first.ship_event_id].append(
            AnswerFact(first.answer_id, kind, first.answered_at, tuple(items))
        )
    acceptances: dict[Pair, list[AcceptanceFact]] = defaultdict(list)
    for row in ask_about(_ACCEPTANCES, ships):
        acceptances[row.ship_producer_id, row.ship_event_id].append(
            AcceptanceFact(row.producer_id, row.accepted_id)
        )
    return answers, acceptances


def _by_answer(ships: Sequence[Pair]) -> dict[Pair, tuple[AnyRow, list[ItemFact]]]:
    found: dict[Pair, tuple[AnyRow, list[ItemFact]]] = {}
    for row in ask_about(_ANSWERS, ships):
        _, items = found.setdefault((row.producer_id, row.answer_id), (row, []))
        if row.batch_id is not None:
            batch = Ref(row.batch_producer_id, row.batch_id)
            items.append(ItemFact(batch, Decimal(row.quantity), row.uom, kilograms(row.mass)))
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# Written once: putting a query together takes longer than asking it.
_ANSWERS = (
    select(
        *HandOffAnswer.__table__.columns,
        *(HandOffAnswerItem.batch_producer_id, HandOffAnswerItem.batch_id),
        *(HandOffAnswerItem.quantity, HandOffAnswerItem.uom, HandOffAnswerItem.mass),
    )
    .outerjoin(
        HandOffAnswerItem,
        and_(
            HandOffAnswerItem.producer_id == HandOffAnswer.producer_id,
            HandOffAnswerItem.answer_id == HandOffAnswer.answer_id,
        ),
    )
    .where(among(HandOffAnswer.producer_id, HandOffAnswer.ship_event_id))
    .order_by(HandOffAnswer.producer_id, HandOffAnswer.answer_id, HandOffAnswerItem.position)
)
_ACCEPTANCES = select(*HandOffAcceptance.__table__.columns).where(
    among(HandOffAcceptance.ship_producer_id, HandOffAcceptance.ship_event_id)
)
