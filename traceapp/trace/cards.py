"""The public card of a batch and the words of its share. Steps do not live here."""

from collections.abc import Sequence
from decimal import Decimal

from traceapp.trace.entries import BatchCard, Source
from traceapp.trace.facts import ItemFact, Ref
from traceapp.trace.people import place
from traceapp.trace.story import Story
from traceapp.trace.wording import percent
from traceapp.trace.words import Words

_UNKNOWN_BATCH = Words("Lô chưa rõ", "Unknown batch")
_UNKNOWN_PRODUCER = Words("Chưa rõ cơ sở", "Unknown producer")
_PACKAGING = Words("bao gói, không tính tỷ lệ", "packaging, not counted")
_UNKNOWN_SHARE = Words("không rõ tỷ lệ", "share not known")


def card(story: Story, batch: Ref, key: str) -> BatchCard:
    """Give what the public may know of a batch; the lot only where its own page shows it."""
    facts = story.batch(batch)
    if facts is None:
        return BatchCard(key, _UNKNOWN_BATCH, _UNKNOWN_PRODUCER, None, None, None, None, None, None)
    origin = facts.origin
    public = facts.path is not None or batch == story.subject
    return BatchCard(
        key=key,
        product=facts.product,
        producer=origin.name if origin and origin.name else facts.producer.name,
        lot=facts.lot if public else None,
        path=facts.path,
        place=place(origin.place if origin else facts.place),
        production_date=facts.production_date,
        packing_date=facts.packing_date,
        expiry_date=facts.expiry_date,
    )


def made_amounts(story: Story, child: Ref) -> dict[Ref, Decimal | None]:
    """Give how much of a batch each event made: by mass, else by amount in one unit, else None."""
    outputs = {
        record.ref: [item for item in record.event.outputs if item.batch == child]
        for record in story.making(child)
    }
    every = [item for items in outputs.values() for item in items]
    if all(item.mass_kg is not None for item in every):
        return {ref: _sum_mass(items) for ref, items in outputs.items()}
    if len({item.uom for item in every}) == 1 and all(item.quantity is not None for item in every):
        return {ref: _sum_quantity(items) for ref, items in outputs.items()}
    return dict.fromkeys(outputs)


def share_words(story: Story, child: Ref, parent: Ref, share: Decimal | None) -> Words:
    """Say a parent's share; packaging has none, and an unknown one is said to be unknown."""
    if share is not None:
        return percent(share)
    edges = story.lineage.uses(child, parent)
    return _PACKAGING if all(edge.packaging for edge in edges) else _UNKNOWN_SHARE


def sources_words(sources: Sequence[Source]) -> Words:
    """Say what the fold holds: "Từ 3 lô nguyên liệu"."""
    number = len(sources)
    if number == 1:
        return Words("Từ lô nguyên liệu đã kể ở trên", "From a source batch told above")
    return Words(f"Từ {number} lô nguyên liệu", f"From {number} source batches")


def _sum_mass(items: Sequence[ItemFact]) -> Decimal:
    return sum((item.mass_kg for item in items if item.mass_kg is not None), Decimal(0))


def _sum_quantity(items: Sequence[ItemFact]) -> Decimal:
    return sum((item.quantity for item in items if item.quantity is not None), Decimal(0))
