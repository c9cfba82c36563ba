"""What importers ask of a lot: each line has a source, holds on its days, and is answered."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from traceapp.purchasing.markets import (
    NEWEST_TEST,
    REQUIREMENTS,
    Answer,
    LotFacts,
    Market,
    checklist,
    to_come,
)
from traceapp.trace.vocabulary import FAMILIES

TODAY = date(2026, 11, 29)
WHOLE = LotFacts(
    family="vegetable",
    is_eaten=True,
    kinds=frozenset({"globalgap"}),
    passed_tests=(TODAY,),
    has_planting_codes=True,
    has_packing_code=True,
    is_traced_to_plots=True,
    has_harvest=True,
    has_packing=True,
)


def answers(lot: LotFacts, today: date = TODAY) -> dict[str, Answer]:
    return {line.id: answer for market in Market for line, answer in checklist(market, lot, today)}


def test_every_line_has_words_and_a_source_in_both_languages() -> None:
    assert len({one.id for one in REQUIREMENTS}) == len(REQUIREMENTS)
    for one in REQUIREMENTS:
        assert all((one.what.vi, one.what.en, one.source.vi, one.source.en))


def test_a_whole_record_leaves_only_what_no_record_here_can_show() -> None:
    told = answers(WHOLE)
    assert Answer.MISSING not in told.values()
    open_lines = {one.id for one in REQUIREMENTS if one.known is None}
    assert {name for name, answer in told.items() if answer is Answer.NOT_KNOWN} == open_lines


@pytest.mark.parametrize(
    ("lot", "missing"),
    [
        (replace(WHOLE, has_planting_codes=False), {"cn_planting"}),
        (replace(WHOLE, has_packing_code=False), {"cn_packing"}),
        (replace(WHOLE, is_traced_to_plots=False), {"eu_traced", "us_traced"}),
        (replace(WHOLE, kinds=frozenset({"vietgap"})), {"eu_globalgap"}),
        (replace(WHOLE, kinds=frozenset()), {"eu_globalgap", "cn_gap"}),
        (replace(WHOLE, passed_tests=()), {"cn_residues", "eu_residues"}),
        (
            replace(WHOLE, passed_tests=(TODAY - NEWEST_TEST - timedelta(1),)),
            {"cn_residues", "eu_residues"},
        ),
        (replace(WHOLE, passed_tests=(TODAY - NEWEST_TEST,)), set()),
    ],
)
def test_what_is_not_on_record_is_missing(lot: LotFacts, missing: set[str]) -> None:
    told = answers(lot)
    assert {name for name, answer in told.items() if answer is Answer.MISSING} == missing


def test_a_line_holds_from_its_day_on() -> None:
    begins = date(2028, 7, 20)
    assert [one.id for one in to_come(Market.STATES, WHOLE, TODAY)] == ["us_steps"]
    assert "us_steps" not in answers(WHOLE, begins - timedelta(1))
    assert answers(WHOLE, begins)["us_steps"] is Answer.THERE
    assert answers(replace(WHOLE, has_packing=False), begins)["us_steps"] is Answer.MISSING


def test_goods_that_do_not_grow_are_not_asked_for_plots() -> None:
    assert not {"cn_planting", "eu_traced"} & answers(replace(WHOLE, family="craft")).keys()


@pytest.mark.parametrize("family", FAMILIES)
def test_only_what_is_eaten_is_asked_for_what_food_needs(family: str) -> None:
    told = answers(replace(WHOLE, family=family, passed_tests=())).keys()
    if family in {"craft", "textile", "household"}:
        assert told == {"eu_entry"}
    else:
        assert told >= {"cn_registration", "cn_residues", "eu_residues", "us_facility"}


def test_materials_that_nobody_eats_are_not_asked_for_what_food_needs() -> None:
    rattan = replace(WHOLE, family="ingredient", is_eaten=False, passed_tests=())
    assert answers(rattan).keys() == {"eu_entry"}
