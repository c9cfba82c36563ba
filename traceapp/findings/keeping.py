"""Judging again and keeping what is found: new findings are added, vanished ones cleared.

What is kept follows from the events alone, whatever the order in which they came. Callers own the
transaction.
"""

import json
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from traceapp.batches import refreshing
from traceapp.batches.books import hand_offs
from traceapp.batches.recording import capturing
from traceapp.batches.recording.ledger import Step, Written
from traceapp.database.asking import among
from traceapp.database.engine import db
from traceapp.findings import holding
from traceapp.findings.concerned import Concerned, concerned_by
from traceapp.findings.due import judge_later
from traceapp.findings.gathering import surroundings
from traceapp.findings.goods_facts import events_naming
from traceapp.findings.ground_facts import harvests_on, judged_by_crop
from traceapp.findings.models import FindingRow
from traceapp.findings.reading import AnyRow, rows, steps_of, steps_written
from traceapp.findings.twins import with_twins
from traceapp.jobs.registry import Deed, Payload
from traceapp.trace.facts import Ref
from traceapp.trace.rules import entering
from traceapp.trace.rules.facts import StepFact, Surroundings
from traceapp.trace.rules.finding import Finding, as_json
from traceapp.trace.rules.judging import WATCHED, judge

OF_STOCK, OF_CLAIM = "over_use", "certificate"
TABLE = db.metadata.tables[FindingRow.__tablename__]

# A finding by whom it concerns and by its id.
Found = Mapping[Ref, Finding]
Known = Mapping[Ref, AnyRow]


def judge_recorded(written: Written, now: datetime) -> None:
    """Judge steps that were just recorded, and whatever they may have changed a finding of.

    A step of which no rule asks more than when it was logged is not even read.
    """
    steps = written.steps
    watched = {Ref(step.producer_id, step.event_id) for step in steps if _is_watched(step)}
    corrected = {
        Ref(step.producer_id, step.corrects_event_id) for step in steps if step.corrects_event_id
    }
    plain = [row for row in written.events if (row["producer_id"], row["event_id"]) in watched]
    own = steps_written(plain, written.lines)
    own |= steps_of((watched | corrected) - own.keys())
    every = {Ref(step.producer_id, step.event_id) for step in steps}
    _judge(own, concerned_by(own.values()), now, every, written.new)
    holding.hold_made(own.values(), now)
    holding.hear(own.values(), now)
    judge_later((step for step in own.values() if step.ref in written.new), now)


def _is_watched(step: Step) -> bool:
    return (
        step.step_kind in WATCHED
        or step.corrects_event_id is not None
        or entering.is_odd(step.event_time, step.record_time, step.device_skew_minutes)
    )


def judge_shipment_job(payload: Payload, now: datetime) -> Deed:
    """Judge a shipment whose receiver has had a day."""
    ref = Ref(UUID(str(payload["producer_id"])), UUID(str(payload["event_id"])))
    return lambda: judge_again(Concerned({ref}), now)


def judge_again(concerned: Concerned, now: datetime) -> None:
    """Judge steps, claims and stocks again."""
    _judge(steps_of(concerned.events), concerned, now)


def _judge(
    read: dict[Ref, StepFact],
    concerned: Concerned,
    now: datetime,
    written: AbstractSet[Ref] = frozenset(),
    new: AbstractSet[tuple[UUID, UUID]] = frozenset(),
) -> None:
    """Judge what is concerned; `read` are its steps read so far.

    Of `written` all may say what another step says, also what no other rule asks about. Nothing
    was ever found about what is `new`.
    """
    steps = with_twins(read | steps_of(concerned.events - read.keys()), written)
    if not (steps or concerned.batches or concerned.stocks):
        return
    around = surroundings(steps.values(), concerned.batches, concerned.stocks)
    found = {key_of(one): one for one in judge(steps.values(), around, now)}
    known = _known(steps.keys() - new, concerned, around)
    _keep(found, known, now)
    holding.hold(found, known, now)


def judge_goods(batches: Collection[tuple[UUID, UUID]], now: datetime) -> None:
    """Judge again what names batches whose dates, product or certificates changed."""
    refs = {Ref(*batch) for batch in batches}
    judge_again(Concerned(events_naming(refs), refs), now)


def judge_plot(plot: tuple[UUID, UUID], now: datetime) -> None:
    """Judge again what was harvested from a plot that changed."""
    judge_again(Concerned(harvests_on({(None, Ref(*plot))})), now)


def judge_season(season: tuple[UUID, UUID], now: datetime) -> None:
    """Judge again what was sprayed and harvested in a season that changed: its crop says how."""
    judge_again(Concerned(judged_by_crop({Ref(*season)})), now)


def judge_hand_offs(events: Collection[tuple[UUID, UUID]], now: datetime) -> None:
    """Judge again what was shipped or received, since something was said about it."""
    judge_again(Concerned({Ref(*event) for event in events}), now)


def key_of(finding: Finding) -> Ref:
    """Name a finding: it belongs to the author of the step, or to whoever has the batch."""
    subject = finding.event or finding.batch
    if subject is None:
        raise LookupError(finding.rule)
    return Ref(subject.producer_id, finding.id)


def _known(events: Collection[Ref], concerned: Concerned, around: Surroundings) -> Known:
    """Read what was found before about the same subjects, cleared or not."""
    found = [row for row in rows(_OF_EVENTS, events) if row.rule != OF_STOCK]
    claiming = {claim.batch for claim in around.claims}
    found += rows(_OF_BATCHES, claiming, rule=OF_CLAIM)
    stocks = {(str(holder), batch) for holder, batch in concerned.stocks}
    for row in rows(_OF_BATCHES, {batch for _, batch in stocks}, rule=OF_STOCK):
        if (row.aspect, Ref(row.batch_producer_id, row.batch_id)) in stocks:
            found.append(row)
    return {Ref(row.producer_id, row.finding_id): row for row in found}


def _keep(found: Found, known: Known, now: datetime) -> None:
    added = [_row(key, one) | {"found_at": now} for key, one in found.items() if key not in known]
    if added:
        db.session.execute(insert(TABLE), added)
    changed = [
        _where(key) | _row(key, one)
        for key, one in found.items()
        if key in known and _differs(known[key], _row(key, one))
    ]
    if changed:
        db.session.execute(_CHANGE, changed)
    gone = [
        _where(key) | {"cleared_at": now}
        for key, row in known.items()
        if key not in found and row.cleared_at is None
    ]
    if gone:
        db.session.execute(_CLEAR, gone)


def _row(key: Ref, one: Finding) -> dict[str, Any]:
    return {
        "producer_id": key.producer_id,
        "finding_id": key.id,
        "rule": one.rule,
        "rule_version": one.version,
        "severity": one.severity,
        "aspect": one.aspect,
        "event_producer_id": one.event.producer_id if one.event else None,
        "event_id": one.event.id if one.event else None,
        "batch_producer_id": one.batch.producer_id if one.batch else None,
        "batch_id": one.batch.id if one.batch else None,
        "cause_producer_id": one.cause.producer_id if one.cause else None,
        "cause_id": one.cause.id if one.cause else None,
        "allowed_on": one.allowed,
        "params": json.dumps(as_json(one.values), ensure_ascii=False, sort_keys=True),
        "cleared_at": None,
    }


def _differs(row: AnyRow, wanted: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in wanted.items())


def _where(key: Ref) -> dict[str, Any]:
    return {"of_producer": key.producer_id, "of_finding": key.id}


# Written once: putting a query together takes longer than asking it.
_OF_EVENTS = select(*TABLE.columns).where(among(FindingRow.event_producer_id, FindingRow.event_id))
_OF_BATCHES = select(*TABLE.columns).where(
    among(FindingRow.batch_producer_id, FindingRow.batch_id),
    FindingRow.rule == bindparam("rule"),  # of a lot that is sold a thousand times there are many
)
_CHANGE = update(TABLE).where(
    TABLE.c.producer_id == bindparam("of_producer"), TABLE.c.finding_id == bindparam("of_finding")
)
_CLEAR = _CHANGE.values(cleared_at=bindparam("cleared_at"))

capturing.on_recorded.append(judge_recorded)
hand_offs.on_changed.append(judge_hand_offs)
refreshing.on_goods_changed.append(judge_goods)
refreshing.on_plot_changed.append(judge_plot)
refreshing.on_season_changed.append(judge_season)
