"""What a phone needs without a network: first whole, then what changed, and only one's own."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.builders import Business, business, line, product, record
from tests.cooperative import cooperative
from tests.http.on_sale import code_of
from tests.phones import VirtualPhone, phone_of
from tests.trade import Trade, tell
from traceapp.database.engine import db
from traceapp.desk.steps.step_setting import MOST_RECEIVERS
from traceapp.phone import goods
from traceapp.phone.fitting import GIVING_WAY, MOST_BYTES, fitted
from traceapp.producers import operations as producers
from traceapp.producers.models import Site
from traceapp.web.endpoints import transaction

SECTIONS = {
    *("me", "places", "seasons", "products", "step_kinds", "substances", "batches"),
    *("crates", "shipments", "receivers", "people", "users", "last"),
}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan)


def taken(phone: VirtualPhone, have: str = "") -> dict[str, Any]:
    answer = phone.ask("GET", f"/snapshot?have={have}" if have else "/snapshot")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_first_one_is_whole(phone: VirtualPhone, lan: Business) -> None:
    whole = taken(phone)
    sections = whole["sections"]
    assert set(sections) == SECTIONS
    assert sections["me"]["mark"] == phone.mark
    assert sections["places"][0]["plots"][0]["plot_id"] == str(lan.plot_id)
    assert sections["people"] == [{"member_id": str(lan.actor.member_id), "name": "HTX Lan A"}]
    assert sections["users"] == []  # of this phone: nobody beside its own person
    spray = next(kind for kind in sections["step_kinds"] if kind["id"] == "spray")
    assert spray["label"]["vi"]
    assert spray["verb"]["vi"] == "Phun thuốc"
    assert spray["fields"][0]["required"] is True
    assert spray["used"] is None


def test_nothing_is_sent_when_nothing_changed_and_then_only_what_did(
    phone: VirtualPhone, lan: Business
) -> None:
    version = taken(phone)["version"]
    answer = phone.ask("GET", f"/snapshot?have={version}")
    assert (answer.status_code, answer.data) == (304, b"")
    assert (
        phone.ask("GET", "/snapshot", headers={"If-None-Match": f'"{version}"'}).status_code == 304
    )
    with transaction():
        product(lan, name="Rau muống")
    later = taken(phone, version)
    assert set(later["sections"]) == {"products", "step_kinds"}
    assert phone.ask("GET", f"/snapshot?have={later['version']}").status_code == 304
    assert set(taken(phone, "of-another-release")["sections"]) == SECTIONS


def test_a_season_says_from_when_it_may_be_harvested_and_why(
    phone: VirtualPhone, lan: Business
) -> None:
    today = datetime.now(UTC)
    with transaction():
        season_id = producers.start_season(
            lan.producer_id,
            {
                "plot_id": str(lan.plot_id),
                "name": "Cải ngọt vụ 3",
                "crop": "Cải ngọt",
                "started_on": (today - timedelta(days=20)).date().isoformat(),
            },
        )
        record(
            lan,
            "spray",
            event_time=today.isoformat(),
            season_id=str(season_id),
            fields={"product": "Abamectin 1.8EC", "active_ingredient": "abamectin", "phi_days": 7},
        )
    sections = taken(phone)["sections"]
    (season,) = sections["seasons"]
    assert season["harvest_from"]["because"] == "Abamectin 1.8EC"
    assert season["harvest_from"]["date"] > today.date().isoformat()
    assert season["nitrogen"] == {"days": 10, "from": None}
    (substance,) = sections["substances"]
    assert (substance["name"], substance["interval_days"]) == ("Abamectin 1.8EC", 7)
    assert sections["last"]["kinds"]["spray"]["fields"]["phi_days"] == 7
    assert [one["step_kind"] for one in sections["last"]["recent"]] == ["spray"]
    assert sections["step_kinds"][0]["id"] == "spray"
    assert sections["step_kinds"][0]["used"] == 1


@pytest.mark.parametrize(("crop", "told"), [("Cải ngọt", True), ("Cà chua", False)])
def test_a_season_of_leaves_says_until_when_to_wait_after_nitrogen(
    phone: VirtualPhone, lan: Business, crop: str, *, told: bool
) -> None:
    started = {
        "plot_id": str(lan.plot_id),
        "name": "Vụ 3",
        "crop": crop,
        "started_on": "2026-10-01",
    }
    fields = {"fert_type": "mineral", "n_pct": 46}
    with transaction():
        season = str(producers.start_season(lan.producer_id, started))
        for day in (20, 21):
            at = f"2026-11-{day}T08:00:00+07:00"
            record(lan, "fertilize", event_time=at, season_id=season, fields=fields)
    (season,) = taken(phone)["sections"]["seasons"]
    assert season["nitrogen"] == ({"days": 10, "from": "2026-12-01"} if told else None)


def test_batches_in_hand_say_what_is_left_and_whether_they_are_held(
    phone: VirtualPhone, lan: Business
) -> None:
    with transaction():
        greens = product(lan)
        record(
            lan,
            "spray",
            plot_id=str(lan.plot_id),
            event_time=datetime.now(UTC).isoformat(),
            fields={"product": "Abamectin", "phi_days": 7},
        )
    made = phone.harvest(greens, code=phone.codes[0])
    made["event"] |= {"plot_id": str(lan.plot_id), "event_time": datetime.now(UTC).isoformat()}
    phone.results(made)
    used = phone.record("trim_wash", inputs=[line(made["batches"][0]["batch_id"], "2.5")])
    phone.results(used)
    (batch,) = taken(phone)["sections"]["batches"]
    assert (batch["left"], batch["code"]) == ("40", phone.codes[0])
    assert batch["held"] is True
    assert "Abamectin" in batch["held_because"]["vi"]


def test_what_is_on_its_way_here_is_told_until_it_is_received(app: Flask) -> None:
    trade = Trade(on_sale=True)
    tell(trade.minh, trade.ship())
    db.session.commit()
    phone = phone_of(app, trade.hoa)
    (shipment,) = taken(phone)["sections"]["shipments"]
    assert shipment["items"][0]["lot"]
    assert shipment["items"][0]["code"] == code_of(trade.minh.producer_id, trade.greens)
    assert shipment["from"]["vi"]


def test_whom_goods_can_be_handed_to_is_told_by_name(app: Flask) -> None:
    trade = Trade()
    db.session.commit()
    receivers = taken(phone_of(app, trade.minh))["sections"]["receivers"]
    assert str(trade.hoa.site_id) in {one["value"] for one in receivers}
    assert all(one["name"] for one in receivers)


SHOP = "Hợp tác xã sản xuất và tiêu thụ thực phẩm an toàn Bãi Giữa {} " + "ở xã Ngọc Hồi " * 9
SHOP_SITE = "Cửa hàng giới thiệu và bán nông sản sạch phường Tây Hồ"


@pytest.mark.parametrize("others", [0, MOST_RECEIVERS + 1])
def test_a_cooperative_of_fifty_plots_fits_in_two_hundred_kilobytes(
    app: Flask, others: int
) -> None:
    with transaction():
        coop = cooperative(plots=50)
        for number in range(others):
            shop = business(SHOP.format(number))
            db.session.get_one(Site, (shop.producer_id, shop.site_id)).name = SHOP_SITE
    phone = phone_of(app, coop)
    answer = phone.ask("GET", "/snapshot")
    sections = answer.get_json()["sections"]
    assert (len(sections["seasons"]), len(sections["batches"])) == (50, 50)
    assert len(sections["last"]["recent"]) >= 50
    assert len(sections["receivers"]) == min(others, MOST_RECEIVERS)
    assert "left_out" not in sections["me"]
    assert len(answer.data) <= 200_000, {
        name: len(json.dumps(content, ensure_ascii=False).encode())
        for name, content in sections.items()
    }


def test_of_very_many_batches_the_newest_are_told_and_the_others_counted(
    phone: VirtualPhone, lan: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goods, "MOST_BATCHES", 2)
    with transaction():
        greens = product(lan)
    phone.results(*(phone.harvest(greens) for _ in range(2)))
    assert "left_out" not in taken(phone)["sections"]["me"]
    phone.results(*(phone.harvest(greens) for _ in range(3)))
    sections = taken(phone)["sections"]
    assert (len(sections["batches"]), sections["me"]["left_out"]) == (2, {"batches": 3})


@pytest.mark.parametrize("of", [*GIVING_WAY, "each"])
def test_whatever_there_is_most_of_it_fits_and_says_what_was_left_out(of: str) -> None:
    rows = {name: monstrous(3000 if of in {name, "each"} else 3) for name in GIVING_WAY}
    rows["places"][0]["plots"] = rows.pop("plots")
    last = {"recent": rows.pop("recent"), "kinds": {one["mark"]: one for one in rows.pop("kinds")}}
    seasons = [{"plot_id": one["plot_id"], "site_id": "0"} for one in rows["places"][0]["plots"]]
    kept, left_out = fitted({**rows, "seasons": seasons, "last": last, "me": {}})
    assert len(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()) <= MOST_BYTES
    assert left_out[of if of in GIVING_WAY else "receivers"] > 2000
    assert kept["batches"][0]["lot"] == "ệ" * 30
    plots = {one["plot_id"] for place in kept["places"] for one in place["plots"]}
    assert {one["plot_id"] for one in kept["seasons"]} == plots
    marks = {one["mark"] for one in kept["crates"]}
    assert all(marks.issuperset(one["crates"]) for one in kept["crates"])


def monstrous(number: int) -> list[dict[str, Any]]:
    """Make rows of any list, with the longest names; every second crate holds another."""
    ids = ("batch_id", "plot_id", "site_id", "mark")
    return [
        {
            **dict.fromkeys(ids, str(n)),
            "name": "ệ" * 200,
            "lot": "ệ" * 30,
            "plots": [],
            "holds": [{"batch_id": "0"}],
            "crates": [str(n + 1)] if n % 2 == 0 and n + 1 < number else [],
        }
        for n in range(number)
    ]


@pytest.mark.parametrize(("role", "may_print"), [("clerk", True), ("field_worker", False)])
def test_a_phone_is_told_whether_its_person_may_print_labels(
    app: Flask, role: str, *, may_print: bool
) -> None:
    with transaction():
        tung = business("HTX Tùng", role=role)
    assert taken(phone_of(app, tung))["sections"]["me"]["may_print"] is may_print


def test_nothing_of_another_producer_is_in_it_but_its_public_name(
    app: Flask, phone: VirtualPhone
) -> None:
    with transaction():
        tung = business("HTX Chim Yến")
        product(tung, name="Chim yến")
        record(tung, "spray", fields={"product": "Chim yến"}, plot_id=str(tung.plot_id))
    answer = phone.ask("GET", "/snapshot")
    sections = answer.get_json()["sections"]
    receivers = sections.pop("receivers")  # whoever was let in may be handed goods, as at the desk
    assert {key for one in receivers for key in one} == {"value", "name"}
    assert "yến" not in json.dumps(sections, ensure_ascii=False).lower()
    assert str(tung.producer_id) not in answer.text
