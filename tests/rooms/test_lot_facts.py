"""What a checklist of importers is answered from: materials that nobody eats are told apart."""

from uuid import UUID

import pytest
from flask import Flask

from tests.builders import LABEL, Business, batch, business, line, product, record
from tests.conftest import NOON
from traceapp.purchasing.lot_facts import facts_of
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

TODAY = NOON.astimezone(HANOI).date()


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="owner")


def made_into(lan: Business, goods: UUID, family: str, lot: str) -> None:
    """Make something of a lot."""
    into = batch(lan, product(lan, name=f"Hàng {lot}", family=family), lot)
    items = {"inputs": [line(goods, "1")], "outputs": [line(into, "1")]}
    record(lan, "pack", **items)


def is_eaten(lan: Business, goods: UUID) -> bool:
    return facts_of(Ref(lan.producer_id, goods), TODAY).is_eaten


@pytest.mark.parametrize(
    ("families", "eaten"),
    [
        (("craft",), False),
        (("textile",), False),
        (("processed",), True),
        (("craft", "processed"), True),
    ],
)
def test_what_was_made_of_a_material_tells_whether_it_is_eaten(
    lan: Business, families: tuple[str, ...], eaten: bool
) -> None:
    with transaction():
        kind = product(lan, name="Mây", family="ingredient", role="ingredient")
        goods, other = batch(lan, kind, "M-1"), batch(lan, kind, "M-2")
        for family in families:
            made_into(lan, goods, family, f"{family}-1")
    assert is_eaten(lan, goods) is eaten
    assert is_eaten(lan, other) is eaten  # of the same material


@pytest.mark.parametrize(
    ("group", "eaten"),
    [
        (None, True),
        ("Nguyên liệu thực phẩm", True),
        ("Thực phẩm", True),
        ("Thủ công mỹ nghệ", False),
    ],
)
def test_before_anything_was_made_of_it_its_label_tells(
    lan: Business, group: str | None, eaten: bool
) -> None:
    label = None if group is None else LABEL | {"group": group}
    with transaction():
        kind = product(lan, name="Mây", family="ingredient", role="ingredient", label=label)
        goods = batch(lan, kind, "M-1")
    assert is_eaten(lan, goods) is eaten


def test_a_family_of_food_is_eaten_and_one_of_craft_is_not(lan: Business) -> None:
    with transaction():
        greens = batch(lan, product(lan, name="Cải"), "C-1")
        basket = batch(lan, product(lan, name="Giỏ", family="craft"), "G-1")
    assert is_eaten(lan, greens)
    assert not is_eaten(lan, basket)
