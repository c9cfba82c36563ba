"""A form with a field that nobody knows is refused, and nothing of it is kept or said.

Every route that takes a form comes from the route table; each is sent what somebody entitled would
send, and one field more.
"""

import pytest
from flask import Flask

from tests.accounts import hash_cheaply
from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.security.sending import changing, furnished, sent
from tests.signing_in import form, signed_in
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.web.endpoints import transaction

STRANGE = "no_such_field"
SAYS = "Ở đây không có ô này."
# What this cannot send so that it would be taken: it needs another page, device or person before.
NEEDS_MORE = {
    *("accounts.add_passkey", "accounts.prove_second_factor", "accounts.set_up_app"),
    *("admission.allow_name", "people.erase_person", "exchange.bring_in", "joining.run_first"),
    *("desk_batches.allow_sale", "desk_batches.check_step", "desk_batches.confirm_step"),
    *("desk_batches.release_batch", "desk_labels.issue_labels", "label_issues.reprint_labels"),
    *("label_prints.send_labels", "fairs.place_booths", "published_totals.correct"),
    *("hand_off_answers.answer_offer", "hand_offs.accept", "hand_offs.refuse"),
    *("steps.record_step", "doors.enter", "doors.play"),
    # A shopper's form says in its own words that something is wrong.
    *("public.reports.report", "public.reports.report_of"),
}
SENDS_JSON = {"accounts.new_passkey_challenge", "accounts.sign_in_by_passkey"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no database has a part in it
def test_every_form_refuses_a_field_that_it_does_not_know(make_app: AppMaker) -> None:
    app = hash_cheaply(make_app())
    town = furnished(app)
    taken = {}
    for route in changing(app):
        if route.is_for_programs or route.rule.endpoint in SENDS_JSON | NEEDS_MORE:
            continue
        answer = sent(town, route, **{STRANGE: "1"})
        if answer.status_code not in {400, 422} or SAYS not in answer.text:
            taken[route.rule.endpoint] = answer.status
    assert taken == {}


def test_what_was_done_and_said_before_the_field_was_found_is_taken_back(app: Flask) -> None:
    with transaction():
        lan = business("HTX Lan")
        code = finished(lan)
    browser, path = signed_in(app, lan), f"/desk/batches/{code}"
    refused = browser.post(f"{path}/stop", data=form(app, reason="stop:unsafe", **{STRANGE: "1"}))
    assert refused.status_code == 422
    assert SAYS in refused.text
    found = codes.find(code)
    assert found is not None
    assert found.state is CodeState.ACTIVE
    assert 'role="status"' not in browser.get(path).text
    browser.post(f"{path}/stop", data=form(app, reason="stop:unsafe"))
    assert 'role="status"' in browser.get(path).text
