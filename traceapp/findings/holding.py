"""Goods on hold: which batches a finding holds, and what their codes say meanwhile.

A batch is held while it, or anything it was made from, has a hold that nobody released. Callers
own the transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import aliased

from traceapp.batches import activation
from traceapp.batches.books.models import HandOff
from traceapp.batches.family.packing import in_hex
from traceapp.codes import operations as codes
from traceapp.codes.models import PublicCode
from traceapp.codes.states import CodeState
from traceapp.database.asking import among, ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.findings.models import Hold, HoldRelease
from traceapp.findings.reading import AnyRow, rows
from traceapp.findings.walking import OfAncestry, OfDescent
from traceapp.freshness import operations as freshness
from traceapp.producers.models import ProducerKind
from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import StepFact
from traceapp.trace.rules.finding import Finding
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

TABLE = db.metadata.tables[Hold.__tablename__]


@dataclass(frozen=True, slots=True)
class HoldKey:
    """A batch and the finding that holds it."""

    batch: Ref
    finding: Ref


def hold(found: Mapping[Ref, Finding], known: Mapping[Ref, AnyRow], now: datetime) -> None:
    """Hold what findings hold, and end the holds of those that vanished."""
    wanted = {HoldKey(batch, key): one.amount for key, one in found.items() for batch in one.holds}
    before = {_key(row): row for row in rows(_OF_FINDINGS, known.keys())} if known else {}
    added = [
        _values(key) | {"amount": amount, "held_at": now}
        for key, amount in wanted.items()
        if key not in before
    ]
    if added:
        db.session.execute(insert(TABLE), added)
    changed = [
        _where(key) | {"amount": amount, "ended_at": None}
        for key, amount in wanted.items()
        if key in before and (before[key].amount, before[key].ended_at) != (amount, None)
    ]
    changed += [
        _where(key) | {"amount": row.amount, "ended_at": now}
        for key, row in before.items()
        if key not in wanted and row.ended_at is None
    ]
    if changed:
        db.session.execute(_CHANGE, changed)
    touched = [Ref(row["producer_id"], row["batch_id"]) for row in added]
    touched += [Ref(row["of_producer_id"], row["of_batch_id"]) for row in changed]
    if touched:
        tell(set(touched), now)


def hold_made(steps: Iterable[StepFact], now: datetime) -> None:
    """Let codes say that goods are held which were just made from goods on hold."""
    made = {
        line.batch
        for step in steps
        if STEP_KINDS[step.kind].stock_effect is StockEffect.TRANSFORM
        for line in step.outputs
    }
    if made and _is_anything_held():
        tell(made, now)


def tell(batches: Collection[Ref], now: datetime) -> None:
    """Let the codes of these batches and of all that came of them say whether they are held."""
    family = {Ref(row.producer_id, row.batch_id) for row in _FAMILY.rows(batches)}
    of_code = {
        row.code: (Ref(row.producer_id, row.batch_id), row.state) for row in rows(_CODES, family)
    }
    held = held_among({batch for batch, _ in of_code.values()})
    codes.hold(
        [code for code, (ref, state) in of_code.items() if ref in held and state == ACTIVE], now=now
    )
    codes.free(
        [code for code, (ref, state) in of_code.items() if ref not in held and state == HELD],
        now=now,
    )
    freshness.forget((ref.producer_id, ref.id) for ref in family)


def hear(steps: Iterable[StepFact], now: datetime) -> None:
    """Let codes say what others told of goods that, as is known now, had been sent to them."""
    sent = {
        line.batch
        for step in steps
        if STEP_KINDS[step.kind].stock_effect in {StockEffect.MOVE_OUT, StockEffect.MOVE_IN}
        for line in (*step.inputs, *step.outputs)
    }
    if sent and _is_anything_held():
        told = {Ref(row.producer_id, row.batch_id) for row in rows(_BY_OTHERS, sent)}
        if told:
            tell(told, now)


def held_among(batches: Collection[Ref], *, asks: UUID | None = None) -> dict[Ref, list[AnyRow]]:
    """Give the batches among these that are held, each with the holds on it and its sources.

    What somebody says of goods that are not known to be his business holds them for himself, and
    what he makes of them: `asks` is who wants to act.
    """
    found: dict[Ref, list[AnyRow]] = defaultdict(list)
    for row in _HELD.rows(batches, asks=asks):
        found[Ref(row.root_producer_id, row.root_id)].append(row)
    return found


def _is_anything_held() -> bool:
    return bool(ask(_ANY)[0][0])


def _tell_activated(refs: Iterable[tuple[UUID, UUID]], now: datetime) -> None:
    if _is_anything_held():
        tell({Ref(*ref) for ref in refs}, now)


def _key(row: AnyRow) -> HoldKey:
    return HoldKey(Ref(row.producer_id, row.batch_id), Ref(row.finding_producer_id, row.finding_id))


def _values(key: HoldKey) -> dict[str, Any]:
    return {
        "producer_id": key.batch.producer_id,
        "batch_id": key.batch.id,
        "finding_producer_id": key.finding.producer_id,
        "finding_id": key.finding.id,
    }


def _where(key: HoldKey) -> dict[str, Any]:
    return {f"of_{name}": value for name, value in _values(key).items()}


def is_released() -> ColumnElement[bool]:
    """Match holds that somebody released as they are now: no less than they are about."""
    released = aliased(HoldRelease)
    return exists().where(
        released.producer_id == Hold.producer_id,
        released.batch_id == Hold.batch_id,
        released.finding_producer_id == Hold.finding_producer_id,
        released.finding_id == Hold.finding_id,
        released.amount >= Hold.amount,
    )


def is_heard() -> ColumnElement[bool]:
    """Match holds by those whose business goods are: who made them or was sent them, authorities.

    Anybody may write down that he received something, and send it on to a friend: that stops
    nobody else's sales (`HandOff.is_from_producer`).
    """
    by = Hold.finding_producer_id
    sent = exists().where(
        HandOff.batch_producer_id == Hold.producer_id,
        HandOff.batch_id == Hold.batch_id,
        HandOff.is_from_producer,
        or_(
            HandOff.receiver_id == by,
            HandOff.answer_producer_id == by,
            HandOff.further_takers.contains(in_hex(by)),
        ),
    )
    authority = exists().where(ProducerKind.producer_id == by, ProducerKind.kind == "authority")
    return or_(by == Hold.producer_id, sent, authority)


def _held(tree: CTE) -> Any:  # noqa: ANN401 - a select
    return (
        select(tree.c.root_producer_id, tree.c.root_id, *TABLE.columns)
        .select_from(tree)
        .join(
            Hold,
            and_(Hold.producer_id == tree.c.producer_id, Hold.batch_id == tree.c.batch_id),
        )
        .where(
            Hold.ended_at.is_(None),
            ~is_released(),
            or_(
                is_heard(),
                Hold.finding_producer_id == tree.c.root_producer_id,
                Hold.finding_producer_id == bindparam("asks", type_=Identifier),
            ),
        )
    )


def _family(tree: CTE) -> Any:  # noqa: ANN401 - a select
    return select(tree.c.producer_id, tree.c.batch_id)


ACTIVE, HELD = CodeState.ACTIVE, CodeState.HELD
PRIMARY = ("producer_id", "batch_id", "finding_producer_id", "finding_id")
# Written once: putting a query together takes longer than asking it.
_OF_FINDINGS = select(*TABLE.columns).where(among(Hold.finding_producer_id, Hold.finding_id))
_CHANGE = (
    update(TABLE)
    .where(*(TABLE.c[name] == bindparam(f"of_{name}") for name in PRIMARY))
    .values(amount=bindparam("amount"), ended_at=bindparam("ended_at"))
)
_HELD, _FAMILY = OfAncestry(_held), OfDescent(_family)
_BY_OTHERS = select(Hold.producer_id, Hold.batch_id).where(
    among(Hold.producer_id, Hold.batch_id),
    Hold.finding_producer_id != Hold.producer_id,
    Hold.ended_at.is_(None),
)
_ANY = select(select(Hold.held_at).where(Hold.ended_at.is_(None)).exists())
_CODES = select(
    PublicCode.code, PublicCode.producer_id, PublicCode.batch_id, PublicCode.state
).where(among(PublicCode.producer_id, PublicCode.batch_id), PublicCode.state.in_((ACTIVE, HELD)))

activation.on_live.append(_tell_activated)
