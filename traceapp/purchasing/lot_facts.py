"""What a checklist of importers is answered from, read for one lot. Core only."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from traceapp.batches.books.stock import is_corrected
from traceapp.batches.family.lineage import ancestry
from traceapp.batches.models import Batch, BatchClaim, BatchParent, Event, EventItem, Product
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.producers.certificate_models import Certificate, is_valid_on
from traceapp.producers.models import Plot, Site
from traceapp.purchasing import schemes
from traceapp.purchasing.markets import FOOD, INGREDIENT, LotFacts
from traceapp.trace.facts import Ref
from traceapp.trace.label_contents import FOOD_GROUPS
from traceapp.web.pages import HANOI

PACKED = frozenset({"pack", "repack"})


def facts_of(lot: Ref, today: date) -> LotFacts:
    """Read what is known of a lot; as many queries whatever it was made from."""
    batch = db.session.get_one(Batch, tuple(lot))
    product = db.session.get_one(Product, (lot.producer_id, batch.product_id))
    events = _events(lot)
    on_plots = [row for row in events if _is_harvest(row) and row.plot_id is not None]
    harvested = {Ref(row.batch_producer_id, row.batch_id) for row in on_plots}
    return LotFacts(
        family=product.family,
        is_eaten=_is_eaten(product),
        kinds=_kinds(lot, today),
        passed_tests=tuple(_day(row) for row in events if _has_passed(row)),
        has_planting_codes=all(row.planting_area_code for row in on_plots) if on_plots else None,
        has_packing_code=_has_packing_code(lot.producer_id),
        is_traced_to_plots=_sources(lot) <= harvested,
        has_harvest=any(_is_harvest(row) for row in events),
        has_packing=any(row.step_kind in PACKED for row in events),
    )


def _is_eaten(product: Product) -> bool:
    """Tell whether it is food, or may be: by what was made of it, else by its label.

    Where neither says so it is asked for what food needs: rather one line too many.
    """
    if product.family != INGREDIENT:
        return product.family in FOOD
    made = _families_made_of(product)
    if made:
        return bool(made & FOOD)
    group = (json.loads(product.label) or {}).get("group")
    return group is None or group in FOOD_GROUPS


def _families_made_of(product: Product) -> set[str]:
    """Give the families of what was made straight from this product, not packed in it."""
    made, of = aliased(Batch), aliased(Product)
    is_parent = and_(
        BatchParent.parent_producer_id == Batch.producer_id,
        BatchParent.parent_batch_id == Batch.batch_id,
    )
    is_made = and_(
        made.producer_id == BatchParent.producer_id, made.batch_id == BatchParent.batch_id
    )
    query = (
        select(of.family)
        .distinct()
        .select_from(Batch)
        .join(BatchParent, is_parent)
        .join(made, is_made)
        .join(of, and_(of.producer_id == made.producer_id, of.product_id == made.product_id))
        .where(Batch.producer_id == product.producer_id, Batch.product_id == product.product_id)
        .where(~BatchParent.is_packaging, of.family != INGREDIENT)
    )
    return set(db.session.scalars(query))


def _events(lot: Ref) -> Sequence[Any]:
    tree = ancestry((lot.producer_id, lot.id))
    is_item = and_(EventItem.producer_id == Event.producer_id, EventItem.event_id == Event.event_id)
    is_plot = and_(Plot.producer_id == Event.site_producer_id, Plot.plot_id == Event.plot_id)
    is_of_tree = and_(
        EventItem.batch_producer_id == tree.c.producer_id, EventItem.batch_id == tree.c.batch_id
    )
    query = (
        select(
            *(Event.step_kind, Event.event_time, Event.document, Event.plot_id),
            *(EventItem.batch_producer_id, EventItem.batch_id, EventItem.direction),
            Plot.planting_area_code,
        )
        .select_from(tree)
        .join(EventItem, is_of_tree)
        .join(Event, is_item)
        .outerjoin(Plot, is_plot)
        .where(~is_corrected())
    )
    return db.session.execute(query).all()


def _sources(lot: Ref) -> set[Ref]:
    """Give the batches at the beginning of all it was made from, packaging left out."""
    tree = ancestry((lot.producer_id, lot.id))
    is_child = and_(
        BatchParent.producer_id == tree.c.producer_id, BatchParent.batch_id == tree.c.batch_id
    )
    parents: dict[Ref, set[Ref]] = defaultdict(set)
    query = select(BatchParent).join(tree, is_child).where(~BatchParent.is_packaging)
    for edge in db.session.scalars(query):
        child = Ref(edge.producer_id, edge.batch_id)
        parents[child].add(Ref(edge.parent_producer_id, edge.parent_batch_id))
    seen, frontier = {lot}, [lot]
    while frontier:
        found = parents.get(frontier.pop(), set()) - seen
        seen |= found
        frontier += found
    return {one for one in seen if one not in parents}


def _kinds(lot: Ref, today: date) -> frozenset[str]:
    is_named = and_(
        BatchClaim.producer_id == Certificate.producer_id,
        BatchClaim.certificate_id == Certificate.certificate_id,
    )
    query = (
        select(Certificate)
        .join(BatchClaim, is_named)
        .where(BatchClaim.producer_id == lot.producer_id, BatchClaim.batch_id == lot.id)
    )
    kinds: set[str] = set()
    for one in db.session.scalars(query):
        if is_valid_on(one, today):
            kinds |= schemes.of(fold(f"{one.scheme}; {one.scheme_en}; {one.standard}"))
    return frozenset(kinds)


def _has_packing_code(producer_id: UUID) -> bool:
    query = select(Site.site_id).where(
        Site.producer_id == producer_id,
        Site.kind == "packing_house",
        Site.location_code.is_not(None),
        Site.archived_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


def _is_harvest(row: Any) -> bool:  # noqa: ANN401 - a row
    return bool(row.step_kind == "harvest" and row.direction == "output")


def _has_passed(row: Any) -> bool:  # noqa: ANN401 - a row
    if row.step_kind != "lab_result":
        return False
    return bool(json.loads(row.document).get("fields", {}).get("verdict") == "pass")


def _day(row: Any) -> date:  # noqa: ANN401 - a row
    day: date = row.event_time.astimezone(HANOI).date()
    return day
