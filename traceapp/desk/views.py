"""The first page of the desk: what needs somebody today."""

from datetime import UTC, datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.operations import workplaces
from traceapp.accounts.visitor import visitor
from traceapp.desk import attention
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.web.pages import HANOI

blueprint = Blueprint("desk", "traceapp.desk", template_folder="templates")


@blueprint.app_template_global()
def works_for_several() -> bool:
    """Tell whether the one who asks may choose for whom to work."""
    reader = visitor()
    account_id = reader.account_id if reader is not None else None
    return account_id is not None and len(workplaces(account_id)) > 1


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
        first=attention.first_step(reader),
        looks_after_all=reader.may(Act.LOOK_UP_ANY),
        has_goods=attention.has_goods(reader),
    )
