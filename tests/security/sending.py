"""Sending every route that changes something what somebody entitled would send."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from tests.accounts import PASSWORD
from tests.builders import NOW, PLACE
from tests.http.test_joining import ASKED
from tests.lan import ask_about, lan
from tests.security.forms import forms_on
from tests.security.town import SAFE, Person, Route, Town, routes
from tests.signing_in import account_of
from traceapp.accounts import phone_users
from traceapp.accounts.models import Account, Phone
from traceapp.accounts.passwords import hashed_password
from traceapp.admission import people
from traceapp.database.engine import db
from traceapp.producers.operations import register_producer
from traceapp.questions.queries import waiting_for
from traceapp.web.endpoints import transaction

PUT_AWAY = {"do": "put_away"}
GOODS = {"name": "Rau muống", "family": "vegetable", "role": "intermediate", "uom": "kg"}
SEASON = {"name": "Vụ đông", "crop": "cải ngọt", "started_on": "2026-10-05"}
# What to change in a form before it is sent, and whole bodies where there is no form.
TYPED: Mapping[str, dict[str, Any]] = {
    "accounts.change_number": {"number": "0987 654 321", "password": PASSWORD},
    "accounts.change_password": {"old_password": PASSWORD, "password": "mưa nắng hai mùa"},
    "admission.refuse": {"reason": "Thiếu địa chỉ"},
    "archive.archive_plot": PUT_AWAY,
    "archive.archive_printer": PUT_AWAY,
    "archive.archive_product": PUT_AWAY,
    "archive.archive_season": PUT_AWAY,
    "archive.archive_site": PUT_AWAY,
    "archive.archive_stall": PUT_AWAY,
    "assessment_acts.advance_measure": {
        "state": "done",
        "on": "10/01/2026",
        "evidence": "HĐ 12",
    },
    "assessment_acts.check_indicator": {"how": "Xem hóa đơn"},
    "assessment_acts.propose_measure": {
        "kind": "energy",
        "title": "Bịt khe lò",
        "proposed_on": "05/01/2026",
    },
    "assessment_acts.record_indicator": {
        "kind": "energy",
        "name": "Điện",
        "after": "0,7",
        "after_unit": "kWh/giỏ",
    },
    "assessments.open_assessment": {"output_unit": "giỏ", "not_covered": "Kho"},
    "batch_dates.change_dates": {"expiry_date": "2126-11-27"},
    "chains.change_membership": {"chain": "craft_village", "on_day": "05/01/2026"},
    "chains.give_support": {"kind": "visit", "on_day": "05/01/2026", "given_by": "Đội tư vấn"},
    "covering.confirm_certificate": {"how": "Xem bản gốc"},
    "commitments.answer": {"do": "accept"},
    "commitments.write_text": {"year": "2026", "text": "Phân loại rác"},
    "cases.ask_second": {"do": "release", "reason": "Đạt"},
    "cases.decide": {"do": "withdraw"},
    "cases.issue_case": {
        "reason": "Mùi lạ",
        "risk": "high",
        "instruction": "Để riêng",
        "contact": "Bà Lan",
    },
    "cases.widen_case": {"why": "Cùng nguồn"},
    "cases.open_case": {"basis": "batch", "reason": "Mùi lạ"},
    "desk_batches.publish_photo": {"public": "yes"},
    "desk_batches.stop_sale": {"reason": "stop:unsafe"},
    "desk_registering.register_batch": {"lot": "YEN-09"},
    "desk_reports.answer": {"text": "Đã xem"},
    "joining.join": ASKED,
    "label_places.tell_place": {"place": "Hà Nội"},
    "particulars.change_producer": {"street": "Thôn 9"},
    "people.add_person": {"name": "Trần Hoa", "roles": "clerk"},
    "people.change_person": {"name": "Trần Hoa B", "roles": "clerk"},
    "phone_refusals.dismiss": {"reason": "bấm nhầm"},
    "phone_voices.erase": {"sure": "yes"},
    "places.add_plot": {"name": "Thửa 77"},
    "contacts.open_contact": {"text": "Còn bao nhiêu?"},
    "contacts.write_letter": {"text": "Giao được không?"},
    "need_acts.change_need": {"note": "Giao sớm"},
    "need_acts.post_need": {
        "kind": "vegetable",
        "quantity": "5",
        "uom": "kg",
        "commune": "Bát Tràng",
        "from_on": "01/09/2026",
        "until_on": "01/09/2126",
        "reach": "anywhere",
        "level": "self",
    },
    "places.add_site": {"name": "Kho 77", "kind": "depot", "commune": "Bát Tràng"},
    "places.change_plot": {"name": "Thửa 78"},
    "places.change_site": {"name": "Kho 78", "commune": "Bát Tràng"},
    "surveys.add_survey": {
        "sector": "food",
        "year": "2025",
        "made_by": "Nhóm khảo sát",
        "asked": "3",
        "links.0.sender.name": "Kho giống",
        "links.0.sender.role": "supplier",
        "links.0.sender.place": "Bát Tràng",
        "links.0.sender.kind": "business",
        "links.0.receiver.name": "Xưởng miến",
        "links.0.receiver.role": "producer",
        "links.0.receiver.place": "Bát Tràng",
        "links.0.receiver.kind": "business",
        "links.0.supplied": "Bột dong",
    },
    "programme_desk.add_entry": {"kind": "event", "title": "Chợ phiên", "on_day": "05/01/2026"},
    "questions.answer_question": {"text": "Kho bị dột"},
    "questions.put_question": {"text": "Vì sao có mùi lạ?"},
    "season_changes.change_season": {"name": "Vụ khác"},
    "seasons.end_season": {"ended_on": "2026-11-20"},
    "seasons.start_season": SEASON,
    "label_allowances.allow_labels": {
        "labels": "5",
        "quantity": "0,1",
        "uom": "kg",
        "reason": "Đóng lại túi rách",
    },
    "label_allowances.withdraw": {"reason": "Đã tìm thấy tem cũ"},
    "label_issues.reprint_labels": {"first": "1", "last": "1", "reason": "Kẹt giấy"},
    "label_issues.void_labels": {"first": "1", "last": "1", "reason": "Tem ướt"},
    "printers.add_printer": {"name": "Máy in nhiệt", "stock": "die-50x30"},
    "printers.change_printer": {"name": "Máy in khác"},
    "printers.measure_printer": {"left": "31"},
    "stalls.change_stall": {"name": "Sạp khác"},
    "stalls.open_stall": {"name": "Sạp 77"},
    "effectiveness.draw_sample": {"size": "3"},
    "effectiveness.write_finding": {"found": "taken_away", "note": "Kệ trống"},
    "webhooks.set_webhook": {"address": "https://1.1.1.1/traceapp"},
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
    "phone_users.add_user": ("member_id",),
    "seasons.start_season": ("plot_id",),
    "cases.widen_case": ("code",),
    "stalls.open_stall": ("site_id",),
    "stalls.put_on": ("code",),
    "stalls.take_off": ("code",),
}


OF_OFFICERS = {
    "chains.give_support",
    "commitments.answer",
    "commitments.write_text",
    "covering.confirm_certificate",
    "effectiveness.draw_sample",
    "effectiveness.write_finding",
    "assessment_acts.check_indicator",
    "assessments.open_assessment",
    "programme_desk.add_entry",
    "surveys.add_survey",
    "questions.put_question",
    "label_allowances.allow_labels",
    "label_allowances.withdraw",
}
# These end what others need.
LAST = (
    "accounts.change_password",
    "archive.",
    "webhooks.remove",
    "phones.revoke",
    "need_acts.end_need",
    "cases.issue_case",
)


def changing(app: Flask) -> list[Route]:
    """Give what takes more than questions; what ends things comes last."""
    found = [route for route in routes(app) if set(route.methods) - SAFE]
    return sorted(found, key=lambda route: route.rule.endpoint.startswith(LAST))


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


def sent(town: Town, route: Route, **more: str) -> TestResponse:
    """Send what somebody entitled would: the form of the page, filled in; and what else is said."""
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
    if endpoint == "covering.confirm_certificate":
        typed["products"] = values["product_id"]
    if endpoint == "need_acts.show_products":
        typed |= {name: "range" for name in shown if name.startswith("shows.")}
    return browser.post(path, data=shown | town.form(**typed) | more)


def asker(town: Town, endpoint: str) -> Person:
    """Give somebody who may: the owner, and the operator about other producers."""
    if endpoint.startswith("admission."):
        return town.outsider("owner", "operator")
    if endpoint in OF_OFFICERS:
        return town.outsider("officer", "authority")
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
    if endpoint.startswith("phone_users."):
        return _on_a_phone(town, is_user=endpoint != "phone_users.add_user")
    if endpoint == "cases.issue_case":
        return {"case_id": town.lan.values["open_case_id"]}
    if endpoint == "questions.answer_question":
        with town.app.app_context(), transaction():
            waiting = [one.ref.id for one in waiting_for(town.lan.business.producer_id)]
            batch_id = UUID(town.lan.values["batch_id"])
            asked = waiting or [ask_about(town.lan.business, batch_id, "Sông Hồng")]
        return {"question_id": str(asked[0])}
    return {name: str(uuid4()) for name in NEW.get(endpoint, ())}


def _on_a_phone(town: Town, *, is_user: bool) -> dict[str, str]:
    """Give a colleague, who uses the phone of the owner or may be let to."""
    owner = town.lan.business.actor
    by = (owner.producer_id, owner.member_id)
    with town.app.app_context(), transaction():
        who = town.lan.colleague("field_worker").actor.member_id
        if is_user:
            phone = db.session.get_one(Phone, (by[0], UUID(town.lan.values["phone_id"])))
            phone_users.add(phone, who, by=by, now=NOW)
    return {"member_id": str(who), "user_id": str(who)}
