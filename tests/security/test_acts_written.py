"""Whatever changes something stands in the book of acts of the producer it is about.

Every route that takes more than questions comes from the route table. It is sent what somebody
entitled would send, and the book must be longer after; or it is named here, with the reason why
not or with the test in which it is.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts import PASSWORD, hash_cheaply
from tests.builders import NOW, PLACE
from tests.conftest import AppMaker
from tests.http.test_joining import ASKED
from tests.lan import lan
from tests.security.forms import forms_on
from tests.security.town import SAFE, Person, Route, Town, routes
from tests.signing_in import account_of
from traceapp.accounts.models import Account
from traceapp.accounts.passwords import hashed_password
from traceapp.admission import people
from traceapp.audit.models import AuditEntry
from traceapp.audit.words import SENTENCES
from traceapp.database.engine import db
from traceapp.producers.operations import register_producer
from traceapp.web.endpoints import transaction

TESTS = Path(__file__).resolve().parents[1]

A_RECORD = "keeps a record of a step, which is append-only and names its author"
SIGNING_IN = "signs in or out, or proves who asks: in the log of decisions and the list of devices"
ONE_S_OWN = "concerns nobody but the one who asks: in the log of decisions"
FROM_OUTSIDE = "comes from somebody without account, is kept as it came and is append-only"
NOTHING_YET = "keeps what is looked at first; what is then done with it is an act"
NO_ACTS: Mapping[str, str] = {
    **dict.fromkeys(
        ("api_events.post_events", "api_phones.sync", "steps.record_step", "counts.record_count"),
        A_RECORD,
    ),
    **dict.fromkeys(
        ("desk_batches.check_step", "desk_batches.confirm_step", "hand_offs.receive"), A_RECORD
    ),
    "hand_offs.refuse": A_RECORD,
    "api_events.post_attempt": "keeps the attempt itself, append-only",
    "api_photos.put_photo": "keeps what a step names by its hash; the step names its author",
    **dict.fromkeys(
        ("accounts.sign_in", "accounts.sign_in_by_passkey", "accounts.prove_second_factor"),
        SIGNING_IN,
    ),
    **dict.fromkeys(("accounts.sign_out", "accounts.confirm", "accounts.work_for"), SIGNING_IN),
    "accounts.new_passkey_challenge": SIGNING_IN,
    **dict.fromkeys(("accounts.end_device", "accounts.end_other_devices"), ONE_S_OWN),
    "desk.put_second_step_off": ONE_S_OWN,
    "doors.enter": "a door of the demo, where nobody is who they are",
    **dict.fromkeys(("public.reports.report", "public.reports.report_of"), FROM_OUTSIDE),
    "hand_off_answers.answer_offer": FROM_OUTSIDE,
    **dict.fromkeys(("exchange.send", "phone_imports.send_file"), NOTHING_YET),
    "desk_trace_search.read_label": "keeps nothing",
}
# What needs more than one request: the tests in which it stands in the book.
IN_TESTS: Mapping[str, tuple[str, str]] = {
    "accounts.add_passkey": ("pwa/test_passkeys.py", "passkey_added"),
    "accounts.remove_app": ("http/test_second_factor.py", "app_removed"),
    "accounts.new_codes": ("http/test_second_factor.py", "recovery_codes_made"),
    "accounts.set_up_app": ("http/test_second_factor.py", "app_set_up"),
    "accounts.reset_password": ("http/test_reset_codes.py", "password_reset"),
    "admission.allow_name": ("http/test_renaming.py", "renaming.allowed"),
    "admission.refuse_name": ("http/test_renaming.py", "renaming.refused"),
    "api_phones.enrol_phone": ("http/test_phones.py", "phone_enrolled"),
    "desk_batches.release_batch": ("http/test_attempts.py", "hold.released"),
    "exchange.bring_in": ("http/test_desk_import.py", "import.products"),
    "hand_offs.accept": ("http/test_desk_hand_offs.py", "hand_off.accepted"),
    "joining.join_member": ("http/test_people.py", "member_joined"),
    "joining.run_first": ("http/test_first_run.py", "producer_registered"),
    "phone_imports.bring_in": ("http/test_phone_import.py", "phone_imported"),
    "phone_refusals.register_batches": ("http/test_phone_refusals.py", "batch.registered"),
    "phone_refusals.take_in": ("http/test_phone_refusals.py", "phone_record.taken_in"),
}
PUT_AWAY = {"do": "put_away"}
GOODS = {"name": "Rau muống", "family": "vegetable", "role": "intermediate", "uom": "kg"}
SEASON = {"name": "Vụ đông", "crop": "cải ngọt", "started_on": "2026-10-05"}
# What to change in a form before it is sent, and whole bodies where there is no form.
TYPED: Mapping[str, dict[str, Any]] = {
    "accounts.change_password": {"old_password": PASSWORD, "password": "mưa nắng hai mùa"},
    "admission.refuse": {"reason": "Thiếu địa chỉ"},
    "archive.archive_plot": PUT_AWAY,
    "archive.archive_product": PUT_AWAY,
    "archive.archive_season": PUT_AWAY,
    "archive.archive_site": PUT_AWAY,
    "batch_dates.change_dates": {"expiry_date": "2126-11-27"},
    "desk_batches.publish_photo": {"public": "yes"},
    "desk_registering.register_batch": {"lot": "YEN-09"},
    "desk_reports.answer": {"text": "Đã xem"},
    "joining.join": ASKED,
    "particulars.change_producer": {"street": "Thôn 9"},
    "people.add_person": {"name": "Trần Hoa", "roles": "clerk"},
    "people.change_person": {"name": "Trần Hoa B", "roles": "clerk"},
    "phone_refusals.dismiss": {"reason": "bấm nhầm"},
    "places.add_plot": {"name": "Thửa 77"},
    "places.add_site": {"name": "Kho 77", "kind": "depot", "commune": "Bát Tràng"},
    "places.change_plot": {"name": "Thửa 78"},
    "places.change_site": {"name": "Kho 78", "commune": "Bát Tràng"},
    "season_changes.change_season": {"name": "Vụ khác"},
    "seasons.end_season": {"ended_on": "2026-11-20"},
    "seasons.start_season": SEASON,
    "tokens.make_token": {"name": "Cân", "scope": "read"},
    "products.add_product": {**GOODS, "standards_none": "yes"},
    "products.change_product": {"name": "Rau khác", "photo_sha256": ""},
    "certificates.add_certificate": {
        "scheme": "VietGAP",
        "number": "VG-77",
        "standard": "TCVN 11892-1:2017",
        "issuer": "Trung tâm",
        "scope": "Rau",
        "issued_on": "01/03/2026",
    },
    "certificates.change_certificate": {"scope": "Rau ăn lá"},
    "api_batches.post_batch": {"lot": "YEN-10", "uom": "kg"},
    "api_places.put_season": SEASON,
    "api_places.put_site": {**PLACE, "name": "Kho lạnh", "kind": "cold_store"},
    "api_products.put_product": GOODS,
}
# Which ids are of something new, and which stand in the body.
NEW = {
    "api_places.put_season": ("season_id",),
    "api_places.put_site": ("site_id",),
    "api_products.put_product": ("product_id",),
}
NAMED = {
    "api_batches.post_batch": ("product_id",),
    "api_places.put_season": ("plot_id",),
    "phones.invite_phone": ("member_id",),
    "seasons.start_season": ("plot_id",),
}


# These end what others need.
LAST = ("archive.", "phones.revoke")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no database has a part in it
def test_every_route_that_changes_something_writes_it_into_the_book(make_app: AppMaker) -> None:
    app = hash_cheaply(make_app())
    town, told_elsewhere = furnished(app), NO_ACTS.keys() | IN_TESTS.keys()
    missing = {}
    for route in changing(app):
        if route.rule.endpoint not in told_elsewhere:
            before = acts(app)
            answer = sent(town, route)
            if not acts(app) - before:
                words = re.findall(r'href="(#[^"]+)"[^>]*>([^<]+)', answer.text)
                missing[route.rule.endpoint] = (answer.status, words[:4])
    assert missing == {}


def test_whatever_stands_in_no_book_is_a_route_and_its_reason_or_test_is_there(
    plain_app: Flask,
) -> None:
    known = {route.rule.endpoint for route in changing(plain_app)} | {"doors.enter"}
    assert NO_ACTS.keys() | IN_TESTS.keys() | TYPED.keys() <= known
    assert not NO_ACTS.keys() & IN_TESTS.keys()
    for endpoint, (file, word) in IN_TESTS.items():
        assert word in SENTENCES, endpoint
        assert f'"{word}"' in (TESTS / file).read_text(encoding="utf-8"), endpoint


def changing(app: Flask) -> list[Route]:
    """Give what takes more than questions; what ends things comes last."""
    found = [route for route in routes(app) if set(route.methods) - SAFE]
    return sorted(found, key=lambda route: route.rule.endpoint.startswith(LAST))


def acts(app: Flask) -> set[UUID]:
    """Give what stands in all books."""
    with app.app_context():
        return set(db.session.scalars(select(AuditEntry.entry_id)))


def furnished(app: Flask) -> Town:
    """Found the co-operative; its owner has a password, and a colleague has an account."""
    with app.app_context(), transaction():
        world = lan("Sông Hồng")
        owner = world.business
        account_id = account_of((owner.producer_id, owner.actor.member_id))
        db.session.get_one(Account, account_id).password = hashed_password(PASSWORD)
    town = Town(app, world)
    town.outsider("owner", "operator")  # without whom nobody may join
    return town


def sent(town: Town, route: Route) -> TestResponse:
    """Send what somebody entitled would: the form of the page, filled in."""
    endpoint = route.rule.endpoint
    person, values = asker(town, endpoint), town.lan.values | others(town, endpoint)
    path, typed = route.path(values), dict(TYPED.get(endpoint, {}))
    typed |= {name: values[name] for name in NAMED.get(endpoint, ())}
    if route.is_for_programs:
        (method,) = set(route.methods) - SAFE
        headers = town.program(person)
        return town.app.test_client().open(path, method=method, json=typed, headers=headers)
    browser = town.browser(person)
    shown = forms_on(browser.get(path).text, path).get(path, {})
    return browser.post(path, data=shown | town.form(**typed))


def asker(town: Town, endpoint: str) -> Person:
    """Give somebody who may: the owner, and the operator about other producers."""
    if endpoint.startswith("admission."):
        return town.outsider("owner", "operator")
    return Person(town.lan.business, "owner", "farm")


def others(town: Town, endpoint: str) -> dict[str, str]:
    """Give what a route is about where it is not the owner and what is there already."""
    if endpoint.startswith("admission."):
        with town.app.app_context(), transaction():
            given = {**PLACE, "name": f"HTX {uuid4().hex}", "legal_form": "hợp tác xã"}
            made = register_producer(given | {"kinds": ["coop"], "street": "Thôn 1"}, now=NOW)
        return {"producer_id": str(made)}
    if endpoint.startswith("people."):
        with town.app.app_context(), transaction():
            colleague = town.lan.colleague("clerk").actor
            if endpoint != "people.invite_person":
                account_of((colleague.producer_id, colleague.member_id))
            if endpoint == "people.erase_person":
                owner = town.lan.business.actor
                by = (owner.producer_id, owner.member_id)
                people.end(by, colleague.member_id, now=NOW)
        return {"member_id": str(colleague.member_id)}
    return {name: str(uuid4()) for name in NEW.get(endpoint, ())}
