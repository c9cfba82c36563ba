"""Why goods are on hold, as it is told to whoever wants to use them."""

from collections.abc import Collection
from uuid import UUID

from traceapp.findings.holding import held_among
from traceapp.findings.queries import findings_by_key
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES
from traceapp.trace.rules.finding import Finding
from traceapp.trace.words import Words


def first_reasons(batches: Collection[Ref], *, asks: UUID) -> dict[Ref, Finding]:
    """Give those of these batches that are held for who asks, each with what held it first."""
    held = held_among(list(batches), asks=asks)
    holds = {Ref(row.finding_producer_id, row.finding_id) for own in held.values() for row in own}
    findings = findings_by_key(holds)
    reasons: dict[Ref, Finding] = {}
    for batch, own in held.items():
        first = min(own, key=lambda row: (row.held_at, row.finding_id))
        reasons[batch] = findings[Ref(first.finding_producer_id, first.finding_id)]
    return reasons


def told_to(asks: UUID, batch: Ref, why: Finding) -> Words:
    """Say why goods are held; whoever only has them in hand is told the rule, not the figures."""
    return why.message if batch.producer_id == asks else RULES[why.rule].name
