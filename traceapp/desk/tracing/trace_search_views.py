"""The page where a trace begins: from a code, a name, a date, an event, or a photo of a label."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.codes.states import CodeState, shown_state
from traceapp.desk.batches import batch_words
from traceapp.photos import symbols
from traceapp.photos.imaging import RefusedImage
from traceapp.tracing import searching
from traceapp.tracing.searching import Wish
from traceapp.web import languages, lists, problems
from traceapp.web.endpoints import writes_late
from traceapp.web.fields import clean, in_our_time
from traceapp.web.languages import pick
from traceapp.web.lists import LONGEST_SEARCH
from traceapp.web.pages import HANOI
from traceapp.web.sent_forms import refuse_unread

blueprint = Blueprint("desk_trace_search", "traceapp.desk", template_folder="templates")

NARROWING = ("since", "until", "site", "season")


@blueprint.get("/desk/trace")
@may(Act.READ)
def find_batches() -> ResponseReturnValue:
    """Look for batches; the one that is found alone is traced at once."""
    return _answer(request.args)


@blueprint.post("/desk/trace")
@writes_late
@may(Act.READ)
def read_label() -> ResponseReturnValue:
    """Read the symbol on a photo of a label, and look for its batch. The photo is not kept."""
    file = request.files.get("photo")
    refuse_unread()
    try:
        texts = symbols.read(file.read()) if file else []
    except RefusedImage as error:
        return _page({}, Wish(), None, fault=problems.said(error.message))
    reader = member()
    for text in texts:
        rows = searching.search(reader, Wish(text[:LONGEST_SEARCH]), lists.Asked()).rows
        if len(rows) == 1:
            return redirect(_trace_of(rows[0]), code=303)
        if rows:
            return redirect(url_for(".find_batches", q=text[:LONGEST_SEARCH]), code=303)
    fault = _(
        "No symbol can be read on this photo. Hold the camera straight, close, in good light."
    )
    if texts:
        fault = _("The symbol says “%(text)s”. No batch of yours has that.", text=texts[0][:120])
    return _page({}, Wish(), None, fault=fault)


def _answer(arguments: Mapping[str, str]) -> ResponseReturnValue:
    wish, faults = _wish(arguments)
    if wish.is_empty or faults:
        return _page(arguments, wish, None, dates=faults)
    found = searching.search(member(), wish, _asked(arguments))
    if found.asked.is_csv:
        return lists.as_csv("trace", _columns(), found.rows)
    is_exact = replace(wish, text="").is_empty and len(found.rows) == 1
    if is_exact and found.asked.after is None:
        return redirect(_trace_of(found.rows[0]))
    return _page(arguments, wish, found)


def _asked(arguments: Mapping[str, str]) -> lists.Asked:
    """Read what every list is asked; its links keep all that is looked for."""
    asked = lists.asked(arguments)
    chosen = {name: arguments[name] for name in NARROWING if arguments.get(name)}
    return replace(asked, chosen=chosen)


def _page(
    arguments: Mapping[str, str],
    wish: Wish,
    found: lists.Page[Any] | None,
    *,
    fault: str = "",
    dates: tuple[str, ...] = (),
) -> ResponseReturnValue:
    sites, seasons = searching.choices(member())
    return render_template(
        "desk/tracing/trace_search.html",
        typed=arguments,
        wish=wish,
        found=found,
        sites=sites,
        seasons=seasons,
        fault=fault,
        dates=dates,
        trace_of=_trace_of,
        state_of=_state,
    ), 422 if fault else 200


def _state(row: Any) -> batch_words.StateWords | None:  # noqa: ANN401 - a row of `search`
    if not row.state:
        return None
    today = datetime.now(UTC).astimezone(HANOI).date()
    return batch_words.state_words(shown_state(CodeState(row.state), row.expiry_date, today))


def _columns() -> dict[str, lists.Reader]:
    def words(row: Any) -> str:  # noqa: ANN401 - a row of `search`
        state = _state(row)
        return state.name if state else str(_("Without a code"))

    language = languages.current()
    return {
        _("Product"): lambda row: pick({"vi": row.name, "en": row.name_en}, language),
        _("Lot"): lambda row: row.lot,
        _("Code"): lambda row: row.code,
        _("Producer"): lambda row: pick({"vi": row.producer, "en": row.producer_en}, language),
        _("Made on"): lambda row: row.production_date,
        _("State"): words,
    }


def _trace_of(row: Any) -> str:  # noqa: ANN401 - a row of `search`
    code = row.code or row.batch_id
    return url_for("desk_traces.show_trace", code=code)


def _wish(arguments: Mapping[str, str]) -> tuple[Wish, tuple[str, ...]]:
    """Read what is looked for; gives the names of dates that are none."""
    dates: dict[str, date | None] = {}
    faults = []
    for name in ("since", "until"):
        text = arguments.get(name, "")
        try:
            dates[name] = _day(text) if text else None
        except (ValueError, ValidationError):
            dates[name] = None
            faults.append(name)
    return Wish(
        text=clean(arguments.get("q", "")).strip()[:LONGEST_SEARCH],
        site_id=_id(arguments.get("site", "")),
        season_id=_id(arguments.get("season", "")),
        **dates,
    ), tuple(faults)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    in_our_time(day)
    return day


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
