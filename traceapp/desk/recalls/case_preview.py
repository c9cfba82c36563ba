"""What a recall would reach, said before it is issued: what the figures count, and what not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk.recalls import preview_queries
from traceapp.desk.recalls.preview_queries import Gaps
from traceapp.producers.queries import shops_among
from traceapp.recalls.goods import scope
from traceapp.recalls.goods.held import Scope, Sum
from traceapp.trace.facts import Ref
from traceapp.web.pages import quantity


@dataclass(frozen=True, slots=True)
class Preview:
    """Sentences about what the figures of a scope count, and what they leave out."""

    counted: tuple[str, ...]
    left_out: tuple[str, ...]


def preview_of(reader: Visitor, roots: Sequence[Ref], reached: Scope) -> Preview:
    """Say what is counted; what others' books lack is told to officials alone."""
    shops = shops_among(reached.holders)
    left_out = [*_of_sums([one for one in reached.sums if one.is_told])]
    if reader.may(Act.LOOK_UP_ANY):
        left_out += _of_gaps(preview_queries.gaps_of(scope.family_of(roots)))
    return Preview(tuple(_counted(reached, shops, roots[0])), tuple(left_out))


def _counted(reached: Scope, shops: set[UUID], suspected: Ref) -> Iterator[str]:
    yield _(
        "Lots: %(lots)s. Holders who have, had or wait for some: %(holders)s, shops among them: "
        "%(shops)s.",
        lots=reached.lots,
        holders=len(reached.holders),
        shops=len(shops),
    )
    total = reached.left_kg + reached.coming_kg + reached.sold_kg
    yield _(
        "%(left)s in stock, %(coming)s on its way and %(sold)s sold: %(total)s, each kilogram "
        "once.",
        left=quantity(reached.left_kg, "kg"),
        coming=quantity(reached.coming_kg, "kg"),
        sold=quantity(reached.sold_kg, "kg"),
        total=quantity(total, "kg"),
    )
    others = sum(one.lots for one in reached.sums if one.maker_id != suspected.producer_id)
    if others:
        yield ngettext(
            "%(num)s of the lots is of another producer and waits for a second person.",
            "%(num)s of the lots are of other producers and wait for a second person.",
            others,
        )


def _of_sums(sums: Sequence[Sum]) -> Iterator[str]:
    for one in sums_by_unit(sums):
        yield _(
            "%(amount)s kept in pieces: nobody wrote what one weighs, so no kilograms.",
            amount=quantity(*one),
        )
    silent = {one.holder_id for one in sums if one.are_sales_missing and one.left > 0}
    if silent:
        yield ngettext(
            "%(num)s shop wrote neither a sale nor a count: what it sold still counts as stock.",
            "%(num)s shops wrote neither a sale nor a count: what they sold still counts as stock.",
            len(silent),
        )
    over = {one.holder_id for one in sums if one.left < 0}
    if over:
        yield ngettext(
            "The books of %(num)s holder ran over: more was taken than came in. It counts as less.",
            "The books of %(num)s holders ran over: more was taken than came in. It counts as "
            "less.",
            len(over),
        )


def sums_by_unit(sums: Sequence[Sum]) -> list[tuple[Decimal, str]]:
    """Add up what has no kilograms, unit by unit."""
    found: dict[str, Decimal] = {}
    for one in sums:
        if one.left_kg is None:
            amount = one.left + one.sold + one.coming
            found[one.uom] = found.get(one.uom, Decimal(0)) + amount
    return [(amount, uom) for uom, amount in sorted(found.items())]


def _of_gaps(gaps: Gaps) -> Iterator[str]:
    if gaps.stalls:
        yield ngettext(
            "%(num)s stall sells from these lots loose: who bought is not known.",
            "%(num)s stalls sell from these lots loose: who bought is not known.",
            gaps.stalls,
        )
    if gaps.to_outsiders:
        yield ngettext(
            "%(num)s delivery went to a buyer who is not here: it counts as on its way; ask there.",
            "%(num)s deliveries went to buyers who are not here: they count as on their way; "
            "ask there.",
            gaps.to_outsiders,
        )
    if gaps.unmatched:
        yield ngettext(
            "%(num)s receipt has no shipment: it may count at both sides.",
            "%(num)s receipts have no shipment: they may count at both sides.",
            gaps.unmatched,
        )
