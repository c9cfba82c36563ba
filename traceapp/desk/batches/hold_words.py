"""Goods on hold as the page of a batch tells them: why, since when, and who let them go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches.queries import Ref as Pair
from traceapp.desk.batches import batch_queries
from traceapp.findings import releasing
from traceapp.findings.hold_queries import HoldTold, holds_on
from traceapp.findings.words import ROLES
from traceapp.trace.facts import Ref
from traceapp.trace.rules import RULES
from traceapp.web.languages import say


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One hold: why, what to do, since when. `source` is the lot it lies on, where another.

    `more` is how much more it is about than when somebody let it go before.
    """

    why: str
    fix: str
    since: datetime
    key: str
    source: str | None
    address: str | None
    may_release: bool
    more: str | None


@dataclass(frozen=True, slots=True)
class ReleasedLine:
    """A hold that somebody let go."""

    rule: str
    since: datetime
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Holds:
    """What holds a batch now, and what did."""

    active: tuple[HeldLine, ...]
    released: tuple[ReleasedLine, ...]


def holds_of(reader: Visitor, ref: Pair) -> Holds:
    """Tell the holds of a batch to somebody who may see it."""
    found = holds_on(Ref(*ref))
    others = {(one.batch.producer_id, one.batch.id) for one in found} - {ref}
    seen = batch_queries.addresses(reader, list(others))
    active = [one for one in found if one.is_active]
    return Holds(
        tuple(_line(reader, one, ref, seen) for one in active),
        tuple(_released(found)),
    )


def may_release(reader: Visitor, batch: Pair) -> bool:
    """Tell whether the reader is in charge of this batch: its owner, or an officer."""
    is_ours = batch[0] == reader.producer_id
    return reader.may(Act.RELEASE_HOLD) and (is_ours or reader.may(Act.LOOK_UP_ANY))


def _line(
    reader: Visitor, one: HoldTold, ref: Pair, seen: Mapping[Pair, batch_queries.Named]
) -> HeldLine:
    own = (one.batch.producer_id, one.batch.id)
    is_inside = own[0] == reader.producer_id or reader.may(Act.LOOK_UP_ANY)
    named = seen.get(own)
    return HeldLine(
        # Whoever only has the goods in hand is told the rule, not plots and figures of others.
        why=say(one.finding.message if is_inside else RULES[one.finding.rule].name),
        fix=say(one.finding.fix) if is_inside else "",
        since=one.since,
        key=f"{one.key.producer_id}/{one.key.id}/{one.amount}",
        source=None if own == ref else (named.lot if named else _("one of its sources")),
        address=named.address if named and own != ref else None,
        may_release=own == ref
        and may_release(reader, ref)
        and releasing.may_release(one.key, reader.roles),
        more=say(one.more) if is_inside and one.more else None,
    )


def _released(found: Sequence[HoldTold]) -> list[ReleasedLine]:
    return [
        ReleasedLine(
            rule=say(RULES[one.finding.rule].name),
            since=one.since,
            at=release.at,
            by=f"{say(ROLES[release.role])}, {say(release.body)}",
            reason=release.reason,
        )
        for one in found
        for release in one.releases
    ]
