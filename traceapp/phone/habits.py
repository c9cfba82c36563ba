"""What a phone knows offline of steps: the kinds used here, what is sprayed, what was last said."""

import json
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.desk.steps import step_options
from traceapp.phone.standing import stopped_by
from traceapp.trace.rules.balancing import usual_loss
from traceapp.trace.vocabulary import FieldSpec, StepKind
from traceapp.trace.words import Words
from traceapp.web.pages import HANOI

REMEMBERED = timedelta(days=730)
MOST_EVENTS = 500
MOST_RECENT = 100
# The field that names what was spread, and that of the days to wait after it.
SUBSTANCES = {
    "spray": ("product", "phi_days"),
    "fertilize": ("product", None),
    "treat": ("drug", "withdrawal_days"),
}

Answer = dict[str, Any]
Member = tuple[UUID, UUID]


def step_kinds(producer_id: UUID, kinds: frozenset[str], now: datetime) -> list[Answer]:
    """List the kinds of steps this producer takes, those it took most of late first."""
    families = step_options.families_of(producer_id)
    usual = {kind: n for n, kind in enumerate(step_options.usual_kinds(producer_id, now=now), 1)}
    offered = step_options.offered(kinds, families)
    ranked = sorted(offered, key=lambda kind: usual.get(kind.id, len(usual) + 1))
    return [_kind(kind, usual.get(kind.id)) for kind in ranked]


def substances(producer_id: UUID, now: datetime) -> list[Answer]:
    """List what was sprayed, spread and given to animals here, what was used last first."""
    query = _own(producer_id).where(
        Event.step_kind.in_(SUBSTANCES), Event.event_time >= now - REMEMBERED
    )
    found: dict[tuple[str, str], Answer] = {}
    for row in db.session.execute(query.limit(MOST_EVENTS)):
        said = json.loads(row.document).get("fields", {})
        name, interval = SUBSTANCES[row.step_kind]
        if said.get(name):
            found.setdefault(
                (row.step_kind, said[name]),
                {
                    "step_kind": row.step_kind,
                    "name": said[name],
                    "active_ingredient": said.get("active_ingredient"),
                    "interval_days": said.get(interval) if interval else None,
                    "fields": _again(said),
                    "last_used": row.event_time.astimezone(HANOI).date().isoformat(),
                },
            )
    return list(found.values())


def last(member: Member, now: datetime) -> Answer:
    """Give what this person last said at each kind of step, and what was done since yesterday."""
    mine = _own(member[0]).where(Event.author_member_id == member[1])
    kinds: dict[str, Answer] = {}
    for row in db.session.execute(mine.limit(MOST_EVENTS)):
        if row.step_kind not in kinds:
            kinds[row.step_kind] = _said(row)
    yesterday = datetime.combine(now.astimezone(HANOI) - timedelta(days=1), time(), HANOI)
    since = _own(member[0]).where(Event.event_time >= yesterday, Event.plot_id.is_not(None))
    rows = db.session.execute(since.limit(MOST_RECENT))
    return {"kinds": kinds, "recent": [{"step_kind": row.step_kind} | _said(row) for row in rows]}


def _own(producer_id: UUID) -> Any:  # noqa: ANN401 - a select that callers narrow
    return (
        select(
            *(Event.event_id, Event.step_kind, Event.event_time, Event.site_id, Event.plot_id),
            *(Event.season_id, Event.document),
        )
        .where(
            Event.producer_id == producer_id,
            Event.site_producer_id == producer_id,
            ~is_corrected(),
        )
        .order_by(Event.event_time.desc(), Event.event_id)
    )


def _said(row: Any) -> Answer:  # noqa: ANN401 - a row of _own
    return {
        "event_id": str(row.event_id),
        "event_time": row.event_time.isoformat(),
        "site_id": str(row.site_id),
        "plot_id": row.plot_id and str(row.plot_id),
        "season_id": row.season_id and str(row.season_id),
        "fields": _again(json.loads(row.document).get("fields", {})),
    }


def _again(said: Answer) -> Answer:
    """Leave out what is of that one time alone."""
    return {name: value for name, value in said.items() if name != "note"}


def _kind(kind: StepKind, used: int | None) -> Answer:
    return {
        "id": kind.id,
        "group": kind.group,
        "icon": kind.icon,
        "label": _both(kind.label),
        "verb": {"vi": kind.verb_vi, "en": kind.verb_en},
        "stock_effect": kind.stock_effect.value,
        "families": list(kind.families),
        "fields": [_field(spec) for spec in kind.fields.values()],
        "loss_band_pct": usual_loss(kind.id),
        "stopped_by": stopped_by(kind),
        "used": used,
    }


def _field(spec: FieldSpec) -> Answer:
    return {
        "id": spec.id,
        "type": spec.type,
        "unit": spec.unit,
        "required": spec.required,
        "label": _both(spec.label),
        "options": [
            {"id": option.id, "label": _both(option.label)} for option in spec.options.values()
        ],
    }


def _both(words: Words) -> Answer:
    return {"vi": words.vi, "en": words.en}
