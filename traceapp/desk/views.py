"""The first page of the desk: what needs somebody today."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from traceapp.accounts import factors
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.models import Account
from traceapp.accounts.operations import workplaces
from traceapp.accounts.visitor import visitor
from traceapp.database.engine import db
from traceapp.desk import attention, beginning
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.endpoints import writes
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

blueprint = Blueprint("desk", "traceapp.desk", template_folder="templates")


@blueprint.app_template_global()
def works_for_several() -> bool:
    """Tell whether the one who asks may choose for whom to work."""
    reader = visitor()
    account_id = reader.account_id if reader is not None else None
    return account_id is not None and len(workplaces(account_id)) > 1


@blueprint.post("/desk/second-step/later")
@writes
@may(Act.MANAGE_OWN_ACCOUNT)
def put_second_step_off() -> ResponseReturnValue:
    """Never offer the second step on the first page again; it stays under one's own account."""
    account = _account()
    if account is not None and account.second_step_put_off_at is None:
        account.second_step_put_off_at = datetime.now(UTC)
        db.session.flush()
    return redirect(url_for("desk.today"), code=303)


def _account() -> Account | None:
    account_id = member().account_id
    return None if account_id is None else db.session.get(Account, account_id)


def _offers_second_step() -> bool:
    account = None if settings().demo else _account()  # nobody of the demo has a password
    return account is not None and factors.is_worth_offering(account, member().roles)


@blueprint.get("/desk")
@may(Act.READ)
def today() -> ResponseReturnValue:
    """Say what needs the reader, what was recorded today, and what to do first."""
    reader = member()
    now = datetime.now(UTC).astimezone(HANOI)
    return render_template(
        "desk/today.html",
        now=now,
        tasks=attention.tasks(reader, now),
        kinds=STEP_KINDS,
        done=attention.recorded_today(reader, now),
        first=beginning.first_step(reader),
        looks_after_all=reader.may(Act.LOOK_UP_ANY),
        has_goods=beginning.has_goods(reader),
        offers_second_step=_offers_second_step(),
    )
