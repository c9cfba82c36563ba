"""Reading what was found: findings by key, and about steps. Holds: `hold_queries`."""

import json
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from traceapp.database.asking import among
from traceapp.database.engine import db
from traceapp.findings.models import FindingRow
from traceapp.findings.reading import AnyRow, rows
from traceapp.trace.facts import Ref
from traceapp.trace.rules.catalogue import Severity
from traceapp.trace.rules.finding import Finding, from_json

TABLE = db.metadata.tables[FindingRow.__tablename__]


def finding_of(row: AnyRow | FindingRow) -> Finding:
    """Make a finding of its row."""
    return Finding(
        rule=row.rule,
        severity=Severity(row.severity),
        version=row.rule_version,
        aspect=row.aspect,
        event=_ref(row.event_producer_id, row.event_id),
        batch=_ref(row.batch_producer_id, row.batch_id),
        cause=_ref(row.cause_producer_id, row.cause_id),
        allowed=row.allowed_on,
        values=from_json(json.loads(row.params)),
    )


def findings_by_key(keys: Collection[Ref]) -> dict[Ref, Finding]:
    """Read findings by whom they concern and their ids."""
    return {Ref(row.producer_id, row.finding_id): finding_of(row) for row in rows(_BY_KEY, keys)}


def found_about(events: Collection[Ref]) -> list[Finding]:
    """Read what was found about events and was not cleared since, the gravest first."""
    found = [finding_of(row) for row in rows(_ABOUT, events)]
    return sorted(found, key=lambda one: (list(Severity).index(one.severity), one.rule, one.id))


def _ref(producer_id: UUID | None, key: UUID | None) -> Ref | None:
    return Ref(producer_id, key) if producer_id and key else None


_ABOUT = select(*TABLE.columns).where(
    among(FindingRow.event_producer_id, FindingRow.event_id), FindingRow.cleared_at.is_(None)
)
_BY_KEY = select(*TABLE.columns).where(among(FindingRow.producer_id, FindingRow.finding_id))
