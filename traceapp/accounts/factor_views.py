"""Routes of second factors: the page that sets them up, and the step they add to signing in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import segno
from flask import Response, flash, jsonify, redirect, render_template, request, session
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import (
    access,
    auth_log,
    entering,
    factors,
    passkeys,
    reauthentication,
    throttles,
)
from traceapp.accounts.access import check_form, may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.attempts import attempt
from traceapp.accounts.device_names import device_name
from traceapp.accounts.entering import Proof, landing
from traceapp.accounts.models import Account
from traceapp.accounts.views import REFUSED, THROTTLED, blueprint, too_often, too_often_words
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.web.access import public
from traceapp.web.endpoints import transaction, writes, writes_in_steps
from traceapp.web.sent_forms import refuse_unread

SECRET = "new_app_secret"  # noqa: S105 - where the session keeps it, encrypted
PAGE = access.SECOND_FACTOR_PAGE
WRONG_CODE = N_("This code is not right. Wait for the next one and type its six digits.")
NO_PASSKEY = N_("This passkey does not work here. Sign in with your password.")


@blueprint.get("/sign-in/second-factor")
@public
def second_factor_form() -> AnyResponse:
    """Ask for the second factor of whoever has just given the right password."""
    waiting = entering.pending()
    if waiting is None:
        return redirect("/sign-in", 303)
    return _challenge_page(waiting[0], None, 200)


@blueprint.post("/sign-in/second-factor")
@writes_in_steps
@public
def prove_second_factor() -> AnyResponse:
    """Take a code of the app, or a recovery code; each works once."""
    check_form()
    waiting = entering.pending()
    if waiting is None:
        return redirect("/sign-in", 303)
    account, then = waiting
    code = request.form.get("code", "")[:80]
    refuse_unread()
    account_id = account.account_id
    tried = attempt((throttles.FACTOR, str(account_id)))
    if tried.wait_s:
        auth_log.decided("second_factor", "throttled", account_id)
        page = _challenge_page(account, too_often_words(tried.wait_s), THROTTLED)
        return too_often(tried.wait_s, page)
    db.session.rollback()
    with transaction():
        via = factors.proves(account, code)
        if via is not None:
            tried.succeeded()
            choosing = entering.must_choose(account)
            entering.enter(account, Proof(via, is_second_factor_proven=True), datetime.now(UTC))
            return redirect(landing(then, choosing=choosing), 303)
    auth_log.decided("second_factor", "refused", account_id)
    return _challenge_page(account, gettext(WRONG_CODE), REFUSED)


def _challenge_page(account: Account, error: str | None, status: int) -> Response:
    page = render_template(
        "accounts/challenge.html",
        error=error,
        has_app=factors.has_app(account),
        has_passkey=bool(factors.passkeys(account)),
        then=(entering.pending() or (None, None))[1],
    )
    return Response(page, status)


@blueprint.get("/sign-in/passkey")
@public
def passkey_challenge() -> AnyResponse:
    """Give the browser the challenge that a passkey answers."""
    return jsonify(passkeys.sign_in_options())


@blueprint.post("/sign-in/passkey")
@writes_in_steps
@public
def sign_in_by_passkey() -> AnyResponse:
    """Sign in by a passkey: it is both factors at once."""
    check_form()
    sent = _sent_json()
    tried = attempt()
    if tried.wait_s:
        return too_often(tried.wait_s, jsonify(error=too_often_words(tried.wait_s)))
    now = datetime.now(UTC)
    db.session.rollback()
    with transaction():
        account = passkeys.account_proven_by(sent.get("credential"), now)
        if account is not None and entering.usual_workplace(account) is not None:
            tried.succeeded()
            choosing = entering.must_choose(account)
            entering.enter(account, Proof("passkey", is_second_factor_proven=True), now)
            then = sent.get("next")
            return jsonify(next=landing(then if isinstance(then, str) else None, choosing=choosing))
    auth_log.decided("passkey", "refused", None)
    answer = jsonify(error=gettext(NO_PASSKEY))
    answer.status_code = REFUSED
    return answer


@blueprint.get("/account/second-factor")
@may(Act.MANAGE_OWN_ACCOUNT)
def second_factors() -> str:
    """Show which second steps the account has, and offer more."""
    mine = entering.own_account()
    return render_template(
        "accounts/second_factor.html",
        account=mine,
        has_app=factors.has_app(mine),
        passkeys=factors.passkeys(mine),
        codes_left=factors.recovery_codes_left(mine),
        is_needed=access.lacks_second_factor(member()),
    )


@blueprint.get("/account/second-factor/app")
@may(Act.MANAGE_OWN_ACCOUNT)
def app_form() -> AnyResponse:
    """Show the symbol that an app scans, and ask for its first code."""
    reauthentication.require("/account/second-factor/app")
    return _app_page(None, 200)


@blueprint.post("/account/second-factor/app")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def set_up_app() -> AnyResponse:
    """Take the app into use; then show the recovery codes, once."""
    reauthentication.require("/account/second-factor/app")
    mine, here, now = entering.own_account(), member().device_id, datetime.now(UTC)
    secret = session.get(SECRET)
    code = request.form.get("code", "")[:20]
    if secret is None or not factors.set_up_app(mine, secret, code, device_id=here, now=now):
        return _app_page(gettext(WRONG_CODE), REFUSED)
    session.pop(SECRET)
    return _new_codes(mine)


def _app_page(error: str | None, status: int) -> Response:
    mine = entering.own_account()
    secret = session.setdefault(SECRET, factors.new_secret())
    address, key = factors.written(secret, mine)
    symbol = segno.make(address, error="m", micro=False)
    drawing = symbol.svg_inline(scale=5, border=4, dark="#000", light="#fff")
    page = render_template(
        "accounts/app.html",
        symbol=Markup(drawing),  # noqa: S704 - segno's own drawing
        address=address,
        key=key,
        error=error,
    )
    return Response(page, status)


@blueprint.post("/account/second-factor/app/remove")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def remove_app() -> AnyResponse:
    """Take the app out of use."""
    reauthentication.require(PAGE)
    now = datetime.now(UTC)
    factors.remove_app(entering.own_account(), device_id=member().device_id, now=now)
    flash(gettext("The app no longer signs you in."))
    return redirect(PAGE, 303)


@blueprint.post("/account/second-factor/codes")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def new_codes() -> AnyResponse:
    """Make new recovery codes in place of the old ones, and show them once."""
    reauthentication.require(PAGE)
    mine = entering.own_account()
    if not factors.has_any(mine):
        raise problem.NotFound
    return _new_codes(mine)


def _new_codes(mine: Account) -> Response:
    codes = factors.new_recovery_codes(mine, datetime.now(UTC))
    return Response(render_template("accounts/recovery_codes.html", codes=codes))


@blueprint.post("/account/passkeys/challenge")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def new_passkey_challenge() -> AnyResponse:
    """Give the browser what it needs to make a passkey."""
    if not reauthentication.is_fresh():
        return jsonify(next=f"/account/confirm?next={PAGE}")
    return jsonify(options=passkeys.registration_options(entering.own_account()))


@blueprint.post("/account/passkeys")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def add_passkey() -> AnyResponse:
    """Keep a passkey that the browser has made."""
    reauthentication.require(PAGE)
    mine, now = entering.own_account(), datetime.now(UTC)
    name = device_name(request.headers.get("User-Agent", ""))
    if not passkeys.register(mine, _sent_json().get("credential"), name, now):
        raise problem.BadRequest
    factors.changed(mine, "passkey_added", device_id=member().device_id, now=now)
    flash(gettext("This device now signs you in with a passkey. Make recovery codes too."))
    return jsonify(next=PAGE)


@blueprint.post("/account/passkeys/<uuid:passkey_id>/remove")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def remove_passkey(passkey_id: UUID) -> AnyResponse:
    """Forget a passkey."""
    reauthentication.require(PAGE)
    here, now = member().device_id, datetime.now(UTC)
    name = factors.remove_passkey(entering.own_account(), passkey_id, device_id=here, now=now)
    if name is None:
        raise problem.NotFound
    flash(gettext("The passkey “%(name)s” no longer signs you in.", name=name))
    return redirect(PAGE, 303)


def _sent_json() -> Mapping[str, Any]:
    sent = request.get_json()
    if not isinstance(sent, dict):
        raise problem.BadRequest
    return sent
