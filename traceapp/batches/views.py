"""Routes of this room, in the order of the page."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request, url_for
from markupsafe import Markup
from werkzeug.routing import RequestRedirect

from traceapp import problem
from traceapp.batches import activation, desk_queries, desk_words, paper, queries
from traceapp.batches.faces import faces, measure
from traceapp.batches.queries import BatchCard, Ref
from traceapp.codes import queries as codes
from traceapp.codes.queries import CodeFact
from traceapp.codes.states import CodeState, shown_state
from traceapp.gs1.batch_code import BatchCode
from traceapp.printing import picture, sheet, stock, symbol
from traceapp.printing.label import DoesNotFit, Label
from traceapp.web import languages
from traceapp.web.access import demo_door, public
from traceapp.web.fields import clean
from traceapp.web.headers import use_policy
from traceapp.web.pages import HANOI, media_sources
from traceapp.web.settings import settings

blueprint = Blueprint("batches", "traceapp.batches", template_folder="templates")

MOST_PAGES = 10_000
LONGEST_SEARCH = 200
MODULE = re.compile(r"[0-9]{1,2}")
KEPT = "public, max-age=3600"  # a symbol never changes; names and dates on a picture rarely do


@dataclass(frozen=True, slots=True)
class Found:
    """The batch behind a code, and what its code says today."""

    code: BatchCode
    fact: CodeFact
    card: BatchCard
    state: CodeState

    @property
    def ref(self) -> Ref:
        """Name the batch by producer and id."""
        return (self.card.producer_id, self.card.batch_id)


@blueprint.get("/desk/batches")
@demo_door
def list_batches() -> str:
    """List the batches that have a public code, with a search."""
    wanted = clean(request.args.get("q", ""))[:LONGEST_SEARCH]
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    use_policy(img_src=media_sources())
    rows, has_more = desk_queries.search(wanted, page=page)
    today = _today()
    return render_template(
        "batches/list.html",
        rows=[(row, _state(row, today)) for row in rows],
        wanted=wanted,
        page=page,
        has_more=has_more,
    )


@blueprint.get("/desk/batches/<code>")
@demo_door
def show_batch(code: str) -> str:
    """Show one batch: facts, code, pictures, what is missing, and who holds how much."""
    found = _find(code)
    card = found.card
    language = languages.current()
    return render_template(
        "batches/batch.html",
        found=found,
        card=card,
        state=desk_words.state_words(found.state),
        readable=found.code.readable,
        uri=paper.uri_of(card, found.code, settings()),
        content=desk_words.content_words(card, language),
        can_print=found.state in paper.LABELLED_IN,
        missing=desk_words.missing_words(activation.missing_of(found.ref)),
        holdings=[
            (holding, desk_words.holding_words(holding, card.uom, language))
            for holding in desk_queries.holdings(found.ref)
        ],
    )


@blueprint.get("/desk/batches/<code>/labels")
@demo_door
def print_labels(code: str) -> str:
    """Lay out one A4 sheet of 24 labels, ready for the browser's own printing."""
    found = _find(code)
    if found.state not in paper.LABELLED_IN:
        return _no_labels(found, desk_words.state_words(found.state).no_labels)
    label = paper.label_of(found.card, found.code, settings())
    labels = [label] * stock.A4_24.positions
    try:
        drawn = sheet.svg_sheet(stock.A4_24, labels, measure=measure(_static()))
    except DoesNotFit as error:
        return _no_labels(found, desk_words.misfit_words(error))
    # Our own drawing; every text in it is escaped where it is drawn.
    page = Markup(drawn)  # noqa: S704
    return render_template("batches/labels.html", found=found, card=found.card, sheet=page)


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
    """Find the batch behind a code; raise InvalidKey, UnknownCode, or lead a moved code on."""
    code = BatchCode.parse(text)
    fact = codes.find(code.text)
    if fact is None:
        raise problem.UnknownCode
    if fact.moved_to is not None:
        raise RequestRedirect(_onward(fact.moved_to))
    card = queries.batch_card((fact.producer_id, fact.batch_id))
    if card is None:
        raise problem.UnknownCode
    return Found(code, fact, card, shown_state(fact.state, card.expiry_date, _today()))


def _onward(code: str) -> str:
    # The reader's words stay text behind the “?”: as keywords they would steer `url_for` itself.
    query = request.query_string.decode("ascii", "replace")
    return f"{url_for(str(request.endpoint), code=code)}{'?' + query if query else ''}"


def _no_labels(found: Found, reason: str) -> str:
    return render_template(
        "batches/no_labels.html",
        found=found,
        card=found.card,
        state=desk_words.state_words(found.state),
        reason=reason,
        missing=desk_words.missing_words(activation.missing_of(found.ref)),
    )


def _state(row: desk_queries.DeskRow, today: date) -> desk_words.StateWords:
    return desk_words.state_words(shown_state(row.state, row.expiry_date, today))


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


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()


def _static() -> Path:
    return Path(current_app.static_folder or "")
