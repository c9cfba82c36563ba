"""Where somebody saw a label with a number of its own: said by a plain form, or not at all.

What is chosen is a commune or province of the list. No position is asked for, no account, no name.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.codes import audits, openings
from traceapp.database.engine import db
from traceapp.gs1.batch_code import BatchCode
from traceapp.gs1.unit_serial import as_minted, readable
from traceapp.labels import unit_openings
from traceapp.labels.units import printed, some
from traceapp.producers.communes import place_name
from traceapp.producers.models import Commune, Province
from traceapp.public import page, queries, walking
from traceapp.public.queries import Issued
from traceapp.trace.facts import Ref
from traceapp.web.access import public
from traceapp.web.endpoints import writes
from traceapp.web.pace import Pace, reader

openings.also(unit_openings.add)
audits.also_some(some)
blueprint = Blueprint("label_places", "traceapp.labels", template_folder="templates")

# Many phones share one address in Vietnam's mobile networks, so there is room for a whole bus.
TOLD_A_READER, WINDOW_S = 20, 600


@blueprint.get("/B/<code>/21/<serial>/place")
@public
def ask_place(code: str, serial: str) -> AnyResponse:
    """Ask where a label was seen, of whoever wants to say."""
    walking.note_page()
    issued, own = _label(code, serial)
    return _page(issued, own, is_told="told" in request.args)


@blueprint.post("/B/<code>/21/<serial>/place")
@writes
@public
def tell_place(code: str, serial: str) -> AnyResponse:
    """Count that a label was seen at a place; nothing else is kept."""
    place = request.form.get("place", "")
    issued, own = _label(code, serial)
    if not any(place in names for names in _places().values()):
        return _page(issued, own, is_wrong=True)
    pace = current_app.extensions.setdefault("place_pace", Pace(TOLD_A_READER, WINDOW_S))
    if not pace.allows(reader(), time.monotonic()):
        raise problem.TooManyRequests
    day = page.today(datetime.now(UTC))
    unit_openings.tell_place(Ref(issued.producer_id, issued.batch_id), own, place, day)
    return _private(redirect(f"/B/{issued.code}/21/{own}/place?told=1", 303))


def _label(code: str, serial: str) -> tuple[Issued, str]:
    """Find a label by what stands on it. Raises UnknownCode."""
    issued, own = queries.by_code(BatchCode.parse(code).text), as_minted(serial)
    if issued is None or own is None or not printed(issued.producer_id, issued.batch_id, own):
        walking.note_nothing()
        raise problem.UnknownCode
    return issued, own


def _places() -> dict[str, Sequence[str]]:
    """Give the names to choose from, by group: communes by province, then whole provinces."""
    key = (Commune.province, Commune.name, Commune.kind)
    named: dict[str, list[str]] = {}
    for province, name, kind in db.session.execute(select(*key).order_by(*key)):
        named.setdefault(province, []).append(place_name(kind, name, province))
    provinces = db.session.scalars(select(Province.name).order_by(Province.name))
    return {**named, "": [*provinces]}


def _page(
    issued: Issued, serial: str, *, is_told: bool = False, is_wrong: bool = False
) -> AnyResponse:
    shown = render_template(
        "labels/place.html",
        back=f"/B/{issued.code}/21/{serial}",
        serial=readable(serial),
        places=_places(),
        is_told=is_told,
        is_wrong=is_wrong,
    )
    return _private(Response(shown, 422 if is_wrong else 200))


def _private(answer: AnyResponse) -> AnyResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
