"""A family too large to draw: batches of one product in one generation become one box."""

from collections.abc import Sequence
from dataclasses import dataclass

from traceapp.trace.drawing.layers import Pair

MOST_BOXES = 60
"""More than these nobody can read on a page."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Groups of batches by number, and the lines between groups with what they carry."""

    groups: tuple[tuple[int, ...], ...]
    weights: dict[Pair, int | None]

    @property
    def is_folded(self) -> bool:
        """Tell whether any box stands for more than one batch."""
        return any(len(group) > 1 for group in self.groups)


def fold(keys: Sequence[object], edges: Sequence[tuple[int, int, int | None]]) -> Folded:
    """Fold batches of one key into one box, where there are too many to draw each."""
    several: dict[object, list[int]] = {}
    for number, key in enumerate(keys):
        several.setdefault(key if len(keys) > MOST_BOXES else number, []).append(number)
    group_of = {number: at for at, group in enumerate(several.values()) for number in group}
    weights: dict[Pair, int | None] = {}
    for parent, child, weight in edges:
        pair = (group_of[parent], group_of[child])
        if pair[0] != pair[1]:
            before = weights.get(pair, 0)
            weights[pair] = None if before is None or weight is None else before + weight
    return Folded(tuple(map(tuple, several.values())), weights)
