"""Content counted in packs, where it does not come out even."""

from decimal import Decimal

import pytest

from traceapp.batches.amounts import BatchUnit, amount_in
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
