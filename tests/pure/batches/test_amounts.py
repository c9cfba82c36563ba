"""Quantities in a batch's own unit and in kilograms."""

from decimal import Decimal

import pytest

from traceapp.batches.amounts import BatchUnit, amount_in, mass_of
from traceapp.trace.units import QuantityError

BAGS = BatchUnit("túi", Decimal("0.3"), "kg")


@pytest.mark.parametrize(
    ("quantity", "uom", "micro_bags"),
    [
        ("12", "kg", 40_000_000),
        ("10", "kg", 33_333_333),
        ("500", "g", 1_666_667),
        ("2", "túi", 2_000_000),
    ],
)
def test_kilograms_of_goods_in_packs_are_packs_to_the_nearest_millionth(
    quantity: str, uom: str, micro_bags: int
) -> None:
    assert amount_in(BAGS, Decimal(quantity), uom) == micro_bags


def test_what_a_pack_does_not_hold_does_not_convert() -> None:
    with pytest.raises(QuantityError):
        amount_in(BAGS, Decimal(1), "lít")


@pytest.mark.parametrize(
    ("quantity", "uom", "micro_kg"),
    [("1", "kg", 1_000_000), ("500", "g", 500_000), ("10", "túi", 3_000_000)],
)
def test_what_a_quantity_weighs_by_itself_no_other_figure_tells(
    quantity: str, uom: str, micro_kg: int
) -> None:
    assert mass_of(BAGS, Decimal(quantity), uom, Decimal(500)) == micro_kg


def test_animals_weigh_what_the_scales_say() -> None:
    assert mass_of(BatchUnit("con", None, None), Decimal(10), "con", Decimal(950)) == 950_000_000
    assert mass_of(BatchUnit("con", None, None), Decimal(10), "con", None) is None


def test_packs_of_more_kilograms_than_there_are_anywhere_are_refused() -> None:
    sacks = BatchUnit("bao", Decimal(10**9), "kg")
    with pytest.raises(QuantityError) as refused:
        mass_of(sacks, Decimal(2), "bao", None)
    assert refused.value.rule == "too_large"
