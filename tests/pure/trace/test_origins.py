"""How many farms or sources a batch began at, and the largest one's share."""

from dataclasses import replace

import pytest

from tests.pure.trace.builders import HOA, LAN, MINH, Tale, after


def mixed(kilograms, *, unknown=False):
    """Minh mixes greens of several farms; the last one's mass may be unknown."""
    tale = Tale()
    for number, farm in enumerate(kilograms):
        name = farm.organisation.name.vi
        tale.lot(name, farm)
        tale.did("harvest", after(0, number), farm, outputs={name: kilograms[farm]})
    tale.lot("trộn", MINH)
    given = {farm.organisation.name.vi: kg for farm, kg in kilograms.items()}
    tale.made("mix", after(2), MINH, inputs=given, outputs={"trộn": sum(given.values())})
    if unknown:
        tale.edges[-1] = replace(tale.edges[-1], quantity=None, mass_kg=None)
    return tale


def origins(tale, subject="trộn"):
    return tale.document(subject)["summary"]["origins"]


def test_farms_are_counted_with_the_largest_share():
    assert origins(mixed({LAN: 62, HOA: 38})) == {
        "count": 2,
        "largest_pct": 62.0,
        "words": {
            "vi": "Từ 2 nơi nuôi trồng, nhiều nhất 62\N{NO-BREAK SPACE}%",
            "en": "From 2 farms, largest 62%",
        },
    }


def test_a_share_that_is_not_known_is_said_so():
    found = origins(mixed({LAN: 62, HOA: 38}, unknown=True))
    assert found["largest_pct"] is None
    assert found["words"]["vi"] == "Từ 2 nơi nuôi trồng, không rõ tỷ lệ từng nơi"
    assert found["words"]["en"] == "From 2 farms, shares not known"


def test_shares_go_through_every_level_unrounded():
    tale = mixed({LAN: 1, HOA: 2})
    tale.lot("muối", MINH)
    tale.did("harvest", after(0, 9), HOA, outputs={})
    tale.lot("dưa", MINH)
    tale.lot("thêm", HOA)
    tale.did("harvest", after(1), HOA, outputs={"thêm": 1})
    tale.made("make_batch", after(3), MINH, inputs={"trộn": 2, "thêm": 1}, outputs={"dưa": 3})
    found = origins(tale, "dưa")
    assert found["count"] == 2
    assert found["largest_pct"] == pytest.approx(100 * (2 / 3 * 2 / 3 + 1 / 3))


def test_a_lot_that_went_in_twice_counts_with_both_its_parts():
    tale = mixed({LAN: 10, HOA: 10})
    tale.lot("dưa", MINH)
    given = {"trộn": 10, "HTX Lan": 10}
    tale.made("make_batch", after(3), MINH, inputs=given, outputs={"dưa": 20})
    found = origins(tale, "dưa")
    assert (found["count"], found["largest_pct"]) == (2, 75.0)


def test_one_farm_is_named():
    found = origins(mixed({LAN: 10}))
    assert found["words"] == {
        "vi": "Từ 1 nơi nuôi trồng: HTX Lan",
        "en": "From 1 farm: HTX Lan (en)",
    }


def test_goods_of_ones_own_need_no_count():
    assert origins(mixed({LAN: 10}), "HTX Lan") is None


def test_an_outside_household_is_a_source_of_its_own():
    tale = mixed({LAN: 10})
    tale.bought("ngoài", MINH)
    tale.lot("dưa", MINH)
    tale.did("receive", after(1), MINH, outputs={"ngoài": 10})
    tale.made("make_batch", after(3), MINH, inputs={"trộn": 10, "ngoài": 30}, outputs={"dưa": 40})
    words = origins(tale, "dưa")["words"]
    assert words["vi"] == "Từ 2 nguồn, nhiều nhất 75\N{NO-BREAK SPACE}%"


def test_a_circle_leaves_the_shares_unknown():
    tale = mixed({LAN: 10, HOA: 10})
    tale.made("rework", after(4), MINH, inputs={"trộn": 5}, outputs={"HTX Lan": 5})
    tale.lot("dưa", MINH)
    tale.made("make_batch", after(5), MINH, inputs={"trộn": 10}, outputs={"dưa": 8})
    assert origins(tale, "dưa")["largest_pct"] is None
