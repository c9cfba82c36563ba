"""Whatever changes something stands in the book of acts of the producer it is about.

Every route that takes more than questions comes from the route table. It is sent what somebody
entitled would send, and the book must be longer after; or it is named here, with the reason why
not or with the test in which it is.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.accounts import hash_cheaply
from tests.conftest import AppMaker
from tests.security.sending import TYPED, changing, furnished, sent
from traceapp.audit.models import AuditEntry
from traceapp.audit.words import SENTENCES
from traceapp.database.engine import db

TESTS = Path(__file__).resolve().parents[1]

A_RECORD = "keeps a record of a step, which is append-only and names its author"
SIGNING_IN = "signs in or out, or proves who asks: in the log of decisions and the list of devices"
ONE_S_OWN = "concerns nobody but the one who asks: in the log of decisions"
FROM_OUTSIDE = "comes from somebody without account, is kept as it came and is append-only"
OF_A_PHONE = "whether the phone that asks shows word of stops and recalls"
OF_A_SHOPPER = "concerns the browser of a shopper, of whom nothing is known"
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
    "api_labels.post_label_issue": "keeps the issue itself, append-only, and a record of the step",
    "desk_labels.issue_labels": "keeps the issue itself, append-only, and a record of the step",
    "label_issues.void_labels": "keeps the change itself, append-only, and a record of the step",
    "label_prints.send_labels": "keeps what was sent, to which printer and by whom",
    "label_issues.reprint_labels": "keeps the change itself, append-only",
    "api_photos.put_photo": "keeps what a step names by its hash; the step names its author",
    "api_voices.put_voice": "keeps what a step names by its hash, and who said it",
    **dict.fromkeys(
        ("accounts.sign_in", "accounts.sign_in_by_passkey", "accounts.prove_second_factor"),
        SIGNING_IN,
    ),
    **dict.fromkeys(("accounts.sign_out", "accounts.confirm", "accounts.work_for"), SIGNING_IN),
    "accounts.new_passkey_challenge": SIGNING_IN,
    **dict.fromkeys(("accounts.end_device", "accounts.end_other_devices"), ONE_S_OWN),
    "desk.put_second_step_off": ONE_S_OWN,
    "doors.enter": "a door of the demo, where nobody is who they are",
    "doors.play": "a door of the demo, where nobody is who they are",
    **dict.fromkeys(("public.reports.report", "public.reports.report_of"), FROM_OUTSIDE),
    "hand_off_answers.answer_offer": FROM_OUTSIDE,
    "label_places.tell_place": "counts a place that a shopper chose, and nothing else of it",
    **dict.fromkeys(("api_phones.watch_code", "api_phones.forget_browser"), OF_A_SHOPPER),
    **dict.fromkeys(("api_phones.watch_for_phone", "api_phones.forget_phone"), OF_A_PHONE),
    **dict.fromkeys(
        ("cleaner_tables.send", "exchange.send", "phone_imports.send_file"), NOTHING_YET
    ),
    "api_hand-offs.find_by_code": "keeps nothing",
    "desk_trace_search.read_label": "keeps nothing",
}
# What needs more than one request: the tests in which it stands in the book.
IN_TESTS: Mapping[str, tuple[str, str]] = {
    "label_prints.connect_printer": ("rooms/test_label_prints.py", "printer.changed"),
    "accounts.add_passkey": ("pwa/test_passkeys.py", "passkey_added"),
    "accounts.remove_app": ("http/test_second_factor.py", "app_removed"),
    "accounts.new_codes": ("http/test_second_factor.py", "recovery_codes_made"),
    "accounts.set_up_app": ("http/test_second_factor.py", "app_set_up"),
    "accounts.reset_password": ("http/test_reset_codes.py", "password_reset"),
    "admission.allow_name": ("http/test_renaming.py", "renaming.allowed"),
    "admission.refuse_name": ("http/test_renaming.py", "renaming.refused"),
    "api_phones.enrol_phone": ("http/test_phones.py", "phone_enrolled"),
    "cleaner_tables.bring_in": ("http/test_cleaner_tables.py", "import.figures"),
    "commitments.sign": ("http/test_chains.py", "commitment.signed"),
    "desk_batches.allow_sale": ("http/test_stopped_sales.py", "sale.allowed"),
    "desk_batches.release_batch": ("http/test_attempts.py", "hold.released"),
    "desk_reports.look_at": ("http/test_report_outcomes.py", "report_taken_up"),
    "exchange.bring_in": ("http/test_desk_import.py", "import.products"),
    "fairs.place_booths": ("http/test_fairs.py", "programme.booths"),
    "hand_offs.accept": ("http/test_desk_hand_offs.py", "hand_off.accepted"),
    "joining.join_member": ("http/test_people.py", "member_joined"),
    "joining.run_first": ("http/test_first_run.py", "producer_registered"),
    "phone_imports.bring_in": ("http/test_phone_import.py", "phone_imported"),
    "phone_refusals.register_batches": ("http/test_phone_refusals.py", "batch.registered"),
    "published_totals.correct": ("http/test_published_totals.py", "programme.corrected"),
    "stalls.put_on": ("http/test_desk_stalls.py", "stall.put_on"),
    "phone_voices.erase": ("http/test_voices.py", "voice_erased"),
    "phone_refusals.take_in": ("http/test_phone_refusals.py", "phone_record.taken_in"),
}


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
    known = {route.rule.endpoint for route in changing(plain_app)} | {"doors.enter", "doors.play"}
    assert NO_ACTS.keys() | IN_TESTS.keys() | TYPED.keys() <= known
    assert not NO_ACTS.keys() & IN_TESTS.keys()
    for endpoint, (file, word) in IN_TESTS.items():
        assert word in SENTENCES, endpoint
        assert f'"{word}"' in (TESTS / file).read_text(encoding="utf-8"), endpoint


def acts(app: Flask) -> set[UUID]:
    """Give what stands in all books."""
    with app.app_context():
        return set(db.session.scalars(select(AuditEntry.entry_id)))
