"""The public page behind the code of a stall: what is on it now."""

from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.codes import audits, openings
from traceapp.gs1.digital_link import StallKey
from traceapp.public import address as addresses
from traceapp.public import lines, page, producer_queries, walking
from traceapp.public.address import producer_path
from traceapp.public.banners import Banner
from traceapp.public.framing import rendered
from traceapp.public.page_cache import LIFETIME, Lifetime, media_type
from traceapp.stalls import openings as stall_openings
from traceapp.stalls.models import Stall
from traceapp.stalls.page import STATE_WORDS, StallState, document_of
from traceapp.stalls.queries import ToldStall, by_code
from traceapp.web.access import public
from traceapp.web.languages import current
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

audits.also(select(Stall.code))
openings.also(stall_openings.add)
blueprint = Blueprint("stall_page", "traceapp.stalls", template_folder="templates")


@blueprint.get("/S/<stall_code>", strict_slashes=False)
@blueprint.get("/s/<stall_code>", strict_slashes=False)
@public
def show(stall_code: str) -> Response:  # noqa: ARG001 - read from the path as it was sent
    """Show what is on a stall now: 200 for every code ever issued, whatever became of the stall."""
    asked = addresses.read(addresses.raw_path(request.environ))
    now, generation = datetime.now(UTC), producer_queries.generation()
    stall = by_code(asked.key.code.text) if isinstance(asked.key, StallKey) else None
    if stall is None:
        walking.note_nothing()
        raise problem.UnknownCode
    walking.note_page()
    document = document_of(stall, page.today(now))
    request.environ[LIFETIME] = Lifetime(generation, page.valid_until(now, None), stall.code)
    if settings().demo:
        document["sample"] = True
    if media_type(request.headers.get("Accept", "")) == "application/json":
        return jsonify(document)
    return rendered(
        "stalls/stall.html",
        asked.path,
        document=document,
        notice=_notice(document["state"], stall),
        for_sale=[lot for lot in document["lots"] if lot["is_for_sale"]],
        stopped=[lot for lot in document["lots"] if not lot["is_for_sale"]],
        state_words=STATE_WORDS,
        readable=lines.in_groups(stall.code),
        changed=stall.changed_at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M"),
        commune=lines.commune(document.get("place"), current()),
        seller_path=producer_path(stall.producer_id),
        say=lines.sayer(current()),
        written=lines.written,
    )


def _notice(state: StallState, stall: ToldStall) -> Banner | None:
    match state:
        case StallState.CLOSED:
            closed_at = stall.archived_at or stall.changed_at
            title = _("This stall is closed")
            advice = _("Nothing is sold under this code any more. Each lot keeps its own page.")
            since = closed_at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M")
            return Banner("amber", "info", title, advice, since=since)
        case StallState.NOT_IN_USE:
            title = _("This code is not in use yet")
            advice = _("Its seller has not been let in here, so nothing can be said about it.")
            return Banner("amber", "circle-help", title, advice)
        case StallState.OPEN:
            return None
