"""Which lots match a need, against a second, plainer reading of the same rule."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.purchasing import matching
from traceapp.purchasing.matching import LEAFY, Aspect, Held, Holding, Lot, Need, Place, Shows
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.trace.words import Words

TODAY = date(2026, 11, 29)
HERE = Place("Hà Nội", "phường", "Tây Hồ", 21.07, 105.82)
NEAR = Place("Hà Nội", "xã", "Bát Tràng", 20.98, 105.91)
FAR = Place("Lâm Đồng", "phường", "Xuân Hương", 11.94, 108.44)
FACTORS = {"kg": Decimal(1), "tạ": Decimal(100), "g": Decimal("0.001")}
LADDER = ("self", "coop", "counterpart", "inspector", "lab")
NAMES = ("cai ngot tui", "rau muong", "ca chua", "mien dong", "cai thao")
LEAVES = {"cai ngot tui", "rau muong", "cai thao"}

NEED = Need(LEAFY, (), Decimal(100), "kg", HERE, "km_30", EvidenceLevel.INSPECTOR, ("vietgap",))
GOOD = Held(frozenset({"vietgap"}), TODAY - timedelta(30), TODAY + timedelta(30), is_named=True)
LOT = Lot(
    ref=Ref(UUID(int=1), UUID(int=2)),
    product_id=UUID(int=3),
    product=Words("Cải ngọt", None),
    producer=Words("HTX", None),
    lot="CN-1",
    code="0" * 10,
    family="vegetable",
    folded_name="cai ngot tui",
    is_live=True,
    stock=Decimal(240),
    uom="túi",
    net=(Decimal("0.5"), "kg"),
    shows=Shows.EXACT,
    place=NEAR,
    level=EvidenceLevel.LAB,
    certificates=(GOOD,),
)

held = st.builds(
    Held,
    st.frozensets(st.sampled_from(["vietgap", "haccp"]), min_size=1),
    st.sampled_from([TODAY - timedelta(400), TODAY, TODAY + timedelta(1)]),
    st.sampled_from([None, TODAY - timedelta(1), TODAY, TODAY + timedelta(90)]),
    st.booleans(),
)
lots = st.builds(
    Lot,
    ref=st.builds(Ref, st.uuids(), st.uuids()),
    product_id=st.uuids(),
    product=st.just(Words("Cải", None)),
    producer=st.just(Words("HTX", None)),
    lot=st.sampled_from(["A", "B", "C"]),
    code=st.just("0" * 10),
    family=st.sampled_from(["vegetable", "processed"]),
    folded_name=st.sampled_from(NAMES),
    is_live=st.booleans(),
    stock=st.decimals(-5, 500, places=1),
    uom=st.sampled_from(["kg", "tạ", "túi"]),
    net=st.sampled_from([None, (Decimal("0.5"), "kg"), (Decimal(300), "g")]),
    shows=st.sampled_from(Shows),
    place=st.sampled_from([HERE, NEAR, FAR]),
    level=st.sampled_from(EvidenceLevel),
    certificates=st.lists(held, max_size=3).map(tuple),
)
needs = st.builds(
    Need,
    st.sampled_from(["", LEAFY, "vegetable"]),
    st.sampled_from([(), ("cai",), ("ngot", "cai"), ("muong",)]),
    st.decimals("0.1", 300, places=1),
    st.sampled_from(["kg", "tạ"]),
    st.just(HERE),
    st.sampled_from(sorted(matching.REACHES)),
    st.sampled_from(EvidenceLevel),
    st.sampled_from([(), ("vietgap",), ("vietgap", "haccp")]),
)


def kilograms(lot: Lot) -> Decimal | None:
    """Weigh a lot in another way than the rule does: in whole grams."""
    if lot.uom in FACTORS:
        return lot.stock * FACTORS[lot.uom]
    return None if lot.net is None else lot.stock * lot.net[0] * FACTORS[lot.net[1]]


def does(need: Need, lot: Lot) -> bool:
    """Say in one breath whether a lot would do: the oracle."""
    weight = kilograms(lot)
    if weight is None or weight <= 0 or not lot.is_live or lot.shows is Shows.NOTHING:
        return False
    wanted, unit = need.quantity * FACTORS[need.uom], FACTORS[need.uom]
    if lot.shows is Shows.RANGE:
        steps = [Decimal(0)]
        steps += [step * Decimal(10) ** power for power in range(9) for step in (1, 2, 5)]
        weight = max(step for step in steps if step <= weight / unit) * unit
    of_kind = {"": True, "vegetable": lot.family == "vegetable"}
    of_kind[LEAFY] = lot.family == "vegetable" and lot.folded_name in LEAVES
    in_reach = {"anywhere": True, "commune": lot.place == HERE, "km_10": lot.place == HERE}
    for reach in ("province", "km_30", "km_100"):
        in_reach[reach] = lot.place != FAR
    return (
        of_kind[need.kind]
        and all(word in lot.folded_name for word in need.words)
        and weight >= wanted
        and in_reach[need.reach]
        and LADDER.index(lot.level) >= LADDER.index(need.level)
        and all(
            any(
                kind in one.kinds
                and one.is_named
                and one.issued_on <= TODAY <= (one.expires_on or date.max)
                for one in lot.certificates
            )
            for kind in need.certificates
        )
    )


@given(needs, st.lists(lots, max_size=6, unique_by=lambda lot: lot.ref))
def test_the_rule_finds_what_the_oracle_finds(need: Need, several: list[Lot]) -> None:
    found = matching.find(need, several, TODAY)
    assert {one.lot.ref for one in found.matches} == {lot.ref for lot in several if does(need, lot)}
    told = [one.lot.ref for one in (*found.matches, *found.near_misses)]
    assert len(told) == len(set(told))
    shown = {lot.ref for lot in several if lot.is_live and lot.shows is not Shows.NOTHING}
    assert set(told) <= shown
    assert all(one.lacks for one in found.near_misses)


@given(needs, st.lists(lots, max_size=6, unique_by=lambda lot: lot.ref), st.randoms())
def test_the_order_of_lots_changes_nothing(need: Need, several: list[Lot], dice: object) -> None:
    shuffled = sorted(several, key=lambda lot: lot.ref, reverse=True)
    assert matching.find(need, several, TODAY) == matching.find(need, shuffled, TODAY)


@given(st.decimals("0.1", 100000, places=2), st.decimals("0.1", 100000, places=2))
def test_a_range_tells_no_more_than_itself_however_often_one_asks(
    stock: Decimal, asked: Decimal
) -> None:
    told = matching.range_of(stock, "kg")
    assert told.below is not None
    assert told.least <= stock < told.below
    lot = replace(LOT, shows=Shows.RANGE, uom="kg", stock=stock)
    twin = replace(lot, stock=(told.least + told.below) / 2)
    need = replace(NEED, quantity=asked)
    assert matching.judge(need, lot, TODAY).verdicts == matching.judge(need, twin, TODAY).verdicts


def test_a_lot_that_meets_all_matches() -> None:
    found = matching.find(NEED, [LOT], TODAY)
    assert [one.lot.lot for one in found.matches] == ["CN-1"]
    assert not found.near_misses


@pytest.mark.parametrize(
    ("lot", "aspect", "found"),
    [
        (replace(LOT, level=EvidenceLevel.SELF), Aspect.EVIDENCE, EvidenceLevel.SELF),
        (replace(LOT, place=FAR), Aspect.PLACE, matching.kilometres(HERE, FAR)),
        (replace(LOT, net=None), Aspect.STOCK, None),
        (replace(LOT, certificates=()), Aspect.CERTIFICATE, Holding.MISSING),
        (
            replace(LOT, certificates=(replace(GOOD, is_named=False),)),
            Aspect.CERTIFICATE,
            Holding.NOT_NAMED,
        ),
        (
            replace(LOT, certificates=(replace(GOOD, expires_on=TODAY - timedelta(1)),)),
            Aspect.CERTIFICATE,
            Holding.EXPIRED,
        ),
    ],
)
def test_a_near_miss_says_what_it_lacks(lot: Lot, aspect: Aspect, found: object) -> None:
    (one,) = matching.find(NEED, [lot], TODAY).near_misses
    (lacking,) = one.lacks
    assert lacking.aspect is aspect
    assert lacking.found == found


@pytest.mark.parametrize(
    "lot",
    [
        replace(LOT, is_live=False),
        replace(LOT, shows=Shows.NOTHING),
        replace(LOT, stock=Decimal(0)),
        replace(LOT, folded_name="ca chua"),
    ],
)
def test_what_is_not_for_sale_or_not_shown_is_not_told_at_all(lot: Lot) -> None:
    found = matching.find(NEED, [lot], TODAY)
    assert not found.matches
    assert not found.near_misses
