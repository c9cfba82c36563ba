"""The symbols and the shared picture of a batch: for everybody who may see its page."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.routing import RequestRedirect

from traceapp import problem
from traceapp.batches import queries
from traceapp.batches.paper import label as paper
from traceapp.batches.paper.faces import faces
from traceapp.batches.queries import BatchCard
from traceapp.codes import queries as codes
from traceapp.gs1.batch_code import BatchCode
from traceapp.printing import picture, symbol
from traceapp.printing.label import Label
from traceapp.web.access import public
from traceapp.web.pages import HANOI
from traceapp.web.settings import settings

blueprint = Blueprint("batches", "traceapp.batches")

MODULE = re.compile(r"[0-9]{1,2}")
KEPT = "public, no-cache"  # kept where they were drawn, and asked for: goods may have been stopped


@dataclass(frozen=True, slots=True)
class Found:
    """The batch behind a code."""

    code: BatchCode
    card: BatchCard


@blueprint.get("/B/<code>/qr.svg")
@public
def qr_svg(code: str) -> Response:
    """Draw the symbol of a batch as SVG."""
    found = _find(code)
    uri = paper.uri_of(found.card, found.code, settings())
    drawn = symbol.svg(uri, f"QR {found.code.readable}")
    return _kept(drawn.encode(), "image/svg+xml")


@blueprint.get("/B/<code>/qr.png")
@public
def qr_png(code: str) -> Response:
    """Draw the symbol of a batch as PNG, `module` pixels a module."""
    found = _find(code)
    module = _module(request.args.get("module", "8"))
    return _kept(symbol.png(paper.uri_of(found.card, found.code, settings()), module), "image/png")


@blueprint.get("/B/<code>/picture.png")
@public
def shared_picture(code: str) -> Response:
    """Draw the picture of a batch that people share, with the producer's initials."""
    found = _find(code)
    label = paper.label_of(found.card, found.code, settings())
    return _kept(_picture(label, _static()), "image/png")


@lru_cache(maxsize=64)
def _picture(label: Label, static: Path) -> bytes:
    return picture.png(label, faces(static))


def _find(text: str) -> Found:
    """Find the batch behind a code that may be printed, or lead a moved code on.

    Raises InvalidKey, UnknownCode, Blocked.
    """
    code = BatchCode.parse(text)
    fact = codes.find(code.text)
    if fact is None:
        raise problem.UnknownCode
    if fact.moved_to is not None:
        raise RequestRedirect(_onward(fact.moved_to))
    card = queries.batch_card((fact.producer_id, fact.batch_id))
    if card is None:
        raise problem.UnknownCode
    paper.see_that_it_is_printed(card, fact.state, datetime.now(HANOI).date())
    return Found(code, card)


def _onward(code: str) -> str:
    # The reader's words stay text behind the “?”: as keywords they would steer `url_for` itself.
    query = request.query_string.decode("ascii", "replace")
    return f"{url_for(str(request.endpoint), code=code)}{'?' + query if query else ''}"


def _module(text: str) -> int:
    if not MODULE.fullmatch(text) or not 1 <= int(text) <= symbol.MAX_MODULE_PX:
        raise problem.BadRequest(
            findings=[
                problem.Finding(
                    "/module",
                    "module_pixels",
                    problem.N_("“module” says how many pixels one square of the symbol has."),
                    problem.N_("Write a whole number from 1 to 64."),
                )
            ]
        )
    return int(text)


def _kept(content: bytes, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = KEPT
    response.add_etag()
    response.make_conditional(request)
    return response


def _static() -> Path:
    return Path(current_app.static_folder or "")
