"""The green board matches the planted need; how far lots are checked reads as on their pages."""

from uuid import UUID

import pytest

from tests.conftest import NOON
from tests.hanoi import EXPECTED, LOT_ID, MEMBER_ID, PRODUCER_ID, document, ref
from traceapp.purchasing import lots as board
from traceapp.purchasing import matching, queries
from traceapp.purchasing.evidence import levels_of
from traceapp.purchasing.lot_facts import facts_of
from traceapp.purchasing.matching import Found
from traceapp.trace.facts import EvidenceLevel, Ref
from traceapp.web.pages import HANOI

PLANTED = EXPECTED["board"]
TODAY = NOON.astimezone(HANOI).date()
SHOP = PRODUCER_ID["hotay"]


def found() -> Found:
    need = queries.newest(Ref(SHOP, UUID(PLANTED["need"])))
    assert need is not None
    assert need.by_member_id == MEMBER_ID["ht-chu"]
    return matching.find(queries.as_need(need), board.shown(TODAY, but=SHOP), TODAY)


@pytest.mark.usefixtures("hanoi")
def test_the_green_board_matches_the_planted_need() -> None:
    told = found()
    assert {one.lot.lot for one in told.matches} == set(PLANTED["matches"])
    lacks = {one.lot.lot: [lack.aspect for lack in one.lacks] for one in told.near_misses}
    assert lacks == PLANTED["near_misses"]


@pytest.mark.usefixtures("hanoi")
def test_how_far_a_lot_is_checked_reads_as_on_its_page() -> None:
    refs = {lot: Ref(*ref(lot)) for lot in LOT_ID}
    levels = levels_of(refs.values())
    assert {lot: levels[one] for lot, one in refs.items()} == {lot: _on_page(lot) for lot in LOT_ID}


def _on_page(lot: str) -> str:
    evidence = document(lot)["summary"]["evidence"]
    return EvidenceLevel.SELF if evidence is None else str(evidence["level"])


@pytest.mark.usefixtures("hanoi")
def test_a_checklist_is_answered_from_what_is_on_record() -> None:
    greens = facts_of(Ref(*ref("CN-VD03-T")), TODAY)
    assert greens.kinds == {"vietgap", "pgs"}
    assert greens.is_traced_to_plots
    assert greens.has_harvest
    assert greens.has_packing
    mixed = facts_of(Ref(*ref("CN-GOM-01")), TODAY)
    assert not mixed.is_traced_to_plots, "a part came from a farm without account"
