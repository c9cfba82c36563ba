"""The demo data by itself: everything refers to something, says what its kind asks, and adds up.

The ledger is one of its own (`tests/demo_check`). What the rules find, and what act 2 brings, is
held against the sheet by `tests/rooms/test_expected_sheet.py`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.demo_check.ledger import Content, Ledger, minutes, turned, walk
from tests.hanoi import EXPECTED, LOTS, OPERATORS, content
from traceapp.chains.vocabulary import CHAINS, SUPPORT_KINDS
from traceapp.demo.reading import HANOI
from traceapp.links.vocabulary import SECTORS, follows
from traceapp.producers import territories
from traceapp.trace.units import UNITS
from traceapp.trace.vocabulary import COMMON_FIELDS, FAMILIES, STEP_KINDS

PRODUCTS, EVENTS = content("products")["products"], content("events")["events"]
SURVEYS, PARTICIPANTS = content("surveys")["surveys"], content("participants")
PLACES = json.loads(Path(territories.__file__).with_suffix(".json").read_text(encoding="utf-8"))
PURCHASING, OPENINGS = content("purchasing"), content("openings")["openings"]
OPERATOR = {one["key"]: one for one in OPERATORS["operators"]}
PARTNER = {one["key"]: one for one in OPERATORS["partners"]}
SITES = {site["key"] for one in OPERATOR.values() for site in one["sites"]}
MEMBER = {m["key"]: one["key"] for one in OPERATOR.values() for m in one["members"]}
CERTIFICATE = {c["key"]: c for one in OPERATOR.values() for c in one["certificates"]}
PRODUCT = {one["key"]: one for one in PRODUCTS}
LOT = {one["id"]: one for one in LOTS["lots"]}
CODE = {one["code"]: one for one in LOTS["lots"]}
EVENT = {one["id"]: one for one in EVENTS}
FANS = [one for one in LOTS["lots"] if one["product"] == "quat-qb40"]
LEDGER = Ledger(EVENTS, {kind.id: str(kind.stock_effect) for kind in STEP_KINDS.values()})
NOON = 12 * 60
NEEDS = {  # per effect on stock: must there be inputs, must there be outputs
    "none": (False, False),
    "create": (False, True),
    "transform": (True, True),
    "move_out": (True, False),
    "move_in": (False, True),
    "sell": (True, False),
}


def ids(of: object) -> Iterator[str]:
    """Give every id, wherever it stands."""
    if isinstance(of, dict):
        if isinstance(of.get("id"), str) and len(of["id"]) == 36:
            yield of["id"]
        of = list(of.values())
    if isinstance(of, list):
        for one in of:
            yield from ids(one)


def test_every_id_is_its_own_and_of_version_7() -> None:
    names = ("operators", "products", "lots", "events", "purchasing", "surveys", "participants")
    found = Counter(one for name in names for one in ids(content(name)))
    assert [one for one, times in found.items() if times > 1] == []
    assert {UUID(one).version for one in found} == {7}


@pytest.mark.parametrize("one", OPERATOR.values(), ids=OPERATOR)
def test_everybody_is_invented_and_in_a_commune_that_there_is(one: Content) -> None:
    communes = {(place["kind"], place["name"]) for place in PLACES["hanoi_communes"]}
    places = [one["address"], *one["sites"]]
    assert {(p["commune_kind"], p["commune"]) for p in places} <= communes
    assert "(mẫu)" in one["name_vi"]
    assert set(one["networks"]) <= set(CHAINS)
    assert {plot["site"] for plot in one["plots"]} <= SITES
    for certificate in one["certificates"]:
        until, since = certificate["expires"], certificate["issued"]
        assert certificate["number"].startswith("MAU-")
        assert "(mẫu)" in certificate["issuer"]
        assert until is None or until["day"] > since["day"]


def test_every_phone_number_is_one_of_the_demo_and_nobody_shares_one() -> None:
    people = [m for one in OPERATOR.values() for m in one["members"]]
    numbers = [one["phone"] for one in (*OPERATOR.values(), *people)]
    assert [one for one in numbers if not re.fullmatch(r"0900 000 0\d\d", one)] == []
    assert len(set(numbers)) == len(numbers)
    assert all("(mẫu)" in one["name_vi"] for one in PARTNER.values())


@pytest.mark.parametrize("one", PRODUCTS, ids=PRODUCT)
def test_a_product_is_of_somebody_and_a_finished_one_has_label_and_picture(one: Content) -> None:
    assert one["operator"] in OPERATOR | PARTNER
    assert one["family"] in FAMILIES
    assert one["unit"] in UNITS
    shares = [part["mass_pct"] for part in one["ingredients"]]
    assert shares == sorted(shares, reverse=True)
    assert not shares or sum(shares) == pytest.approx(100)
    if one["role"] == "finished":
        assert one["label"]["name"] == one["name_vi"]
        assert one["label"]["responsible_party"] == one["operator"]
        assert (HANOI / "photos" / one["photo"]).is_file()


@pytest.mark.parametrize("one", LOTS["lots"], ids=CODE)
def test_a_lot_is_made_fits_on_a_label_and_adds_up(one: Content) -> None:
    assert one["product"] in PRODUCT
    assert one["operator"] in OPERATOR | PARTNER
    assert len(one["code"]) <= 20
    assert set(one["claims"]) <= set(CERTIFICATE)
    assert one["id"] in LEDGER.made
    told = {
        **one["quantities"],
        "stock": {s["operator"]: s["qty"] for s in one["quantities"]["stock"]},
    }
    found = LEDGER.of(one["id"])
    assert {k: v for k, v in found.items() if k != "stock"} == pytest.approx(
        {k: v for k, v in told.items() if k != "stock"}
    )
    assert found["stock"] == pytest.approx(told["stock"])


def test_nobody_gave_away_more_than_he_had_and_nothing_is_made_of_itself() -> None:
    assert LEDGER.overdrawn == []
    sources = LEDGER.sources()
    assert [lot for lot in sources if lot in walk(lot, sources)] == []


def fits(value: object, kind: str, options: Any) -> bool:
    """Tell whether a value is one that a field of this type takes."""
    match kind:
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "date":
            return isinstance(value, dict) and set(value) == {"day"}
        case "datetime":
            return isinstance(value, dict) and set(value) == {"day", "time"}
        case "choice":
            return value in options
        case "event":
            return value in EVENT
        case _:
            return isinstance(value, str)


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: f"{one['seq']}-{one['kind']}")
def test_an_event_says_what_its_kind_asks_and_refers_to_what_there_is(event: Content) -> None:
    kind, operator = STEP_KINDS[event["kind"]], OPERATOR[event["operator"]]
    assert MEMBER[event["actor"]] == event["operator"]
    assert event["site"] in SITES
    assert {*kind.operator_kinds} & {*operator["kinds"]}
    named = [*event["inputs"], *event["outputs"], *event["lots"]]
    for item in named:
        assert LOT[item["lot"]]["code"] == item["code"]
        assert item.get("unit", LOT[item["lot"]]["unit"]) == LOT[item["lot"]]["unit"]
    about = event["outputs"] or event["lots"] or event["inputs"]
    families = {PRODUCT[LOT[item["lot"]]["product"]]["family"] for item in about}
    assert families <= {*kind.families, "ingredient"}
    specs = {**kind.fields, **COMMON_FIELDS}
    for name, value in event["fields"].items():
        assert fits(value, specs[name].type, specs[name].options), name
    if event["status"] == "accepted":
        assert {n for n, spec in specs.items() if spec.required} <= set(event["fields"])
        needs = NEEDS.get(str(kind.stock_effect))
        assert needs is None or needs == (bool(event["inputs"]), bool(event["outputs"]))
    assert minutes(event["at"]) <= minutes(event["recorded"]) <= NOON


def test_events_stand_in_the_order_in_which_they_happened() -> None:
    order = [(minutes(event["at"]), event["seq"]) for event in EVENTS]
    assert order == sorted(order)
    assert len({event["seq"] for event in EVENTS}) == len(EVENTS)


def test_every_picture_is_a_small_jpeg_and_is_used_or_waits_for_a_use() -> None:
    files = {path.name: path.read_bytes() for path in Path(HANOI / "photos").glob("*")}
    named = {photo for event in EVENTS for photo in event["photos"]}
    named |= {one["photo"] for one in PRODUCTS if one["photo"]}
    assert named <= set(files)
    assert all(one.startswith(b"\xff\xd8") and len(one) < 60_000 for one in files.values())


def test_the_sheet_comes_out_of_the_events_alone() -> None:
    sources = LEDGER.sources()
    ways = {"back": sources, "forward": turned(sources)}
    for line in EXPECTED["traces"]:
        assert walk(line["lot"], ways[line["direction"]]) == set(line["lots"]), line["lot"]
    for line in EXPECTED["quantities"]:
        held = CODE[line["lot"]]["id"], line["operator"]
        assert (LEDGER.stock[held], LEDGER.sold_at[held]) == (line["left"], line["sold"]), line
    shipped = [event["id"] for event in LEDGER.accepted() if event["kind"] == "ship"]
    confirmed = [one for one in shipped if not LEDGER.on_the_way.get(one)]
    assert {"shipped": len(shipped), "confirmed": len(confirmed)} == EXPECTED["handoffs"]


def test_two_lots_of_a_household_appliance_are_traced_back_to_its_suppliers() -> None:
    (maker,) = {one["operator"] for one in FANS}
    assert OPERATOR[maker]["networks"] == ["home_appliances"]
    assert len(FANS) == 2
    for lot in FANS:
        behind = walk(lot["code"], LEDGER.sources())
        suppliers = {CODE[one]["operator"] for one in behind} - {maker}
        steps = [
            e for e in EVENTS if any(i["code"] == lot["code"] for i in e["lots"] + e["outputs"])
        ]
        assert len(suppliers) == 3
        assert suppliers <= set(PARTNER)
        assert {e["kind"] for e in steps} >= {
            *("assemble", "safety_test", "final_check", "print_labels")
        }
        assert PRODUCT[lot["product"]]["label"]["group"] == "Đồ gia dụng"


def test_twelve_members_signed_after_they_had_joined() -> None:
    joined: dict[str, int] = {}
    for one in PARTICIPANTS["memberships"]:
        operator, member = one["by"].split("/")
        assert MEMBER[member] == operator
        assert one["chain"] in OPERATOR[operator]["networks"]
        joined[operator] = min(joined.get(operator, 0), one["on"]["day"])
    signed = [one["by"].split("/")[0] for one in PARTICIPANTS["commitments"]]
    assert len(signed) == len(set(signed)) == 12
    for one in PARTICIPANTS["commitments"]:
        operator, member = one["by"].split("/")
        assert joined[operator] <= one["signed"]["day"] < 0
        people = {m["key"]: m["name"] for m in OPERATOR[operator]["members"]}
        assert people[member] == one["signer"]
    for one in PARTICIPANTS["support"]:
        assert one["kind"] in SUPPORT_KINDS
        assert one["operator"] in joined
    in_chains = {
        (one["key"], chain)
        for one in OPERATOR.values()
        if "authority" not in one["kinds"]  # which runs the programme and takes no part in it
        for chain in one["networks"]
    }
    told = {(one["by"].split("/")[0], one["chain"]) for one in PARTICIPANTS["memberships"]}
    assert told == in_chains


def test_each_sector_has_a_survey_whose_goods_go_from_suppliers_to_buyers() -> None:
    assert Counter(one["sector"] for one in SURVEYS) == dict.fromkeys(SECTORS, 1)
    for link in (link for one in SURVEYS for link in one["links"]):
        sender, receiver = link["sender"], link["receiver"]
        assert sender != receiver
        assert follows(sender["role"], receiver["role"])
        assert {side["operator"] for side in (sender, receiver) if "operator" in side} <= set(
            OPERATOR
        )
        assert all(
            "(mẫu)" in side["name"] for side in (sender, receiver) if side.get("kind") == "business"
        )
        assert link["supplied_vi"]
        assert link["supplied_en"]


def test_the_programme_has_one_fair_with_twenty_booths() -> None:
    activities = OPERATORS["cleaner_production"]["programme"]["activities"]
    assert [one["booths"] for one in activities if one["kind"] == "event"] == [20]
    assert {one["kind"] for one in activities} == {"visit", "training", "survey", "event"}


def test_each_booth_of_the_fair_is_somebodys_and_says_what_was_shown() -> None:
    activities = OPERATORS["cleaner_production"]["programme"]["activities"]
    for one in activities:
        assert (one["stands"] is None) == (one["kind"] != "event")
    (stands,) = (one["stands"] for one in activities if one["kind"] == "event")
    assert len({stand["number"] for stand in stands}) == 20
    ours = [stand["operator"] for stand in stands if "operator" in stand]
    assert set(ours) <= set(OPERATOR)
    assert len(ours) == len(set(ours)) == 12
    assert all("(mẫu)" in stand["name"] for stand in stands if "operator" not in stand)
    assert all(stand["shown_vi"] and stand["shown_en"] for stand in stands)


def test_every_change_of_an_assessment_is_what_its_two_figures_come_to() -> None:
    for one in OPERATORS["cleaner_production"]["assessments"]:
        assert one["operator"] in OPERATOR | PARTNER
        for figure in one["indicators"]:
            change = (figure["after"] - figure["before"]) / figure["before"] * 100
            assert change == pytest.approx(figure["change_pct"], abs=0.006)


def test_what_the_board_shows_and_who_opened_pages_are_of_the_data() -> None:
    for one in PURCHASING["shown"]:
        operator, member = one["by"].split("/")
        assert MEMBER[member] == PRODUCT[one["product"]]["operator"] == operator
    assert {one["by"].split("/")[0] for one in PURCHASING["needs"]} <= set(OPERATOR)
    assert all(LOT[one["lot"]]["code"] == one["code"] for one in OPENINGS)
