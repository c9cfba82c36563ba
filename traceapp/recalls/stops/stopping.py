"""Stopping the sale of a lot, alone and at once. Callers own the transaction."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marshmallow import Schema, fields
from sqlalchemy import select

from traceapp.accounts.persons import is_same_person
from traceapp.audit import operations as audit
from traceapp.batches import activation, territory
from traceapp.batches.recording.waiting import wait_for
from traceapp.batches.told_lots import lots_told_to
from traceapp.codes import operations as codes
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.codes.stop_reasons import STOP_REASONS
from traceapp.database.asking import among
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.findings import attempts, holding
from traceapp.findings.reading import AnyRow, rows
from traceapp.findings.walking import OfDescent
from traceapp.freshness import operations as freshness
from traceapp.producers.models import Producer
from traceapp.push import telling as push
from traceapp.recalls.notices import pushing
from traceapp.recalls.stops import telling as stop_telling
from traceapp.recalls.stops.models import SaleStop
from traceapp.recalls.stops.queries import StopTold, is_any_stopped, stopped_among, stops_on
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.web.faults import known

RULE = "sale_stopped"


class StopSchema(Schema):
    """Why sale is stopped: one of a short list."""

    reason = fields.String(required=True, validate=known(tuple(STOP_REASONS)))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and whether for an authority."""

    member: Ref
    is_authority: bool


def stop(batch: Ref, by: Actor, reason: str, *, now: datetime) -> None:
    """Stop the sale of a batch, and of what its producer made of it; a second tap changes nothing.

    Whoever only has the goods in hand stops his own sale of them. Raises InvalidInput for an
    authority outside its territory.
    """
    if by.is_authority:
        territory.check(by.member.producer_id, batch)
    wait_for([batch.id])
    if any(is_open_by(one, batch, by) for one in stops_on(batch, asks=by.member.producer_id)):
        return
    stop_id = new_id()
    db.session.add(
        SaleStop(
            producer_id=batch.producer_id,
            stop_id=stop_id,
            batch_id=batch.id,
            reason=reason,
            by_producer_id=by.member.producer_id,
            by_member_id=by.member.id,
            stopped_at=now,
        )
    )
    db.session.flush()
    note("sale.stopped", batch, by, now)
    tell({batch}, now)
    stop_telling.expect(Ref(batch.producer_id, stop_id), "stopped", now=now)
    if by.is_authority or by.member.producer_id == batch.producer_id:
        pushing.of_sale(batch, "sale_stopped", by.member.producer_id, reason, now=now)


def tell(batches: Collection[Ref], now: datetime) -> None:
    """Let the codes of these batches, and of what their producers made of them, say it."""
    family = {Ref(row.producer_id, row.batch_id) for row in _FAMILY.rows(batches)}
    producers = {batch.producer_id for batch in batches}
    own = {batch for batch in family if batch.producer_id in producers}
    stopped = stopped_among(own)
    names = _names({one.by.producer_id for one in stopped.values()})
    free: list[str] = []
    for row in rows(_CODES, own):
        one = stopped.get(Ref(row.producer_id, row.batch_id))
        if one is not None and row.state in _MAY_STOP:
            codes.stop_sale(row.code, actor=names[one.by.producer_id], reason=one.reason, now=now)
        elif one is None and row.state == CodeState.SALE_STOPPED:
            free.append(row.code)
    codes.allow_sale(free, now=now)
    freshness.forget((ref.producer_id, ref.id) for ref in family)
    holding.tell(batches, now)
    push.look(now=now)


def of_stopped_goods(step: StepFact, goods: Collection[Ref]) -> Iterator[Finding]:
    """Find goods whose sale is stopped among those an act would use, move, sell or label."""
    stopped = stopped_among(goods, asks=step.ref.producer_id)
    lots = lots_told_to(step.ref.producer_id, stopped.keys())
    for batch, one in stopped.items():
        values = {"lot": lots[batch], "who": one.body, "why": one.why}
        yield found(RULE, event=step.ref, batch=batch, values=values)


def is_open_by(one: StopTold, batch: Ref, by: Actor) -> bool:
    """Tell whether this stop of a lot is their own body's, so that another changes nothing.

    Where a colleague asks to lift it, whoever does not agree stops the sale once more.
    """
    is_ours = one.by.producer_id == by.member.producer_id
    is_kept = one.request is None or is_same_person(one.by, by.member)
    return one.lift is None and one.batch == batch and is_ours and is_kept


def note(act: str, batch: Ref, by: Actor, now: datetime) -> None:
    """Write an act about the sale of a lot into the books of who made it and of who acts."""
    member = (by.member.producer_id, by.member.id)
    for book in dict.fromkeys((batch.producer_id, by.member.producer_id)):
        audit.note(book, act, str(batch.id), by=member, now=now)


def _names(producers: Collection[UUID]) -> dict[UUID, str]:
    query = select(Producer.producer_id, Producer.name).where(Producer.producer_id.in_(producers))
    return {row.producer_id: row.name for row in db.session.execute(query)}


def _tell_activated(refs: Iterable[tuple[UUID, UUID]], now: datetime) -> None:
    if is_any_stopped():
        tell({Ref(*ref) for ref in refs}, now)


def _family(tree: AnyRow) -> AnyRow:
    return select(tree.c.producer_id, tree.c.batch_id)


_MAY_STOP = {CodeState.ACTIVE, CodeState.HELD}
_FAMILY = OfDescent(_family)
_CODES = select(
    PublicCode.code, PublicCode.producer_id, PublicCode.batch_id, PublicCode.state
).where(among(PublicCode.producer_id, PublicCode.batch_id))
activation.on_live.append(_tell_activated)
attempts.also_asked.append(of_stopped_goods)
