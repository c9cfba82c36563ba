"""Programs find batches by words, places and days, and their own steps: losses, samples."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.builders import PLACE, batch, event, line, product
from tests.http.answers import told
from tests.http.programs import Program, program
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction

MONDAY, TUESDAY = "2026-11-16T23:30:00+07:00", "2026-11-17T05:00:00+07:00"


@dataclass(frozen=True, slots=True)
class Yard:
    """Lan cuts greens on two days at two places, takes a sample and loses some of them."""

    lan: Program
    other_site: UUID
    season: UUID
    greens: UUID
    herbs: UUID
    messages: dict[str, dict[str, Any]]


@pytest.fixture
def yard(app: Flask) -> Yard:
    lan = program(app)
    with transaction():
        named = {"name": "Nhà lưới Cầu Đất", "kind": "field"}
        other = producers.add_site(lan.by.producer_id, PLACE | named)
        crop = {"plot_id": str(lan.by.plot_id), "name": "Vụ đông", "crop": "cải ngọt"}
        season = producers.start_season(lan.by.producer_id, crop | {"started_on": "2026-10-01"})
        loose = product(lan.by, name="Cải ngọt")
        greens, herbs = batch(lan.by, loose, "CN-1"), batch(lan.by, loose, "HG-2")
    ground = {"plot_id": str(lan.by.plot_id), "season_id": str(season)}
    messages = {
        "cut": event(lan.by, "harvest", event_time=MONDAY, outputs=[line(greens, "100")], **ground),
        "picked": event(
            lan.by,
            "harvest",
            event_time=TUESDAY,
            outputs=[line(herbs, "20")],
            site_id=str(other),
        ),
        "sample": event(
            lan.by,
            "take_sample",
            event_time=TUESDAY,
            inputs=[line(greens, "0.5")],
            fields={"sample_code": "M-7", "sample_of": "product", "tests": "Abamectin"},
        ),
        "lost": event(
            lan.by,
            "waste",
            event_time=TUESDAY,
            inputs=[line(greens, "3")],
            fields={"reason": "damage", "note": "Dập"},
        ),
    }
    for message in messages.values():
        answer = lan.post("/events", message)
        assert answer.status_code == 201, answer.text
    return Yard(lan, other, season, greens, herbs, messages)


def lots(by: Program, **query: str) -> list[str]:
    answer = by.get("/trace/batches", query_string=query)
    assert answer.status_code == 200, answer.text
    return sorted(one["lot"] for one in answer.get_json()["items"])


def steps(yard: Yard, **query: str) -> set[str]:
    answer = yard.lan.get("/events", query_string=query)
    assert answer.status_code == 200, answer.text
    name = {message["id"]: name for name, message in yard.messages.items()}
    return {name[one["id"]] for one in answer.get_json()["items"]}


def test_batches_are_found_by_place_season_days_and_words(yard: Yard) -> None:
    lan = yard.lan
    assert lots(lan, site_id=str(yard.other_site)) == ["HG-2"]
    assert lots(lan, season_id=str(yard.season)) == ["CN-1"]
    assert lots(lan, since="2026-11-17", until="2026-11-17") == ["HG-2"]
    assert lots(lan, until="2026-11-16") == ["CN-1"]
    assert lots(lan, site_id=str(lan.by.site_id), since="2026-11-17") == []
    assert lots(lan, q="cau dat") == ["HG-2"]
    assert lots(lan, q="Vụ đông") == ["CN-1"]
    assert lots(lan, q="cn-1") == ["CN-1"]
    assert lots(lan, q=yard.messages["cut"]["id"]) == ["CN-1"]
    assert lots(lan, q="HTX Lan") == ["CN-1", "HG-2", "T1"]


def test_a_batch_is_found_with_what_names_it(yard: Yard) -> None:
    (found,) = yard.lan.get("/trace/batches", query_string={"q": "CN-1"}).get_json()["items"]
    assert found == {
        "producer_id": str(yard.lan.by.producer_id),
        "id": str(yard.greens),
        "product": {"vi": "Cải ngọt", "en": "Cải ngọt"},
        "producer": {"vi": "HTX Lan", "en": "HTX Lan"},
        "lot": "CN-1",
        "production_date": None,
        "expiry_date": None,
        "code": None,
    }


def test_nobody_finds_batches_that_are_not_his_to_trace(app: Flask, yard: Yard) -> None:
    tung = program(app, "Tùng")
    assert lots(tung) == ["T1"]
    assert lots(tung, q=str(yard.greens)) == []
    assert lots(tung, site_id=str(yard.other_site)) == []
    assert tung.get("/events").get_json()["items"] == []
    officer = program(app, "Chi cục", role="officer", kinds=("authority",))
    assert lots(officer, site_id=str(yard.other_site)) == ["HG-2"]


def test_samples_and_losses_are_found_with_their_reasons(yard: Yard) -> None:
    assert steps(yard, step_kind="take_sample") == {"sample"}
    assert steps(yard, step_kind="waste", batch_id=str(yard.greens)) == {"lost"}
    assert steps(yard, batch_id=str(yard.herbs)) == {"picked"}
    assert steps(yard, site_id=str(yard.other_site)) == {"picked"}
    assert steps(yard, season_id=str(yard.season)) == {"cut"}
    assert steps(yard, until="2026-11-16") == {"cut"}
    assert steps(yard, since="2026-11-17") == {"picked", "sample", "lost"}
    (lost,) = yard.lan.get("/events", query_string={"step_kind": "waste"}).get_json()["items"]
    assert lost["document"]["fields"] == {"reason": "damage", "note": "Dập"}
    assert lost["corrected_by"] is None


def test_what_was_sampled_and_lost_stands_in_the_balance(yard: Yard) -> None:
    balance = yard.lan.get(f"/batches/{yard.greens}").get_json()["balance"]
    assert (balance["made"], balance["sampled"], balance["lost"]) == ("100", "0.5", "3")
    assert balance["stock"] == "96.5"


def test_a_corrected_loss_is_found_with_what_holds_instead(yard: Yard) -> None:
    lost = yard.messages["lost"]
    put_right = event(
        yard.lan.by,
        "waste",
        event_time=TUESDAY,
        inputs=[line(yard.greens, "2")],
        fields={"reason": "damage"},
        corrects=lost["id"],
    )
    assert yard.lan.post("/events", put_right).status_code == 201
    found = yard.lan.get("/events", query_string={"step_kind": "waste"}).get_json()["items"]
    by_id = {one["id"]: one["corrected_by"] for one in found}
    assert by_id == {lost["id"]: put_right["id"], put_right["id"]: None}
    assert yard.lan.get(f"/events/{lost['id']}").get_json()["corrected_by"] == put_right["id"]


@pytest.mark.parametrize("path", ["/trace/batches", "/events"])
def test_lists_are_read_part_by_part(yard: Yard, path: str) -> None:
    whole = [one["id"] for one in yard.lan.get(path).get_json()["items"]]
    read: list[str] = []
    following: str | None = None
    while True:
        query = {"limit": "1"} | ({"after": following} if following else {})
        part = yard.lan.get(path, query_string=query).get_json()
        read += [one["id"] for one in part["items"]]
        following = part["next"]
        if following is None:
            break
    assert read == whole
    assert len(whole) >= 3


def test_what_cannot_be_looked_for_is_said_at_its_name(yard: Yard) -> None:
    for path, query, name in (
        ("/events", {"step_kind": "dance"}, "step_kind"),
        ("/events", {"since": "yesterday"}, "since"),
        ("/events", {"until": "9999-12-31"}, "until"),
        ("/trace/batches", {"since": "0001-01-01"}, "since"),
        ("/trace/batches", {"site_id": "1"}, "site_id"),
        ("/trace/batches", {"lot": "CN-1"}, "lot"),
    ):
        problem = told(yard.lan.get(path, query_string=query), 422, "invalid-input")
        assert [one["pointer"] for one in problem["errors"]] == [f"/{name}"]
    db.session.rollback()
