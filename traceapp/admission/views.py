"""Pages for somebody new: the first run, a producer that asks to join, a person who was invited.

A code stands in the part of a link behind the “#”, which no server or proxy sees; a small script
copies it into the form, and without scripts it is typed.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.accounts import entering
from traceapp.accounts.access import check_form
from traceapp.accounts.entering import Proof
from traceapp.accounts.models import Account
from traceapp.accounts.visitor import visitor
from traceapp.admission import first_run, forms, newcomers
from traceapp.admission.newcomers import Newcomer
from traceapp.database.engine import db
from traceapp.producers.queries import has_operator
from traceapp.web import problems
from traceapp.web.access import public
from traceapp.web.endpoints import writes
from traceapp.web.faults import EMPTY
from traceapp.web.forms import Form
from traceapp.web.pace import Pace, reader
from traceapp.web.settings import settings

blueprint = Blueprint("joining", "traceapp.admission", template_folder="templates")

LONGEST_BODY = 32 * 1024
# A whole village may stand behind one address of a mobile network.
TIMES_A_READER, WINDOW_S = 30, 600


@blueprint.before_request
def _limit_the_body() -> None:
    """Bound what is sent before any of it is read."""
    request.max_content_length = LONGEST_BODY


@blueprint.get("/first-run")
@public
def first_run_form() -> AnyResponse:
    """Show the form that sets up an empty installation."""
    if not first_run.is_due():
        raise problem.NotFound
    return _page("admission/first_run.html", Form.showing(forms.first_run_fields()))


@blueprint.post("/first-run")
@writes
@public
def run_first() -> AnyResponse:
    """Set up an empty installation and sign its owner in."""
    if not first_run.is_due():
        raise problem.NotFound
    form = Form.sent(forms.first_run_fields(), request.form)
    newcomer = _try(form, lambda given, now: first_run.run(given, now=now))
    if newcomer is None:
        if not form.value("code").strip() and "code" not in form.errors:
            form.blame("code", problems.said(EMPTY))  # the code is tried once all else is right
        return _page("admission/first_run.html", form)
    return _welcome(newcomer, gettext("Everything is set up. You are signed in."))


@blueprint.get("/join")
@public
def join_form() -> AnyResponse:
    """Show the form of a producer that wants to join."""
    _require_open()
    form = Form.showing(forms.request_fields(), {"kinds": ["coop"]})
    return _page("admission/join.html", form)


@blueprint.post("/join")
@writes
@public
def join() -> AnyResponse:
    """Register a producer and sign its owner in; it works at once and waits to be let in."""
    _require_open()
    form = Form.sent(forms.request_fields(), request.form)
    newcomer = _try(form, _register)
    if newcomer is None:
        return _page("admission/join.html", form)
    return _welcome(newcomer, gettext("Welcome. You can start to record right away."))


@blueprint.get("/join/member")
@public
def join_member_form() -> AnyResponse:
    """Ask an invited person for the code, and how to sign in."""
    return _page("admission/join_member.html", Form.showing(forms.join_fields()))


@blueprint.post("/join/member")
@writes
@public
def join_member() -> AnyResponse:
    """Give an invited person an account and sign it in."""
    form = Form.sent(forms.join_fields(), request.form)
    asker = visitor()
    if request.form.get("do") == "mine" and asker is not None and asker.account_id is not None:
        check_form()
        newcomer = _try(form, _join_as(asker.account_id))
    else:
        newcomer = _try(form, _join)
    if newcomer is None:
        return _page("admission/join_member.html", form)
    return _welcome(newcomer, gettext("Welcome. You are signed in."))


def _register(given: dict[str, str], now: datetime) -> Newcomer:
    kinds = newcomers.kinds_of(given)
    newcomer = newcomers.register(given, kinds, now=now, is_demo=settings().demo)
    if given.get("code"):
        newcomers.take_invitation(given["code"], newcomer, now=now)
    return newcomer


def _join(given: dict[str, str], now: datetime) -> Newcomer:
    return newcomers.join(given, now=now)


def _join_as(account_id: UUID) -> Callable[[dict[str, str], datetime], Newcomer]:
    return lambda given, now: newcomers.join_with(given.get("code", ""), account_id, now=now)


def _try(form: Form, deed: Callable[[dict[str, str], datetime], Newcomer]) -> Newcomer | None:
    pace = current_app.extensions.setdefault("joining_pace", Pace(TIMES_A_READER, WINDOW_S))
    if not pace.allows(reader(), time.monotonic()):
        raise problem.TooManyRequests
    made: list[Newcomer] = []
    with form.trying():
        made.append(deed(form.data(), datetime.now(UTC)))
    form.typed.pop("password", None)  # a page never repeats a password
    return None if form.errors else made[0]


def _require_open() -> None:
    if not (settings().demo or has_operator()):
        raise problem.NotFound


def _welcome(newcomer: Newcomer, words: str) -> AnyResponse:
    account = db.session.get_one(Account, newcomer.account_id)
    proof = Proof("password")
    entering.enter(account, proof, datetime.now(UTC), at=newcomer.workplace)
    flash(words)
    return _private(redirect(entering.landing(None), 303))


def _page(template: str, form: Form) -> AnyResponse:
    return _private(Response(render_template(template, form=form), form.status))


def _private(response: AnyResponse) -> AnyResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
