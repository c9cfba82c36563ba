"""The batches that the first page of the demo offers for a try."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceapp.batches.queries import BatchCard, batches

HOW_MANY = 6
# The lots of the demo data that tell most: a correction and a gap, pigs of another producer, a
# shop that repacks, eggs, a craft village, and something that is no food.
TOLD_FIRST = ("CN-VD03-T", "GL-UL-01", "GAO-MK-2K", "TR-BT-31-V", "MD-44-T", "KL-VP-09")


@dataclass(frozen=True, slots=True)
class Sample:
    """A batch as a picture with two lines; names by language, `picture` a file name."""

    path: str
    product: dict[str, str | None]
    producer: dict[str, str | None]
    picture: str | None


def samples() -> list[Sample]:
    """Give six batches with a public page, the most telling first."""
    return [_sample(card) for card in chosen(batches())]


def chosen(cards: Sequence[BatchCard]) -> list[BatchCard]:
    """Choose six: those of TOLD_FIRST, then one a product, then any."""
    rank = {lot: place for place, lot in enumerate(TOLD_FIRST)}
    seen: set[object] = set()
    ranked: list[tuple[int, int, BatchCard]] = []
    for place, card in enumerate(cards):
        is_repeated = card.product_id in seen
        seen.add(card.product_id)
        ranked.append((rank.get(card.lot, HOW_MANY + is_repeated), place, card))
    return [card for _, _, card in sorted(ranked, key=lambda entry: entry[:2])[:HOW_MANY]]


def _sample(card: BatchCard) -> Sample:
    return Sample(
        f"/B/{card.code}",
        {"vi": card.product_name, "en": card.product_name_en},
        {"vi": card.producer_name, "en": card.producer_name_en},
        card.pictures.get("hero") or card.pictures.get("thumb"),
    )
