"""Routes behind a printed code. Reports and the start page are in `traceapp.public.views`."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request

from traceapp import problem
from traceapp.codes import queries as codes
from traceapp.codes.states import CodeState
from traceapp.codes.stop_reasons import told_reason
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.gs1.digital_link import BatchKey, ProductKey, readable
from traceapp.network.vocabulary import METHODS
from traceapp.photos import operations as photos
from traceapp.public import address as addresses
from traceapp.public import banners, lines, page, queries, read_model, units, walking
from traceapp.public.address import Address
from traceapp.public.banners import Banner, banner, not_in_use
from traceapp.public.framing import picture_url, rendered, whole_url
from traceapp.public.icons import name_of
from traceapp.public.page_cache import LIFETIME, Lifetime, media_type
from traceapp.public.queries import Issued
from traceapp.public.staleness import forget_pictured
from traceapp.public.structured_data import as_script
from traceapp.public.units import Unit
from traceapp.web.access import public
from traceapp.web.endpoints import transaction
from traceapp.web.languages import current, say
from traceapp.web.pages import picture as media_url
from traceapp.web.settings import settings

codes_blueprint = Blueprint("codes", "traceapp.public", template_folder="templates")
photos.on_ready.append(forget_pictured)  # a page shows its pictures as soon as they exist

FORMAT = "traceapp/timeline/1"
KEEPING_WAIT_MS = 50  # keeping may be left out; a reader waits for nobody's lock


@codes_blueprint.get('/<any(B, b, U, u, "01", "414", "00"):kind>/<path:rest>')
@public
def show(kind: str, rest: str) -> Response:  # noqa: ARG001 - read from the path as it was sent
    """Show the page of a code: 200 for every code ever issued, 308 where it moved."""
    asked = units.with_lot(addresses.read(addresses.raw_path(request.environ)))
    now = datetime.now(UTC)
    issued = _find(asked)
    if issued is None:
        return _without_batch(asked)
    walking.note_page()
    if issued.moved_to is not None:
        return _moved(issued.moved_to, asked)
    document = None if issued.own_state in page.WITHOUT_ORIGIN else document_behind(issued, now)
    valid_until = page.valid_until(now, document)
    unit = units.of(issued, asked)
    # The whole chain is opened from the page itself: that is not another opening.
    opens = None if asked.chain else units.opened(issued, unit)
    is_kept = unit is None or unit.printed is not None
    if not is_kept:
        walking.note_nothing()  # whoever guesses numbers drives no page of others out
    request.environ[LIFETIME] = Lifetime(issued.generation, valid_until, opens, is_kept)
    if media_type(request.headers.get("Accept", "")) == "application/json":
        named = {} if unit is None else {"unit": unit.document()}
        return jsonify(as_json(issued, document, now) | named)
    if document is None:
        return _told(issued, asked)
    shown = page.make(issued, document, now, current(), whole=asked.chain)
    return _shown(shown, asked, unit)


def as_json(issued: Issued, document: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """Give the document with the code, its address and its state (docs/integrators)."""
    state = page.state_of(issued, document, page.today(now))
    told = state not in (CodeState.ACTIVE, CodeState.EXPIRED)
    body: dict[str, Any] = dict(document or {}) | _named_code(issued.code, state)
    if told:
        since = issued.changed_at.isoformat()
        reason = say(told_reason(issued.reason)) or None
        body["state"] |= {"actor": issued.actor, "reason": reason, "since": since}
        if state is CodeState.RECALLED:
            body["state"] |= {"instruction": issued.instruction, "contact": issued.contact}
    if document is not None:
        body["product"] = {**document["product"], "picture": _picture_url(document)}
        page_of_maker = whole_url(addresses.producer_path(issued.producer_id))
        body["producer"] = {**document["producer"], "url": page_of_maker}
    return body


def _named_code(code: str, state: CodeState) -> dict[str, Any]:
    nobody = {"actor": None, "reason": None, "since": None}
    body: dict[str, Any] = {
        "format": FORMAT,
        "code": code,
        "url": whole_url(f"/B/{code}"),
        "state": {"state": state.value, **nobody},
    }
    return body | {"sample": True} if settings().demo else body


def _find(asked: Address) -> Issued | None:
    match asked.key:
        case BatchKey(code):
            return queries.by_code(code.text)
        case ProductKey(gtin, lot) if lot is not None:
            return queries.by_gtin(str(gtin), str(lot))
        case _:
            return None


def document_behind(issued: Issued, now: datetime) -> dict[str, Any]:
    """Take the kept document while its words are true, else build it and keep it."""
    if issued.document is not None:
        kept: dict[str, Any] = json.loads(issued.document)
        until = kept["valid_until"]
        if until is None or now < datetime.fromisoformat(until):
            return kept
    ref = (issued.producer_id, issued.batch_id)
    built = read_model.document_of(ref, now)
    db.session.rollback()  # the reading is over; what follows writes
    with suppress(problem.Busy, problem.StorageFull), transaction(wait_ms=KEEPING_WAIT_MS):
        # Whoever changed something meanwhile stepped the generation: then this is old already.
        if queries.generation_for_keeping() == issued.generation:
            text = json.dumps(built, ensure_ascii=False, separators=(",", ":"))
            freshness.keep(issued.code, ref, text, now=now)
    return built


def _without_batch(asked: Address) -> Response:
    """Answer for a code that a phone holds, and for a product link without its lot.

    Everything else was never issued.
    """
    key = asked.key
    if isinstance(key, BatchKey) and codes.is_reserved(key.code.text):
        return _held_by_a_phone(key.code.text, asked)
    product = None
    if isinstance(key, ProductKey) and key.lot is None:
        product = queries.product_of(str(key.gtin))
    if product is None:
        walking.note_nothing()
        raise problem.UnknownCode
    name, name_en, producer, producer_en = product
    english = current() == "en"
    named = f"{(english and name_en) or name} · {(english and producer_en) or producer}"
    notice = banners.without_lot(named, asked.serial)
    return _notice(notice, readable(key), f"/report?code={asked.path}", asked)


def _held_by_a_phone(code: str, asked: Address) -> Response:
    """Say that a code is not in use yet. Never kept: nothing steps when it is given to a batch."""
    walking.note_page()
    if media_type(request.headers.get("Accept", "")) == "application/json":
        return jsonify(_named_code(code, CodeState.NOT_ACTIVATED))
    notice = not_in_use()
    return _notice(notice, lines.in_groups(code), f"/B/{code}/report", asked)


def _moved(to: str, asked: Address) -> Response:
    query = request.query_string.decode("ascii", "replace")
    tail = addresses.CHAIN if asked.chain else ""
    answer = redirect(f"/B/{to}{tail}{'?' + query if query else ''}", 308)
    answer.headers["Cache-Control"] = "no-cache"
    return Response(answer.get_data(), answer.status_code, answer.headers)


def _told(issued: Issued, asked: Address) -> Response:
    notice = banner(issued.state, issued)
    if notice is None:
        raise LookupError(issued.state)
    return _notice(notice, lines.in_groups(issued.code), _report_path(issued), asked)


def _notice(notice: Banner, code: str, report_path: str, asked: Address) -> Response:
    return rendered(
        "public/code_state.html",
        asked.path,
        notice=notice,
        readable=code,
        report_path=report_path,
    )


def _shown(shown: page.Page, asked: Address, unit: Unit | None) -> Response:
    document = shown.document
    event = document["summary"]["key_event"]
    code = shown.issued.code
    return rendered(
        "public/chain.html" if asked.chain else "public/batch.html",
        asked.path if unit is None or unit.printed else asked.path_of_lot,
        page=shown,
        unit=unit,
        unit_banner=unit and banners.of_unit(unit),
        commune=lines.commune(
            (event and event["place"]) or document["batch"]["place"], shown.language
        ),
        address=lines.address(document["producer"]),
        maker_path=addresses.producer_path(shown.issued.producer_id),
        batch_path=f"/B/{code}",
        chain_path=f"/B/{code}{addresses.CHAIN}",
        report_path=_report_path(shown.issued),
        structured_data=as_script(shown, whole_url(f"/B/{code}"), _picture_url(document)),
        say=lines.sayer(shown.language),
        was_withdrawn=lines.was_withdrawn,
        where_and_who=lines.where_and_who,
        place_words=lines.commune,
        methods=METHODS,
        span=lines.span,
        written=lines.written,
        media=media_url,
        icon_name=name_of,
    )


def _report_path(issued: Issued) -> str:
    return f"/B/{issued.code}/report"


def _picture_url(document: Mapping[str, Any]) -> str | None:
    picture = document["product"]["picture"]
    return None if picture is None else picture_url(picture["file"])
