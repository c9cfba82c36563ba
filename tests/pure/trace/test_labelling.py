"""The budget of labels: what may still be labelled, whatever left with labels or without."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from traceapp.trace.labelling import (
    Budget,
    LabelRun,
    Movement,
    budget,
    still_counting,
    with_arrivals,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
KG = 1_000_000
ACCOUNTS = ("made", "received", "lost", "sampled", "destroyed", "shipped", "sold", "used")


def moved(minute: int, account: str, amount: int) -> Movement:
    return Movement(START + timedelta(minutes=minute), UUID(int=minute), account, amount * KG)


def printed(minute: int, labels: int, net: int = 1) -> LabelRun:
    return LabelRun(START + timedelta(minutes=minute), UUID(int=minute), labels, net * KG)


def voided(minute: int, labels: int) -> LabelRun:
    at = START + timedelta(minutes=minute)
    return LabelRun(at, UUID(int=minute), labels, None, is_void=True)


def counting(*runs: LabelRun, voided_of: dict[int, int] | None = None) -> dict[int, int]:
    named = {UUID(int=void): UUID(int=run) for void, run in (voided_of or {}).items()}
    return {run.int: labels for run, labels in still_counting(runs, named).items()}


def left(*steps: Movement | LabelRun) -> int:
    return of(*steps).left // KG


def of(*steps: Movement | LabelRun) -> Budget:
    moves = [one for one in steps if isinstance(one, Movement)]
    return budget(moves, [one for one in steps if isinstance(one, LabelRun)])


def test_the_scenario_of_the_cabbage() -> None:
    made = moved(1, "made", 510)
    assert left(made) == 510
    assert left(made, printed(2, 510)) == 0
    assert left(made, printed(2, 510), voided(3, 10)) == 10


def test_labelled_goods_leave_with_their_labels_and_free_nothing() -> None:
    made, labels = moved(1, "made", 100), printed(2, 60)
    assert left(made, labels, moved(3, "shipped", 60)) == 40
    assert left(made, labels, moved(3, "shipped", 70)) == 30  # ten went without
    assert left(made, moved(2, "sold", 70), printed(3, 30)) == 0  # sold before there were labels


def test_what_is_used_up_is_taken_from_the_goods_without_labels() -> None:
    made, labels = moved(1, "made", 100), printed(2, 60)
    assert left(made, labels, moved(3, "used", 30)) == 10
    assert left(made, labels, moved(3, "used", 70)) == 0


def test_what_is_lost_can_bear_no_label() -> None:
    assert left(moved(1, "made", 100), moved(2, "lost", 3), moved(3, "sampled", 2)) == 95


def test_goods_that_come_back_keep_their_labels() -> None:
    made, labels = moved(1, "made", 100), printed(2, 60)
    gone = moved(3, "shipped", 80)  # 60 with labels, 20 without
    assert left(made, labels, gone) == 20
    assert left(made, labels, gone, moved(4, "returned_in", 60)) == 20
    assert left(made, labels, gone, moved(4, "returned_in", 70)) == 30


def test_a_void_stands_for_as_much_as_the_labels_before_it() -> None:
    assert left(moved(1, "made", 100), printed(2, 10, net=5), voided(3, 2)) == 60
    assert left(moved(1, "made", 100), voided(3, 2)) == 100  # of nothing nothing can be voided


def test_labels_voided_at_the_moment_they_were_printed_are_void_whichever_is_read_first() -> None:
    made = moved(1, "made", 10)
    assert left(made, voided(2, 4), printed(2, 10)) == 4
    assert left(made, printed(2, 10), voided(2, 4), moved(2, "sold", 10)) == 0


def test_a_void_of_labels_whose_goods_have_gone_frees_nothing() -> None:
    made, labels = moved(1, "made", 10), printed(2, 10)
    assert left(made, labels, moved(3, "sold", 10), voided(4, 10)) == 0  # they went without
    assert left(made, labels, moved(3, "sold", 4), voided(4, 8)) == 6
    assert left(made, labels, moved(3, "sold", 10), voided(4, 3), moved(5, "returned_in", 10)) == 3


def test_too_many_labels_leave_less_than_nothing() -> None:
    assert left(moved(1, "made", 100), printed(2, 103)) == -3


LAN, HOA, MINH = (UUID(int=number) for number in (1, 2, 3))


def came(minute: int, amount: int, ship: int) -> Movement:
    return replace(moved(minute, "received", amount), ship=UUID(int=ship))


def left_at(holder: UUID, **books: tuple[Movement | LabelRun, ...]) -> int:
    of_all = {
        owner: (
            [one for one in steps if isinstance(one, Movement)],
            [one for one in steps if isinstance(one, LabelRun)],
        )
        for owner, steps in zip((LAN, HOA, MINH), books.values(), strict=False)
    }
    return budget(with_arrivals(of_all)[holder], of_all[holder][1]).left // KG


def test_what_was_received_with_labels_gets_no_others() -> None:
    lan = (moved(1, "made", 100), printed(2, 60), moved(3, "shipped", 80))  # 20 go without
    assert left_at(HOA, lan=lan, hoa=(came(4, 80, 3),)) == 20
    assert left_at(HOA, lan=lan, hoa=(came(4, 50, 3),)) == 0  # those with labels are taken first
    assert left_at(HOA, lan=lan, hoa=(came(4, 50, 3), came(5, 30, 3))) == 20
    assert left_at(HOA, lan=lan, hoa=(came(2, 80, 3),)) == 20  # a clock that runs behind
    assert left_at(HOA, lan=lan, hoa=(came(4, 80, 3), printed(5, 20))) == 0
    assert left_at(HOA, lan=lan, hoa=(came(4, 80, 3), moved(5, "sold", 70))) == 10
    assert left_at(HOA, lan=lan, hoa=(came(4, 80, 99),)) == 80  # nobody here sent it
    assert left_at(LAN, lan=lan, hoa=(came(4, 80, 3),)) == 20


def test_labels_go_along_from_hand_to_hand_and_a_round_of_deliveries_ends() -> None:
    lan = (moved(1, "made", 100), printed(2, 60), moved(3, "shipped", 60))
    hoa = (came(4, 60, 3), moved(5, "shipped", 60))
    assert left_at(MINH, lan=lan, hoa=hoa, minh=(came(6, 60, 5),)) == 0
    back, on = (*lan, came(8, 60, 7)), (came(6, 60, 5), moved(7, "shipped", 60))
    for holder in (LAN, HOA, MINH):
        assert left_at(holder, lan=back, hoa=hoa, minh=on) <= 100


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 60), st.integers(1, 60))
def test_all_holders_together_never_label_more_than_was_made(
    made: int, labels: int, shipped: int, received: int
) -> None:
    labels, shipped = min(labels, made), min(shipped, made)
    runs = [printed(2, labels)] if labels else []
    lan: tuple[Movement | LabelRun, ...]
    lan = (moved(1, "made", made), *runs, moved(3, "shipped", shipped))
    hoa = (came(4, min(received, shipped), 3),)
    both = left_at(LAN, lan=lan, hoa=hoa) + left_at(HOA, lan=lan, hoa=hoa)
    assert 0 <= labels + both <= made


STEP = st.one_of(
    st.builds(moved, st.integers(0, 50), st.sampled_from(ACCOUNTS), st.integers(1, 40)),
    st.builds(printed, st.integers(0, 50), st.integers(1, 40), st.integers(1, 3)),
)


@given(st.lists(STEP, max_size=12, unique_by=lambda step: step.at), st.randoms())
def test_the_order_of_arrival_changes_nothing_and_the_figures_agree(
    steps: list[Movement | LabelRun], random: Random
) -> None:
    found = of(*steps)
    shuffled = list(steps)
    random.shuffle(shuffled)
    assert of(*shuffled) == found
    came = sum(s.amount for s in steps if isinstance(s, Movement) and s.account in ACCOUNTS[:2])
    spoilt = sum(s.amount for s in steps if isinstance(s, Movement) and s.account in ACCOUNTS[2:5])
    left_ = sum(s.amount for s in steps if isinstance(s, Movement) and s.account in ACCOUNTS[5:])
    labels = sum(s.labels * (s.net or 0) for s in steps if isinstance(s, LabelRun))
    assert (found.supply, found.labelled) == (came - spoilt, labels)
    assert 0 <= found.shelved <= labels
    assert found.bare + (found.labelled - found.shelved) == left_  # each left one way or the other


@given(st.integers(1, 500), st.integers(1, 9), st.integers(0, 500))
def test_exactly_what_is_left_can_be_labelled(made: int, net: int, gone: int) -> None:
    goods = (moved(1, "made", made), moved(2, "lost", min(gone, made)))
    most = left(*goods) // net
    assert left(*goods, *([printed(3, most, net)] if most else [])) < net


def test_a_void_of_no_run_takes_the_newest_labels_of_its_size_and_others_after_those() -> None:
    runs = printed(1, 10), printed(2, 20, net=2), printed(3, 30)
    assert counting(*runs, voided(4, 5)) == {1: 10, 2: 20, 3: 25}
    assert counting(*runs, voided(4, 35)) == {1: 5, 2: 20}
    assert counting(*runs, voided(4, 43)) == {2: 18}  # 3 kg bear two labels of 2 kg
    assert counting(voided(0, 5), *runs) == {1: 10, 2: 20, 3: 30}


def test_a_void_of_a_run_takes_its_labels_alone() -> None:
    runs = printed(1, 10), printed(2, 20)
    assert counting(*runs, voided(4, 5), voided_of={4: 1}) == {1: 5, 2: 20}
    assert counting(*runs, voided(4, 5), voided(5, 6), voided_of={4: 1}) == {1: 5, 2: 14}


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(1, 4)), max_size=12),
    st.data(),
)
def test_labels_that_still_count_never_stand_for_more_than_the_budget_says(
    steps: list[tuple[bool, int, int]], data: st.DataObject
) -> None:
    runs = [
        replace(voided(at, labels), net=data.draw(st.sampled_from([None, net * KG])))
        if is_void
        else printed(at, labels, net)
        for at, (is_void, labels, net) in enumerate(steps, 1)
    ]
    counted = still_counting(runs, {})
    nets = {run.event_id: run.net or 0 for run in runs}
    assert sum(labels * nets[run] for run, labels in counted.items()) <= of(*runs).labelled
