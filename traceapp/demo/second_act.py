"""The parts of the second act: each plays alone, after what it follows from. Pure."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from traceapp.demo import explanations, skipping
from traceapp.demo.shapes import Happening

ACT = 2
OF_DRILL = "b"


class Part(StrEnum):
    """What a visitor plays by one button, in the order of the story."""

    LAB = "lab"
    RECALL = "recall"
    DRILL = "drill"
    EXPLANATION = "explanation"


FOLLOWS_FROM = {Part.RECALL: Part.LAB}
OF_LABORATORY = frozenset({"lab_result", skipping.SUSPEND_CODE})


def part_of(one: Happening) -> Part:
    """Give the part to which something of the second act belongs."""
    if one.kind in OF_LABORATORY:
        return Part.LAB
    if one.kind == explanations.KIND:
        return Part.EXPLANATION
    return Part.DRILL if one.scenario == OF_DRILL else Part.RECALL


def with_causes(parts: Collection[Part]) -> set[Part]:
    """Give parts with those that they follow from."""
    return {*parts, *(FOLLOWS_FROM[part] for part in parts if part in FOLLOWS_FROM)}


def happenings_of(told: Iterable[Happening], part: Part) -> list[Happening]:
    """Give what happens in a part."""
    return [one for one in told if one.act == ACT and part_of(one) is part]
