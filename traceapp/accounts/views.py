"""Routes of signing in and out, of a forgotten password, and of whom to work for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import (
    auth_log,
    entering,
    factors,
    operations,
    reauthentication,
    sessions,
    throttles,
)
from traceapp.accounts.access import check_form, may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.attempts import attempt
from traceapp.accounts.entering import Proof, landing
from traceapp.accounts.models import Account
from traceapp.accounts.names import identity
from traceapp.accounts.passwords import check_new_password, proves, refresh
from traceapp.accounts.visitor import visitor
from traceapp.database.engine import db
from traceapp.problem import N_
from traceapp.web.access import public
from traceapp.web.endpoints import transaction, writes, writes_in_steps
from traceapp.web.sent_forms import refuse_unread

blueprint = Blueprint("accounts", "traceapp.accounts", template_folder="templates")

WRONG = N_("The name or the password is not right.")
TOO_OFTEN = N_("Too many attempts. Wait %(minutes)s minutes and try again.")
NO_WORKPLACE = N_("You do not work for any producer here. Ask its owner to invite you.")
BAD_CODE = N_(
    "This code does not work: it is mistyped, used or older than a day. Ask for a new one."
)
REFUSED, THROTTLED = 422, 429


@blueprint.after_request
def keep_private(response: AnyResponse) -> AnyResponse:
    """Keep pages about an account out of every cache and search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/sign-in")
@public
def sign_in_form() -> AnyResponse:
    """Show the sign-in page; whoever is signed in already goes on."""
    if visitor() is not None:
        return redirect(landing(request.args.get("next")), 303)
    return _sign_in_page(request.args, None, 200)


@blueprint.post("/sign-in")
@writes_in_steps
@public
def sign_in() -> AnyResponse:
    """Check name and password; unknown name, wrong password and closed account answer alike."""
    check_form()
    typed, password = request.form.get("name", ""), request.form.get("password", "")
    then = request.form.get("next")
    refuse_unread()
    account = operations.find_account(typed)
    subject = str(account.account_id) if account else identity(typed)
    tried = attempt((throttles.ACCOUNT, subject))
    if tried.wait_s:
        auth_log.decided("sign_in", "throttled", account.account_id if account else None)
        return too_often(tried.wait_s, _sign_in_page(request.form, None, THROTTLED, tried.wait_s))
    if not proves(account, password) or account is None:
        auth_log.decided("sign_in", "refused", account.account_id if account else None)
        return _sign_in_page(request.form, gettext(WRONG), REFUSED)
    db.session.rollback()
    with transaction():
        tried.succeeded()
        refresh(account, password)
        return _go_on(account, then)


def _go_on(account: Account, then: str | None) -> AnyResponse:
    if entering.usual_workplace(account) is None:
        return _sign_in_page(request.form, gettext(NO_WORKPLACE), REFUSED)
    if factors.has_any(account):
        entering.wait_for_second_factor(account, landing(then))
        return redirect("/sign-in/second-factor", 303)
    choosing = entering.must_choose(account)
    entering.enter(account, Proof("password"), datetime.now(UTC))
    return redirect(landing(then, choosing=choosing), 303)


def _sign_in_page(
    typed: Mapping[str, str], error: str | None, status: int, wait_s: int = 0
) -> Response:
    page = render_template(
        "accounts/sign_in.html",
        typed=typed.get("name", "")[:80],
        then=entering.own_path(typed.get("next")),
        error=too_often_words(wait_s) if wait_s else error,
    )
    return Response(page, status)


def too_often_words(wait_s: int) -> str:
    """Say how long to wait."""
    text: str = gettext(TOO_OFTEN, minutes=-(-wait_s // 60))
    return text


def too_often(wait_s: int, response: Response) -> Response:
    """Answer 429 with the time after which to try again."""
    response.status_code = THROTTLED
    response.headers["Retry-After"] = str(wait_s)
    return response


@blueprint.post("/sign-out")
@writes
@public
def sign_out() -> AnyResponse:
    """End this browser's session. What a phone has still to send stays on it."""
    if visitor() is not None:
        check_form()
    entering.leave(datetime.now(UTC))
    response = redirect("/sign-in", 303)
    # Cookies alone: "storage" would empty the outbox of a phone that was offline.
    response.headers["Clear-Site-Data"] = '"cookies"'
    return response


@blueprint.get("/reset-password")
@public
def reset_form() -> AnyResponse:
    """Ask for the code from the owner and a new password."""
    return _reset_page(None, None, 200)


@blueprint.post("/reset-password")
@writes_in_steps
@public
def reset_password() -> AnyResponse:
    """Set a new password with a code; sessions end, second factors stay."""
    check_form()
    code, password = request.form.get("code", ""), request.form.get("password", "")
    refuse_unread()
    tried = attempt()
    if tried.wait_s:
        auth_log.decided("reset", "throttled", None)
        page = _reset_page(too_often_words(tried.wait_s), None, THROTTLED)
        return too_often(tried.wait_s, page)
    now = datetime.now(UTC)
    account = operations.account_of_reset_code(code, now)
    if account is None:
        auth_log.decided("reset", "refused", None)
        return _reset_page(gettext(BAD_CODE), None, REFUSED)
    wrong = check_new_password(password, operations.own_words(account))
    if wrong is not None:
        return _reset_page(None, gettext(wrong), REFUSED)
    db.session.rollback()
    with transaction():
        if operations.reset_password(code, password, now) is None:
            return _reset_page(gettext(BAD_CODE), None, REFUSED)
        tried.succeeded()
        entering.leave(now)
    flash(gettext("Your new password is set. Sign in with it now."))
    return redirect("/sign-in", 303)


def _reset_page(code_error: str | None, password_error: str | None, status: int) -> Response:
    page = render_template(
        "accounts/reset_password.html",
        code=request.form.get("code", "")[:80],
        code_error=code_error,
        password_error=password_error,
    )
    return Response(page, status)


@blueprint.get("/account/producers")
@may(Act.MANAGE_OWN_ACCOUNT)
def choose_producer() -> str:
    """Ask for whom to work now."""
    account = entering.own_account()
    return render_template(
        "accounts/producers.html",
        places=operations.workplaces(account.account_id),
        then=entering.own_path(request.args.get("next")),
    )


@blueprint.post("/account/producers/<uuid:producer_id>")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def work_for(producer_id: UUID) -> AnyResponse:
    """Go on as a member of another producer, in a new session."""
    account, now = entering.own_account(), datetime.now(UTC)
    places = operations.workplaces(account.account_id)
    place = next((place for place in places if place.producer_id == producer_id), None)
    if place is None:
        raise problem.NotFound
    if sessions.is_at_an_office((place.producer_id, place.member_id)):
        reauthentication.require("/account/producers")
    proof = Proof(
        "session",
        member().is_second_factor_proven,
        since=reauthentication.since(),
        until=sessions.end_of(member().device_id),
    )
    entering.leave(now)
    entering.enter(account, proof, now, at=place)
    return redirect(landing(request.form.get("next")), 303)
