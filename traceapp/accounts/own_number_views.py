"""Routes of the phone number an account signs in with, beside its name."""

from datetime import UTC, datetime

from flask import Response, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp.accounts import auth_log, entering, names, operations, throttles
from traceapp.accounts.access import may
from traceapp.accounts.account_views import WRONG_PASSWORD
from traceapp.accounts.acts import Act
from traceapp.accounts.attempts import attempt
from traceapp.accounts.passwords import proves
from traceapp.accounts.views import REFUSED, THROTTLED, blueprint, too_often, too_often_words
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction, writes_in_steps
from traceapp.web.sent_forms import refuse_unread

LONGEST_NUMBER = 30


@blueprint.get("/account/number")
@may(Act.MANAGE_OWN_ACCOUNT)
def number_form() -> AnyResponse:
    """Ask for the phone number to sign in with, and for the password."""
    number = entering.own_account().phone
    return _number_page(names.as_dialled(number) if number else "", {}, 200)


@blueprint.post("/account/number")
@writes_in_steps
@may(Act.MANAGE_OWN_ACCOUNT)
def change_number() -> AnyResponse:
    """Set, change or remove the number.

    Whether somebody else signs in with a number is told to whoever proved the password, as when
    somebody joins; each such answer counts as a failed try, so that nobody asks for many.
    """
    mine = entering.own_account()
    account_id = mine.account_id
    typed = request.form.get("number", "").strip()[:LONGEST_NUMBER]
    password = request.form.get("password", "")
    refuse_unread()
    tried = attempt((throttles.ACCOUNT, str(account_id)))
    if tried.wait_s:
        errors = {"password": too_often_words(tried.wait_s)}
        return too_often(tried.wait_s, _number_page(typed, errors, THROTTLED))
    if not proves(mine, password):
        auth_log.decided("number", "refused", account_id)
        return _number_page(typed, {"password": gettext(WRONG_PASSWORD)}, REFUSED)
    db.session.rollback()
    with transaction():
        fault = operations.set_phone(account_id, typed, now=datetime.now(UTC))
        if fault is not operations.NAME_TAKEN:
            tried.succeeded()
    if fault is not None:
        return _number_page(typed, {"number": f"{gettext(fault)} {gettext(fault.fix)}"}, REFUSED)
    said = gettext("Your phone number works for signing in now.")
    flash(said if typed else gettext("You sign in with your name alone now."))
    return redirect("/account/devices", 303)


def _number_page(typed: str, errors: dict[str, str], status: int) -> Response:
    page = render_template(
        "accounts/number.html", typed=typed, errors=errors, account=entering.own_account()
    )
    return Response(page, status)
