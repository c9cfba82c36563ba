"""Crates and pallets of phones: told with what lies in them, and asked about where they changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import Business, batch, business, line, product, record
from tests.cooperative import cooperative
from tests.phones import phone_of, statuses
from tests.trade import tell
from traceapp.web.endpoints import transaction

NOW = datetime.now(UTC)


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


class Yard:
    """Lan has 100 kg of CN-1 and 50 kg of CN-2 and packs them into crates, on a phone beside."""

    def __init__(self, app: Flask) -> None:
        with transaction():
            self.lan = business("HTX Lan")
            self.hoa = business("Quầy Hoa", kinds=("shop",))
            self.greens = product(self.lan)
            self.one = self.made("CN-1", "100")
            self.two = self.made("CN-2", "50")
            self.pack("Sọt-7", 5, line(self.one, "40"), line(self.two, "10"))
        self.phone = phone_of(app, self.lan)

    def made(self, lot: str, kilograms: str) -> UUID:
        made = batch(self.lan, self.greens, lot)
        record(self.lan, "harvest", outputs=[line(made, kilograms)], event_time=ago(9))
        return made

    def pack(self, mark: str, since: float, *lines: Any, inner: str = "") -> None:
        fields = {"container": mark, "count": 1} | ({"inner_containers": inner} if inner else {})
        record(self.lan, "aggregate", inputs=lines, fields=fields, event_time=ago(since))

    def unpack(self, mark: str, since: float, *lines: Any) -> None:
        fields = {"container": mark, "count": 1}
        record(self.lan, "disaggregate", inputs=lines, fields=fields, event_time=ago(since))

    def told(self) -> dict[str, dict[str, Any]]:
        answer = self.phone.ask("GET", "/snapshot").get_json()
        return {crate["mark"]: crate for crate in answer["sections"]["crates"]}

    def ship(self, *lines: Any, crates: Any = (), since: float = 1) -> dict[str, Any]:
        """Make the record of a phone that hands over what it read in crates."""
        to = {"to_site": str(self.hoa.site_id), "doc_no": "PX-1"}
        made = self.phone.record("ship", inputs=lines, fields=to, event_time=ago(since))
        return made | {"crates": list(crates)}

    def crate(self, mark: str, *holds: tuple[UUID, str | None]) -> dict[str, Any]:
        said = [{"batch_id": str(one), "quantity": amount} for one, amount in holds]
        return {"mark": mark, "holds": said}

    @property
    def whole(self) -> dict[str, Any]:
        return self.crate("sot-7", (self.one, "40"), (self.two, "10"))


@pytest.fixture
def yard(app: Flask) -> Yard:
    return Yard(app)


def holds(crate: dict[str, Any]) -> dict[str, str | None]:
    return {one["batch_id"]: one["quantity"] for one in crate["holds"]}


def test_a_phone_is_told_which_crates_hold_goods_and_what_lies_in_them(yard: Yard) -> None:
    with transaction():
        yard.unpack("sot 7", 1)  # another mark
        yard.unpack("SỌT-7", 4, line(yard.one, "15"))
        yard.pack("Pa-lét 1", 3, inner="sọt-7")
        yard.pack("Sọt-8", 3, line(yard.two, "5"))
        yard.unpack("Sọt-8", 2)
    told = yard.told()
    assert set(told) == {"sot-7", "pa-let 1"}
    assert holds(told["sot-7"]) == {str(yard.one): "25", str(yard.two): "10"}
    assert (told["pa-let 1"]["crates"], told["pa-let 1"]["holds"]) == (["sot-7"], [])


def test_goods_that_have_left_are_told_in_no_crate_any_more(yard: Yard) -> None:
    with transaction():
        yard.pack("Pa-lét 1", 3, inner="sọt-7")
        record(yard.lan, "waste", inputs=[line(yard.one, "100")], event_time=ago(1))
    told = yard.told()
    assert set(told) == {"sot-7", "pa-let 1"}
    assert holds(told["sot-7"]) == {str(yard.two): "10"}
    with transaction():
        record(yard.lan, "waste", inputs=[line(yard.two, "50")], event_time=ago(1))
    assert yard.told() == {}


def test_whoever_holds_the_goods_and_takes_them_out_empties_the_crate(
    app: Flask, yard: Yard
) -> None:
    got = line(yard.one, "40", producer_id=str(yard.lan.producer_id))
    tell(yard.lan, sent := yard.ship(line(yard.one, "40"))["event"])
    taken = {"outputs": [got], "ship_event_id": sent["id"], "event_time": ago(0.9)}
    with transaction():
        record(yard.hoa, "receive", **taken)
        opened = {"fields": {"container": "Sọt-7", "count": 1}, "event_time": ago(0.8)}
        record(yard.hoa, "disaggregate", inputs=[got], **opened)
    assert holds(yard.told()["sot-7"]) == {str(yard.two): "10"}
    theirs = phone_of(app, yard.hoa).ask("GET", "/snapshot").get_json()
    assert theirs["sections"]["crates"] == []  # a mark is of whoever packed under it


def test_crates_come_anew_only_when_one_changed(yard: Yard) -> None:
    version = yard.phone.ask("GET", "/snapshot").get_json()["version"]
    assert yard.phone.ask("GET", f"/snapshot?have={version}").status_code == 304
    with transaction():
        yard.pack("Sọt-8", 3, line(yard.two, "5"))
    later = yard.phone.ask("GET", f"/snapshot?have={version}").get_json()
    assert "crates" in later["sections"]
    assert "places" not in later["sections"]


def test_goods_of_a_crate_are_taken_as_the_phone_knew_them(yard: Yard) -> None:
    taken = yard.ship(line(yard.one, "40"), line(yard.two, "10"), crates=[yard.whole])
    assert statuses(yard.phone.results(taken)) == [201]
    assert statuses(yard.phone.results(taken)) == [200]  # sent again it is here, whatever is left


def test_a_crate_packed_in_the_same_call_is_known_to_what_follows(yard: Yard) -> None:
    fields = {"container": "Sọt-9", "count": 1}
    packed = yard.phone.record(
        "aggregate", inputs=[line(yard.two, "4")], fields=fields, event_time=ago(2)
    )
    taken = yard.ship(line(yard.two, "4"), crates=[yard.crate("SỌT-9", (yard.two, "4"))])
    assert statuses(yard.phone.results(packed, taken)) == [201, 201]


@pytest.mark.parametrize("what", ["taken_out", "put_in", "emptied", "less", "used"])
def test_a_crate_that_changed_meanwhile_is_asked_about_and_nothing_is_lost(
    yard: Yard, what: str
) -> None:
    with transaction():
        three = yard.made("CN-3", "8")
        if what == "taken_out":
            yard.unpack("Sọt-7", 2, line(yard.two, "10"))
        elif what == "less":
            yard.unpack("Sọt-7", 2, line(yard.one, "0.5"))
        elif what == "emptied":
            yard.unpack("Sọt-7", 2)
        elif what == "put_in":
            yard.pack("Sọt-7", 2, line(three, "8"))
        else:
            record(yard.lan, "waste", inputs=[line(yard.one, "90")], event_time=ago(2))
    lines = (line(yard.one, "40"), line(yard.two, "10"))
    asked, other = yard.ship(*lines, crates=[yard.whole]), yard.phone.record()
    refused, fine = yard.phone.results(asked, other)
    assert (refused["status"], fine["status"]) == (422, 201)
    (error,) = refused["problem"]["errors"]
    assert (error["pointer"], error["rule"]) == ("/crates/0", "crate_changed")
    assert "SOT-7" in error["message"]
    expected = {
        "taken_out": "CN-1 40 kg.",
        "less": "CN-1 39.5 kg; CN-2 10 kg.",
        "emptied": "",
        "put_in": "CN-1 40 kg; CN-2 10 kg; CN-3 8 kg.",
        "used": "CN-1 10 kg; CN-2 10 kg.",
    }
    for part in expected[what].rstrip(".").split("; "):
        assert part in error["message"]
    assert error["fix"]
    state = yard.phone.ask("GET", "/phones/me").get_json()
    assert state["refused"] == [asked["sequence"]]  # kept for the desk as it was sent
    as_logged = {name: value for name, value in asked.items() if name != "crates"}
    assert statuses(yard.phone.results(as_logged)) == [201]


def test_what_was_packed_after_it_was_taken_does_not_matter(yard: Yard) -> None:
    with transaction():
        yard.unpack("Sọt-7", 0.5)
    taken = yard.ship(line(yard.one, "40"), line(yard.two, "10"), crates=[yard.whole], since=1)
    assert statuses(yard.phone.results(taken)) == [201]


def test_what_was_used_after_it_was_taken_does_not_matter_either(yard: Yard) -> None:
    with transaction():
        record(yard.lan, "waste", inputs=[line(yard.one, "90")], event_time=ago(0.5))
    taken = yard.ship(line(yard.one, "40"), line(yard.two, "10"), crates=[yard.whole], since=1)
    assert statuses(yard.phone.results(taken)) == [201]


def test_what_lay_beside_it_then_is_asked_about_though_it_is_gone_today(yard: Yard) -> None:
    with transaction():
        three = yard.made("CN-3", "8")
        yard.pack("Sọt-7", 2, line(three, "8"))
        record(yard.lan, "waste", inputs=[line(three, "8")], event_time=ago(0.5))
    taken = yard.ship(line(yard.one, "40"), line(yard.two, "10"), crates=[yard.whole], since=1)
    (answer,) = yard.phone.results(taken)
    assert answer["status"] == 422
    assert "CN-3 8 kg" in answer["problem"]["errors"][0]["message"]


def test_a_crate_of_somebody_else_tells_nothing(app: Flask, yard: Yard) -> None:
    with transaction():
        tung = business("HTX Tùng")
        other = batch(tung, product(tung), "BÍ MẬT")
        record(tung, "harvest", outputs=[line(other, "9")], event_time=ago(9))
    claim = {"producer_id": str(tung.producer_id), "batch_id": str(other), "quantity": "9"}
    asked = yard.ship(line(yard.one, "1"), crates=[{"mark": "sot-7", "holds": [claim]}])
    (refused,) = yard.phone.results(asked)
    assert refused["status"] == 422
    assert "BÍ MẬT" not in json.dumps(refused, ensure_ascii=False)


@pytest.mark.parametrize(
    "wrong", [{"mark": ""}, {"mark": "a", "holds": [{}]}, {"mark": "a", "holds": [], "more": 1}, 7]
)
def test_a_crate_of_another_shape_is_refused_where_it_stands(yard: Yard, wrong: Any) -> None:
    (refused,) = yard.phone.results(yard.ship(line(yard.one, "1"), crates=[wrong]))
    assert refused["status"] == 422
    assert all(one["pointer"].startswith("/crates/0") for one in refused["problem"]["errors"])


def test_many_crates_of_fifty_plots_still_fit(app: Flask) -> None:
    with transaction():
        coop = cooperative(plots=50)
    lots = [UUID(one["batch_id"]) for one in _snapshot(app, coop)["batches"]]
    with transaction():
        for n in range(120):
            goods = [line(lots[(n + more) % len(lots)], "0.1") for more in range(5)]
            fields = {"container": f"Sọt số {n} của kho", "count": 5}
            record(coop, "aggregate", inputs=goods, fields=fields, event_time=ago(2 - n / 100))
    sections = _snapshot(app, coop)
    assert len(sections["crates"]) == 60  # 300 lines: those handled last
    assert sections["crates"][0]["mark"] == "sot so 119 cua kho"
    answer = phone_of(app, coop).ask("GET", "/snapshot")
    assert len(answer.data) <= 200_000, len(answer.data)


def _snapshot(app: Flask, by: Business) -> dict[str, Any]:
    found: dict[str, Any] = phone_of(app, by).ask("GET", "/snapshot").get_json()["sections"]
    return found
