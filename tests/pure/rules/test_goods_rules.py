"""Animals, cold, dates, balance and over-use: the figures on either side of each bound."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.pure.rules.builders import BAGS, GREENS, PRODUCER, at, goods, line, step
from traceapp.trace.facts import Ref
from traceapp.trace.rules import balancing, keeping_cold, keeping_dates, treating
from traceapp.trace.rules.facts import ClaimFact, StockFact
from traceapp.trace.words import Words

Lines = dict[str, Any]
LATER = at(20)
HERE = (Words.same("Sông Nhuệ"), Words.same("Minh Khai"))


def treat(days=3, withdrawal=28):
    fields = {"drug": "Oxytetracycline", "days": days, "withdrawal_days": withdrawal}
    return step("treat", at(1, 9), 1, about=(GREENS,), fields=fields)


@pytest.mark.parametrize(("day", "count"), [(30, 1), (29, 1)])
def test_animals_wait_from_the_last_day_of_the_drug(day, count):
    leaving = step("load_out", at(day), 2, inputs=(line(GREENS, "15", "con"),))
    found = list(treating.withdrawal(leaving, [treat()], "D26-08"))
    assert len(found) == count
    assert found[0].allowed == date(2026, 12, 1)
    assert found[0].holds == {GREENS}


def test_on_the_first_allowed_day_they_may_leave():
    leaving = step("slaughter", at(29), 2, inputs=(line(GREENS, "15", "con"),))
    assert list(treating.withdrawal(leaving, [treat(days=1)], "D26-08")) == []
    assert list(treating.withdrawal(step("slaughter", at(1, 8)), [treat()], "D26-08")) == []


@pytest.mark.parametrize(
    ("hottest", "minutes", "severity"),
    [
        (4, 45, None),
        (4.1, 30, None),
        (7.2, 31, "warn"),
        (7.2, 240, "warn"),
        (7.2, 241, "block"),
        (7.2, None, None),
    ],
)
def test_warm_for_too_long_is_a_warning_and_for_hours_holds_the_goods(hottest, minutes, severity):
    fields = {"temp_max_c": hottest, "minutes_over": minutes}
    drive = step("transport", at(10), about=(GREENS,), fields=fields)
    cold = goods(GREENS, storage_max_c=Decimal(4), storage_max_minutes=30, chilled=True)
    found = list(keeping_cold.cold_chain(drive, cold))
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(one.holds == ({GREENS} if severity == "block" else set()) for one in found)


def test_goods_whose_range_nobody_told_are_not_judged():
    drive = step("transport", at(10), about=(GREENS,), fields={"temp_max_c": 30})
    assert list(keeping_cold.cold_chain(drive, goods(GREENS))) == []


def cold_record(*answers, now=LATER):
    ship = step("ship", at(10, 23), 1, inputs=(line(GREENS, "150"),))
    chilled = goods(GREENS, chilled=True)
    return list(keeping_cold.cold_record(ship, answers, chilled, HERE, now))


def test_chilled_goods_that_arrived_without_a_temperature_are_found_with_the_hours():
    arrival = step("receive", at(11, 15), 2, outputs=(line(GREENS, "150"),))
    (found,) = cold_record(arrival)
    assert dict(found.values)["hours"] == Decimal(16)
    warm = step("transport", at(11), 3, fields={"temp_max_c": 3.5})
    assert cold_record(arrival, warm) == []
    assert len(cold_record(arrival, step("transport", at(11), 3))) == 1


def test_a_transport_is_not_missed_before_the_goods_are_a_day_under_way():
    assert cold_record(now=at(11, 22, 59)) == []
    assert len(cold_record(now=at(11, 23))) == 1


@pytest.mark.parametrize(("day", "count"), [(12, 0), (13, 1)])
def test_the_use_by_date_itself_is_still_good(day, count):
    sale = step("sell", at(day, 23, 59), about=(GREENS,))
    kept = goods(GREENS, expiry=date(2026, 11, 12))
    found = list(keeping_dates.shelf_life(sale, kept))
    assert len(found) == count
    assert all(one.holds == {GREENS} and one.severity == "block" for one in found)


def handled(kind, day, kept, made, **changes):
    """Make bags, dated `made`, of greens that keep until `kept`; give what is found."""
    known = goods(GREENS, expiry=kept, family="vegetable") | goods(
        BAGS, lot="CN-2", expiry=made, family="vegetable", **changes
    )
    act = step(kind, at(day), inputs=(line(GREENS, "9"),), outputs=(line(BAGS, "9"),))
    return list(keeping_dates.kept_date(act, known))


@pytest.mark.parametrize("kind", ["split", "merge", "grade", "mix", "trim_wash", "pack", "repack"])
@pytest.mark.parametrize("later", [date(2026, 11, 20), None])
def test_handling_does_not_make_expired_goods_good_again(kind, later):
    (found,) = handled(kind, 13, date(2026, 11, 12), later)
    assert (found.rule, found.holds, found.batch) == ("shelf_life", {BAGS}, BAGS)
    assert dict(found.values) == {"lot": "CN-2", "expiry": date(2026, 11, 12)}


def repacked(kind, was, says, typed="", family="vegetable"):
    """Repack greens made on a day into bags that say another; give what is found."""
    known = goods(GREENS, produced=was, family="vegetable") | goods(
        BAGS, lot="CN-2", produced=says, family=family
    )
    fields = {"original_production": typed} if typed else {}
    used, into = (line(GREENS, "9"),), (line(BAGS, "9"),)
    act = step(kind, at(13), inputs=used, outputs=into, fields=fields)
    return list(keeping_dates.kept_age(act, known))


def test_repacked_goods_are_not_a_day_younger():
    old, young = date(2026, 11, 10), date(2026, 11, 11)
    (found,) = repacked("repack", old, young)
    assert (found.rule, found.aspect, found.holds) == ("shelf_life", "younger", {BAGS})
    assert found.severity == "block"
    assert "10/11/2026" in found.message.vi
    assert "production date of the old goods" in found.fix.en
    assert repacked("repack", old, old) == repacked("repack", young, old) == []
    assert repacked("repack", None, young) == repacked("repack", old, None) == []
    assert repacked("pack", old, young) == []


@pytest.mark.parametrize("family", ["vegetable", "processed"])
def test_repacked_goods_of_an_undated_lot_are_as_old_as_the_step_says(family):
    old, young = date(2026, 11, 10), date(2026, 11, 11)
    (found,) = repacked("repack", None, young, old.isoformat(), family)
    assert dict(found.values) == {"lot": "CN-2", "made": old, "claimed": young}
    assert repacked("repack", None, old, old.isoformat(), family) == []
    assert repacked("repack", None, None, old.isoformat(), family) == []
    assert repacked("repack", young, young, old.isoformat()) == []  # the lot's own date counts


def test_expired_goods_that_keep_their_date_may_be_sorted():
    expired = date(2026, 11, 12)
    assert handled("split", 13, expired, expired) == []
    assert handled("split", 13, expired, date(2026, 11, 11)) == []


def test_a_new_date_is_judged_only_for_goods_that_had_expired_and_were_only_handled():
    expired, later = date(2026, 11, 12), date(2026, 11, 20)
    assert handled("split", 12, expired, later) == []
    assert handled("split", 13, None, later) == []
    assert handled("cook", 13, expired, later) == []
    assert handled("mix", 13, expired, later) != []
    act = step("mix", at(13), inputs=(line(GREENS, "9"),), outputs=(line(BAGS, "9"),))
    salt = goods(GREENS, expiry=expired, family="salt") | goods(BAGS, family="vegetable")
    assert list(keeping_dates.kept_date(act, salt)) == []


@pytest.mark.parametrize(
    ("made_on", "aspect"),
    [
        (date(2026, 1, 1), None),
        (date(2026, 12, 31), None),
        (date(2027, 1, 1), ""),
        (date(2025, 12, 31), "early"),
    ],
)
def test_a_certificate_covers_its_first_and_its_last_day(made_on, aspect):
    days = (date(2026, 1, 1), date(2026, 12, 31))
    claim = ClaimFact(GREENS, Ref(PRODUCER, UUID(int=7)), Words("Hữu cơ", "Organic"), "N1", *days)
    found = list(keeping_dates.certificate(claim, made_on, "MT-1"))
    assert [one.aspect for one in found] == ([] if aspect is None else [aspect])


def pack(taken, made, loss="8", **changes):
    lines = {"inputs": (line(GREENS, taken),), "outputs": (line(BAGS, made),)}
    return step("pack", at(10), fields={"loss_kg": loss} if loss else {}, **(lines | changes))


@pytest.mark.parametrize(
    ("made", "off"), [("131", "-19.00"), ("110.7", "1.30"), ("113.3", "-1.30")]
)
def test_a_step_whose_own_figures_disagree_holds_what_came_out(made, off):
    (found,) = balancing.mass_balance(pack("120", made), {})
    assert dict(found.values)["diff_kg"] == Decimal(off)
    assert found.holds == {BAGS}


@pytest.mark.parametrize("made", ["110.8", "112", "113.2"])
def test_within_the_tolerance_it_balances(made):
    assert list(balancing.mass_balance(pack("120", made), {})) == []


def test_a_loss_not_told_yet_explains_what_is_missing_but_never_what_is_too_much():
    assert list(balancing.mass_balance(pack("120", "90", loss=None), {})) == []
    assert len(list(balancing.mass_balance(pack("120", "130", loss=None), {}))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"inputs": (line(GREENS, "0"),)},
        {"fields": {"loss_kg": -110}},
        {"outputs": (line(BAGS, "120", packaging=True),)},
    ],
    ids=["of_nothing", "of_a_negative_loss", "called_packaging"],
)
def test_goods_that_come_of_nothing_are_held_however_it_is_written(changes):
    made = step("pack", at(15), inputs=(line(GREENS, "10"),), outputs=(line(BAGS, "120"),))
    (found,) = balancing.mass_balance(replace(made, **changes), {})
    assert BAGS in found.holds


def test_an_unusual_loss_is_only_a_warning():
    both = ((line(GREENS, "100"),), (line(BAGS, "70"),))
    trimmed = step("trim_wash", at(10), fields={"loss_kg": 30}, inputs=both[0], outputs=both[1])
    (found,) = balancing.mass_balance(trimmed, {})
    assert (found.aspect, found.severity.value) == ("loss", "warn")
    assert not found.holds
    assert "30 %" in (found.message.vi or "")


def test_packaging_weighs_nothing_and_eggs_balance_by_the_piece():
    film = line(Ref(PRODUCER, UUID(int=9)), "1", "cái", mass=None, packaging=True)
    with_film: Lines = {"inputs": (line(GREENS, "120"), film)}
    assert list(balancing.mass_balance(pack("120", "112", **with_film), {})) == []
    eggs: Lines = {
        "inputs": (line(GREENS, "200", "quả", mass=None),),
        "outputs": (line(BAGS, "19", "vỉ", mass=None),),
    }
    known = goods(GREENS, uom="quả") | goods(
        BAGS, uom="vỉ", net_quantity=Decimal(10), net_uom="quả"
    )
    sorted_eggs = step("grade", at(10), fields={"loss_pieces": 10}, **eggs)
    assert list(balancing.mass_balance(sorted_eggs, known)) == []
    (found,) = balancing.mass_balance(
        step("grade", at(10), fields={"loss_pieces": 1}, **eggs), known
    )
    assert found.aspect == "pieces"


def test_what_has_no_common_measure_is_not_judged():
    mixed: Lines = {"inputs": (line(GREENS, "3", "lít", mass=None),)}
    assert list(balancing.mass_balance(pack("120", "112", **mixed), {})) == []


def test_the_last_steps_that_took_too_much_are_named_with_likely_causes():
    first = step("pack", at(10), 1, inputs=(line(GREENS, "40"),), outputs=(line(BAGS, "40"),))
    second = step("pack", at(11), 2, inputs=(line(GREENS, "700"),), outputs=(line(BAGS, "70"),))
    takers = ((second, Decimal(700)), (first, Decimal(40)))
    stock = StockFact(PRODUCER, GREENS, "CN-1", "kg", Decimal(630), takers)
    (found,) = balancing.over_use(stock)
    assert found.event == second.ref
    assert found.holds == {BAGS}
    assert "một số không" in (found.message.vi or "")
    never = StockFact(PRODUCER, GREENS, "CN-1", "kg", Decimal(740), takers, came_in=False)
    both = list(balancing.over_use(never))
    assert {one.event for one in both} == {first.ref, second.ref}
    assert all("never recorded" in (one.message.en or "") for one in both)


def test_animals_are_counted_in_words_of_each_language():
    sold = step("slaughter", at(10), inputs=(line(GREENS, "21", "con", mass=None),))
    stock = StockFact(PRODUCER, GREENS, "L-1", "con", Decimal(1), ((sold, Decimal(21)),))
    (found,) = balancing.over_use(stock)
    assert "1 con." in (found.message.vi or "")
    assert "1 animal " in (found.message.en or "")


def test_times_of_drugs_and_intervals_are_whole_days_upwards():
    assert treat(days="2.5").days("days") == timedelta(days=3)
    assert treat(days="many").days("days") is None
    assert treat(days="40000").days("days") == timedelta(days=36500)


def test_no_time_zone_brings_a_drug_to_an_end_sooner():
    given = treat(days=1, withdrawal=1)
    west, east = timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))
    given = replace(given, at=datetime(2026, 11, 14, 22, 0, tzinfo=west))
    leaving = step("slaughter", datetime(2026, 11, 16, 1, 0, tzinfo=east), 2)
    assert leaving.at - given.at == timedelta(hours=1)
    assert len(list(treating.withdrawal(leaving, [given], "D26-08"))) == 1
