"""What a phone sent with a photo and without all its kind wants: a clerk completes it."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Business, business
from tests.phones import VirtualPhone, phone_of, statuses
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from traceapp.batches.models import Event
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction

LIST = "/desk/phones/incomplete"
FULL = {
    "product": "Abamectin",
    "active_ingredient": "abamectin",
    "target": "rệp",
    "dose": "10 ml",
    "qty": 20,
    "phi_days": 7,
}
TASK = "Steps with a photo or a voice note that lack something: 1."


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan, name="Samsung A05")


@pytest.fixture
def clerk(app: Flask, lan: Business, phone: VirtualPhone) -> FlaskClient:
    return signed_in(app, lan)


def colleague(of: Business, name: str) -> Business:
    given = {"name": name, "roles": ["field_worker"]}
    member_id = producers.add_member(of.producer_id, given)
    return replace(of, actor=Actor(of.producer_id, member_id))


def sprayed(phone: VirtualPhone, *without: str, photo: bool = True, **changes: Any) -> str:
    """Send a spray that lacks something, with its photo; give the id of the step."""
    photos = [phone.put_photo(jpeg())] if photo else []
    fields = {name: value for name, value in FULL.items() if name not in without}
    changes = {"plot_id": str(phone.by.plot_id)} | changes
    record = phone.record("spray", photos=photos, fields=fields, **changes)
    assert statuses(phone.results(record)) == [201]
    event_id: str = record["event"]["id"]
    return event_id


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def today(app: Flask, clerk: FlaskClient) -> str:
    """Open the page of today outside the test's own context, which remembers what waits."""
    with app.app_context():
        text = clerk.get("/desk?lang=en").text
    db.session.rollback()
    return text


def completed(app: Flask, clerk: FlaskClient, event_id: str, lan: Business, **fields: Any) -> int:
    """Fill in the form of the queue and save it."""
    page = clerk.get(f"{LIST}/{event_id}?lang=en").text
    sent = form(
        app,
        **{name: hidden(page, name) for name in ("id", "kind", "corrects")},
        event_time="2026-11-21T05:40",
        site_id=str(lan.site_id),
        ground=f"plot:{lan.plot_id}",
        photos=re.findall(r'name="photos" value="([^"]*)" checked', page),
        **{f"fields.{name}": str(value) for name, value in (FULL | fields).items()},
    )
    return clerk.post("/desk/steps/new", data=sent).status_code


def test_what_a_photo_began_waits_and_says_what_it_lacks(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone
) -> None:
    event_id = sprayed(phone, "dose", "phi_days")
    listed = clerk.get(f"{LIST}?lang=en").text
    assert f"{LIST}/{event_id}" in listed
    assert "Dose, Pre-harvest interval (from the label)" in listed
    assert "Waiting" in listed
    assert TASK in today(app, clerk)
    page = clerk.get(f"{LIST}/{event_id}?lang=en").text
    assert "As it was sent" in page
    assert "Samsung A05" in page
    assert "Photo 1" in page
    assert hidden(page, "corrects") == event_id
    assert 'value="Abamectin"' in page


def test_only_a_step_with_a_photo_that_lacks_something_waits(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone
) -> None:
    whole = sprayed(phone)
    bare = sprayed(phone, "dose", photo=False)
    assert "Nothing to complete." in clerk.get(f"{LIST}?lang=en").text
    assert TASK not in today(app, clerk)
    for event_id in (whole, bare):
        assert clerk.get(f"{LIST}/{event_id}").status_code == 404


def test_a_spray_on_no_plot_of_a_place_that_has_some_lacks_its_plot(
    clerk: FlaskClient, phone: VirtualPhone
) -> None:
    event_id = sprayed(phone, plot_id=None)
    listed = clerk.get(f"{LIST}?lang=en").text
    assert f"{LIST}/{event_id}" in listed
    assert 'data-label="Still missing">plot<' in listed


def test_a_correction_completes_it_and_the_original_stays_with_its_photo(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone, lan: Business
) -> None:
    event_id = sprayed(phone, "dose")
    assert completed(app, clerk, event_id, lan, dose="12 ml / 16 lít") == 303
    assert TASK not in today(app, clerk)
    assert f"{LIST}/{event_id}" not in clerk.get(f"{LIST}?state=waiting").text
    assert f"{LIST}/{event_id}" in clerk.get(f"{LIST}?state=corrected").text
    page = clerk.get(f"{LIST}/{event_id}?lang=en").text
    assert "Corrected by" in page
    assert "When it came it lacked: Dose." in page
    assert "Photo 1" in page
    assert "12 ml" not in page  # the original, as it was sent
    original = db.session.get_one(Event, (lan.producer_id, UUID(event_id)))
    assert "dose" not in original.document
    (correction,) = db.session.query(Event).filter(Event.corrects_event_id == UUID(event_id))
    assert "12 ml" in correction.document
    assert len(re.findall(r'"photos":\["[0-9a-f]{64}"\]', correction.document)) == 1


def test_it_is_found_by_person_phone_and_step_and_downloads_as_a_table(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone, lan: Business
) -> None:
    db.session.rollback()
    with transaction():
        other = colleague(lan, "Đỗ Thị Hồng")
    hers = phone_of(app, other, name="Vivo Y02")
    mine, of_hers = sprayed(phone, "dose"), sprayed(hers, "target")
    both = [mine, of_hers]

    def found(query: str) -> list[str]:
        text = clerk.get(f"{LIST}?{query}").text
        return [one for one in both if f"{LIST}/{one}" in text]

    assert found("") == both
    assert found("q=hong") == [of_hers]
    assert found("q=a05") == [mine]
    assert found("q=phun+thuoc") == both
    assert found("q=hong+a05") == []
    assert found("kind=spray") == both
    assert found("kind=harvest") == both  # nothing of the kind is there to choose
    assert found("state=corrected") == []
    table = clerk.get(f"{LIST}?format=csv&lang=en").text
    assert "Đỗ Thị Hồng" in table
    assert "Pest or disease" in table


def test_a_step_that_is_refused_first_and_taken_in_later_waits_then(
    clerk: FlaskClient, phone: VirtualPhone, lan: Business
) -> None:
    photo = phone.put_photo(jpeg())
    record = phone.record("scout", photos=[photo], season_id=str(lan.site_id))
    assert statuses(phone.results(record)) == [422]
    assert "Nothing to complete." in clerk.get(f"{LIST}?lang=en").text
    del record["event"]["season_id"]
    assert statuses(phone.results(record)) == [201]
    assert f"{LIST}/{record['event']['id']}" in clerk.get(LIST).text


def test_nobody_else_sees_it(app: Flask, phone: VirtualPhone, lan: Business) -> None:
    event_id = sprayed(phone, "dose")
    with transaction():
        hand = colleague(lan, "Tư")
        stranger = business("HTX Khác")
    for who in (hand, stranger):
        db.session.rollback()
        client = signed_in(app, who)
        assert client.get(f"{LIST}/{event_id}").status_code == 404
        assert event_id not in client.get(LIST).text
        assert TASK not in today(app, client)
