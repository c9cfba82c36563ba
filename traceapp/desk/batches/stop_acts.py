"""What people do on the page of a batch when something is wrong: stop its sale, allow it again."""

from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.batches.batch_acts import blueprint
from traceapp.desk.batches.batch_views import Found, batch_page, find_batch
from traceapp.desk.batches.stop_words import actor_of, may_stop
from traceapp.recalls.stops import lifting, stopping
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form

__all__ = ["blueprint"]

STOP, LIFT = stopping.StopSchema(), lifting.LiftSchema()


@blueprint.post("/desk/batches/<code>/stop")
@writes
@may(Act.STOP_SALE)
def stop_sale(code: str) -> ResponseReturnValue:
    """Stop the sale of a batch, alone and at once."""
    reader = member()
    found = find_batch(reader, code)
    if not may_stop(reader, found.ref):
        raise problem.NotFound
    data = STOP.load({"reason": request.form.get("reason", "")})
    stopping.stop(Ref(*found.ref), actor_of(reader), data["reason"], now=datetime.now(UTC))
    flash(_("Sale is stopped. Its code says so now, and whoever has some of it is told."))
    return _back_to(found)


@blueprint.post("/desk/batches/<code>/allow-sale")
@writes
@may(Act.STOP_SALE)
def allow_sale(code: str) -> ResponseReturnValue:
    """Allow sale again as a second person or after a passed check, or ask for one."""
    reader = member()
    found = find_batch(reader, code)
    form = Form.sent((Field("stop", kind="hidden"), Field("reason", kind="lines")), request.form)
    by, now = actor_of(reader), datetime.now(UTC)
    with form.trying():
        data = LIFT.load({name: form.value(name) for name in ("stop", "reason")})
        is_lifted = lifting.lift(Ref(*found.ref), data["stop"], by, data["reason"], now=now)
        flash(_allowed(is_lifted=is_lifted))
        return _back_to(found)
    return batch_page(reader, found, form)


def _allowed(*, is_lifted: bool) -> str:
    if is_lifted:
        return str(_("Sale is allowed again. The reason stays on this page."))
    words = _("A colleague or an officer is asked. If nobody answers for 30 minutes, decide alone.")
    return str(words)


def _back_to(found: Found) -> ResponseReturnValue:
    return redirect(url_for("desk_batches.show_batch", code=found.address), code=303)
