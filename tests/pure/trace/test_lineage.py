"""The graph of batches: ancestors, descendants, shares, circles."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.pure.trace.builders import identifier
from traceapp.trace.facts import EdgeFact, Ref
from traceapp.trace.lineage import Lineage


def ref(name):
    return Ref(identifier("Lan"), identifier(str(name)))


def edge(child, parent, mass=None, event="made", **more):
    kg = None if mass is None else Decimal(str(mass))
    return EdgeFact(ref(child), ref(parent), ref(event), mass_kg=kg, **more)


def shares(edges, child="c", made=None):
    found = Lineage(edges).shares(ref(child), made)
    names = {ref(name): name for name in "abcdxyz"}
    return {names[parent]: share for parent, share in found.items()}


def test_shares_go_by_mass():
    mixed = [edge("c", "a", 80), edge("c", "b", 60), edge("c", "d", 40)]
    assert shares(mixed) == {"a": Decimal("44.4"), "b": Decimal("33.3"), "d": Decimal("22.2")}


def test_without_masses_shares_go_by_amount_in_one_unit():
    eggs = {"quantity": Decimal(30), "uom": "quả"}
    assert shares([edge("c", "a", **eggs), edge("c", "b", **eggs)]) == dict.fromkeys("ab", 50)


def test_an_unknown_amount_leaves_every_share_unknown():
    assert shares([edge("c", "a", 80), edge("c", "b")]) == {"a": None, "b": None}


def test_litres_and_kilograms_without_mass_are_not_compared():
    litres = edge("c", "a", quantity=Decimal(6), uom="lít")
    kilos = edge("c", "b", quantity=Decimal(6), uom="kg")
    assert shares([litres, kilos]) == {"a": None, "b": None}


def test_a_single_parent_is_the_whole_even_unweighed():
    assert shares([edge("c", "a")]) == {"a": 100}


def test_a_batch_said_to_be_made_of_itself_is_not_its_own_source():
    assert shares([edge("c", "c", 10), edge("c", "a", 10)]) == {"a": 100}


def test_packaging_takes_no_share():
    assert shares([edge("c", "a", 80), edge("c", "x", 12, packaging=True)]) == {
        "a": 100,
        "x": None,
    }


def test_a_batch_made_by_two_events_weighs_them_by_what_each_made():
    twice = [edge("c", "a", 10, "first"), edge("c", "b", 500, "second")]
    made = {ref("first"): Decimal(90), ref("second"): Decimal(10)}
    assert shares(twice, made=made) == {"a": 90, "b": 10}
    assert shares(twice) == {"a": None, "b": None}


def test_ancestors_come_nearest_first_and_once():
    diamond = [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d")]
    found = Lineage(diamond).ancestors(ref("a"))
    assert found[2:] == (ref("d"),)
    assert set(found[:2]) == {ref("b"), ref("c")}
    assert set(Lineage(diamond).descendants(ref("d"))) == {ref("a"), ref("b"), ref("c")}


def test_a_circle_ends():
    circle = Lineage([edge("a", "b"), edge("b", "a"), edge("a", "a")])
    assert circle.ancestors(ref("a")) == (ref("b"),)
    assert circle.generations(ref("a")) == {ref("a"): 0, ref("b"): 1}


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=25), st.randoms())
def test_ancestors_and_descendants_mirror_each_other_in_any_order(pairs, random):
    edges = [edge(child, parent, 1) for child, parent in pairs]
    there = Lineage(edges)
    random.shuffle(edges)
    again = Lineage(edges)
    for one in range(7):
        above = there.ancestors(ref(one))
        assert above == again.ancestors(ref(one))
        assert set(above) == set(there.generations(ref(one))) - {ref(one)}
        assert all(ref(one) in there.descendants(other) for other in above)


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=5))
def test_known_shares_add_up_to_a_hundred(masses):
    found = Lineage([edge("c", f"p{i}", mass) for i, mass in enumerate(masses)]).shares(ref("c"))
    total = sum((share or Decimal(0) for share in found.values()), Decimal(0))
    assert abs(total - 100) <= Decimal("0.05") * len(masses)
