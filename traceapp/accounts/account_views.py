"""Routes of one's own account: devices, the password, proving oneself again."""

import time
from datetime import UTC, datetime
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import auth_log, entering, operations, reauthentication, sessions, throttles
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.attempts import attempt
from traceapp.accounts.passwords import check_new_password, proves
from traceapp.accounts.views import REFUSED, THROTTLED, blueprint, too_often, too_often_words
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.web.endpoints import transaction, writes, writes_in_steps
from traceapp.web.sent_forms import refuse_unread

WRONG_PASSWORD = N_("This is not your password.")


@blueprint.get("/account")
@may(Act.MANAGE_OWN_ACCOUNT)
def account() -> AnyResponse:
    """Lead to the first page of the account."""
    return redirect("/account/devices", 303)


@blueprint.get("/account/devices")
@may(Act.MANAGE_OWN_ACCOUNT)
def list_devices() -> str:
    """List the browsers in which the account is signed in."""
    mine = entering.own_account()
    return render_template(
        "accounts/devices.html",
        account=mine,
        devices=sessions.live_sessions(mine.account_id, datetime.now(UTC)),
        here=member().device_id,
    )


@blueprint.post("/account/devices/<uuid:device_id>/end")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def end_device(device_id: UUID) -> AnyResponse:
    """Sign one browser out; it notices at its next request."""
    mine = entering.own_account()
    if not sessions.end_session(mine.account_id, device_id, datetime.now(UTC)):
        raise problem.NotFound
    auth_log.decided("device", "changed", mine.account_id)
    flash(gettext("That device is signed out."))
    return redirect("/account/devices", 303)


@blueprint.post("/account/devices/end-others")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def end_other_devices() -> AnyResponse:
    """Sign every other browser out."""
    mine = entering.own_account()
    sessions.end_sessions(mine.account_id, datetime.now(UTC), but=member().device_id)
    auth_log.decided("device", "changed", mine.account_id)
    flash(gettext("All other devices are signed out."))
    return redirect("/account/devices", 303)


@blueprint.get("/account/password")
@may(Act.MANAGE_OWN_ACCOUNT)
def password_form() -> AnyResponse:
    """Ask for the old password and a new one."""
    return _password_page({}, 200)


@blueprint.post("/account/password")
@writes_in_steps
@may(Act.MANAGE_OWN_ACCOUNT)
def change_password() -> AnyResponse:
    """Set a new password; every other device is signed out."""
    mine, here = entering.own_account(), member().device_id
    old, new = request.form.get("old_password", ""), request.form.get("password", "")
    refuse_unread()
    tried = attempt((throttles.ACCOUNT, str(mine.account_id)))
    if tried.wait_s:
        page = _password_page({"old_password": too_often_words(tried.wait_s)}, THROTTLED)
        return too_often(tried.wait_s, page)
    if not proves(mine, old):
        auth_log.decided("password", "refused", mine.account_id)
        return _password_page({"old_password": gettext(WRONG_PASSWORD)}, REFUSED)
    wrong = check_new_password(new, operations.own_words(mine))
    now, account_id = datetime.now(UTC), mine.account_id
    db.session.rollback()
    with transaction():
        tried.succeeded()
        if wrong is None:
            operations.set_password(account_id, new, "password_changed", now=now, but=here)
    if wrong is not None:
        return _password_page({"password": gettext(wrong)}, REFUSED)
    session[reauthentication.SINCE] = time.time()
    flash(gettext("Your new password is set. Your other devices are signed out."))
    return redirect("/account/devices", 303)


def _password_page(errors: dict[str, str], status: int) -> Response:
    mine = entering.own_account()
    page = render_template("accounts/password.html", errors=errors, account=mine)
    return Response(page, status)


@blueprint.get("/account/confirm")
@may(Act.MANAGE_OWN_ACCOUNT)
def confirm_form() -> AnyResponse:
    """Ask for the password again."""
    return _confirm_page(None, 200)


@blueprint.post("/account/confirm")
@writes_in_steps
@may(Act.MANAGE_OWN_ACCOUNT)
def confirm() -> AnyResponse:
    """Take the password as a fresh proof, and go on."""
    mine = entering.own_account()
    account_id = mine.account_id
    password, then = request.form.get("password", ""), request.form.get("next")
    refuse_unread()
    tried = attempt((throttles.ACCOUNT, str(account_id)))
    if tried.wait_s:
        return too_often(tried.wait_s, _confirm_page(too_often_words(tried.wait_s), THROTTLED))
    if not proves(mine, password):
        auth_log.decided("confirm", "refused", account_id)
        return _confirm_page(gettext(WRONG_PASSWORD), REFUSED)
    db.session.rollback()
    with transaction():
        tried.succeeded()
    session[reauthentication.SINCE] = time.time()
    auth_log.decided("confirm", "granted", account_id)
    return redirect(entering.own_path(then) or "/account/devices", 303)


def _confirm_page(error: str | None, status: int) -> Response:
    then = request.form.get("next") or request.args.get("next")
    page = render_template(
        "accounts/confirm.html",
        error=error,
        then=entering.own_path(then),
        account=entering.own_account(),
    )
    return Response(page, status)
