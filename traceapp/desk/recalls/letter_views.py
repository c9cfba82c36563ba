"""Sending a letter or message of a recall again, from the page of its case."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.desk.batches.stop_words import actor_of
from traceapp.desk.recalls.case_views import find_case
from traceapp.recalls.notices import sending_again
from traceapp.web.endpoints import writes

blueprint = Blueprint("letters", "traceapp.desk", template_folder="templates")


@blueprint.post("/desk/cases/<uuid:case_id>/letters/<uuid:letter_id>")
@writes
@may(Act.ISSUE_RECALL)
def send_again(case_id: UUID, letter_id: UUID) -> ResponseReturnValue:
    """Send what was given up again."""
    reader = member()
    case = find_case(reader, case_id)
    if sending_again.send_again(case, letter_id, actor_of(reader), now=datetime.now(UTC)):
        flash(_("It is sent again now. Look here in a minute whether it arrived."))
    else:
        flash(_("Nothing was sent again: it is on its way, arrived, or a later letter went out."))
    return redirect(url_for("cases.show_case", case_id=case_id) + "#letters", code=303)
