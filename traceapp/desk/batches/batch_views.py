"""Batches at the desk: the list, one batch with its ledger and steps, its sheet of labels."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.routing import RequestRedirect

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.batches import activation, queries
from traceapp.batches.books import containers
from traceapp.batches.books.handed_on import handed_on
from traceapp.batches.books.held import gone
from traceapp.batches.models import Batch
from traceapp.batches.movements import Holding, holdings
from traceapp.batches.paper import label as paper
from traceapp.batches.queries import BatchCard, Ref
from traceapp.codes import queries as codes
from traceapp.codes.queries import CodeFact
from traceapp.codes.states import CodeState, shown_state
from traceapp.desk.batches import (
    batch_queries,
    batch_recalls,
    batch_search,
    batch_words,
    hold_words,
    ledger_bar,
    ledger_words,
    mending,
    stop_words,
)
from traceapp.desk.batches.batch_story import tell_batch
from traceapp.desk.labels import label_story
from traceapp.desk.reports import question_words
from traceapp.gs1.batch_code import BatchCode
from traceapp.labels.printable import is_labelled_by
from traceapp.trace.facts import Ref as FactRef
from traceapp.trace.measures import amount
from traceapp.trace.units import from_micro
from traceapp.tracing import readers
from traceapp.web import languages, lists
from traceapp.web.forms import Form
from traceapp.web.headers import use_policy
from traceapp.web.pages import HANOI, media_sources, quantity
from traceapp.web.settings import settings

blueprint = Blueprint("desk_batches", "traceapp.desk", template_folder="templates")


@dataclass(frozen=True, slots=True)
class Found:
    """A batch that the reader may see; an intermediate has no code."""

    card: BatchCard
    code: BatchCode | None
    fact: CodeFact | None
    state: CodeState | None

    @property
    def ref(self) -> Ref:
        """Name the batch by producer and id."""
        return (self.card.producer_id, self.card.batch_id)

    @property
    def is_in_use(self) -> bool:
        """Whether its code may be printed, on labels and alone."""
        return self.state in paper.LABELLED_IN

    @property
    def address(self) -> str:
        """Give what the address of its page ends in."""
        return self.code.text if self.code else str(self.card.batch_id)


@blueprint.get("/desk/batches")
@may(Act.READ)
def list_batches() -> ResponseReturnValue:
    """List the batches the reader may see, with search and filters."""
    reader = member()
    today = _today()
    wish = lists.asked(request.args, *_filters(reader))
    found = batch_search.listed(reader, wish, today)
    if wish.is_csv:
        return lists.as_csv("lo-hang", _columns(today), found.rows)
    return render_template(
        "desk/batches/batch_list.html",
        found=found,
        today=today,
        state_of=lambda row: _state_words(row.state, row.expiry_date, today),
        stock_of=lambda row: amount(from_micro(row.stock, row.uom), row.uom, languages.current()),
        looks_after_all=reader.may(Act.LOOK_UP_ANY),
    )


@blueprint.get("/desk/batches/<code>")
@may(Act.READ)
def show_batch(code: str) -> ResponseReturnValue:
    """Show one batch: where its kilograms went, what was recorded, its code and its sources."""
    reader = member()
    return batch_page(reader, find_batch(reader, code))


def batch_page(reader: Visitor, found: Found, tried: Form | None = None) -> ResponseReturnValue:
    """Show a batch; `tried` is what was sent to let it go, and is wrong."""
    card, ref, now = found.card, FactRef(*found.ref), datetime.now(UTC)
    language, told = languages.current(), tell_batch(reader, card, now)
    parts, came_in = ledger_words.parts(told, card.uom), ledger_words.came_in(told.ledger)
    heading = _("Where %(amount)s went", amount=quantity(came_in, card.uom))
    is_ours = card.producer_id == reader.producer_id
    lacks = activation.missing_of(ref) if is_ours and found.code else []
    use_policy(img_src=media_sources())
    told_page = render_template(
        "desk/batches/batch.html",
        found=found,
        tried=tried,
        card=card,
        told=told,
        words=ledger_words,
        heading=heading,
        parts=parts,
        bar=ledger_bar.draw(parts, heading),
        state=batch_words.state_words(found.state) if found.state else None,
        uri=paper.uri_of(card, found.code, settings()) if found.code else None,
        content=batch_words.content_words(card, language),
        can_print=_can_print(reader, found),
        can_count=reader.may(Act.RECORD_STEP) and queries.has_stock_of(reader.producer_id, ref),
        missing=mending.what_is_missing(lacks, card),
        holdings=_holdings(reader, found, language),
        handed_on=_handed_on(reader, found, language),
        amount=lambda quantity, uom: amount(quantity, uom, language),
        is_ours=is_ours,
        tells_openings=is_ours or _sees_all(reader),
        may_trace=told.tells_lineage,
        holds=hold_words.holds_of(reader, ref),
        stops=stop_words.stops_of(reader, ref),
        questioned=question_words.questioned(reader, ref, now),
        recalls=batch_recalls.told_on(reader, ref),
        crates=_own_crates(reader, ref),
        labels=label_story.stories_of(reader, card, now),
        may_allow=label_story.may_allow(reader, found.state),
    )
    return told_page, tried.status if tried else 200


def _can_print(reader: Visitor, found: Found) -> bool:
    is_labelled = is_labelled_by(reader.producer_id, FactRef(*found.ref))
    return is_labelled and found.is_in_use and reader.may(Act.PRINT_LABELS)


def _holdings(reader: Visitor, found: Found, language: str) -> list[tuple[Holding, str]]:
    """Say how much everybody has, to who may know it."""
    told = holdings(found.ref) if _sees_all(reader) else ()
    return [(one, batch_words.holding_words(one, found.card.uom, language)) for one in told]


def _handed_on(reader: Visitor, found: Found, language: str) -> list[str]:
    told = handed_on(FactRef(*found.ref)) if _sees_all(reader) else None
    return batch_words.handed_on_words(told, found.card.uom, language) if told else []


def _own_crates(reader: Visitor, batch: Ref) -> list[str]:
    now = datetime.now(UTC)
    if gone(reader.producer_id, [batch], now):
        return []
    around = containers.around(batch, now)
    return [mark for producer_id, mark in around if producer_id == reader.producer_id]


def find_batch(reader: Visitor, text: str) -> Found:
    """Find a batch by code or id; NotFound where it is nowhere or not the reader's business."""
    fact, ref = None, None
    if (batch_id := _as_id(text)) is not None:
        ref = readers.find_visible(reader, Batch.batch_id == batch_id)
        fact = codes.of_batch(*ref) if ref else None
    elif (fact := codes.find(BatchCode.parse(text).text)) is not None:
        ref = readers.find_visible(
            reader, Batch.producer_id == fact.producer_id, Batch.batch_id == fact.batch_id
        )
    if ref is None:
        raise problem.NotFound
    return _found(reader, ref, fact)


def batch_of(reader: Visitor, ref: Ref) -> Found:
    """Give a batch that the reader is known to have to do with, such as one he labelled."""
    return _found(reader, ref, codes.of_batch(*ref))


def _found(reader: Visitor, ref: queries.Ref, fact: CodeFact | None) -> Found:
    card = queries.batch_card(ref)
    if card is None:
        raise problem.NotFound
    if ref[0] != reader.producer_id:
        card = replace(card, lot=batch_queries.addresses(reader, [ref])[ref].lot)
    if fact is not None and fact.moved_to is not None:
        raise RequestRedirect(_onward(fact.moved_to))
    state = shown_state(fact.state, card.expiry_date, _today()) if fact else None
    return Found(card, BatchCode.parse(fact.code) if fact else None, fact, state)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _onward(code: str) -> str:
    # The reader's words stay text behind the “?”: as keywords they would steer `url_for` itself.
    query = request.query_string.decode("ascii", "replace")
    return f"{url_for(str(request.endpoint), code=code)}{'?' + query if query else ''}"


def _sees_all(reader: Visitor) -> bool:
    return reader.may(Act.LOOK_UP_ANY)


def _filters(reader: Visitor) -> list[lists.Filter]:
    states = {
        "active": _("In use"),
        "not_activated": _("Not in use yet"),
        "expired": _("Past its use-by date"),
        "stopped": _("Held or stopped"),
        "no_code": _("Without a code"),
    }
    found = [
        lists.Filter("state", _("State"), states),
        lists.Filter("stock", _("Stock"), {"yes": _("Still in stock")}),
    ]
    if not _sees_all(reader):
        names = batch_search.product_names(reader.producer_id)
        found.append(lists.Filter("product", _("Product"), names))
    return found


def _columns(today: date) -> dict[str, lists.Reader]:
    def state(row: Any) -> str:  # noqa: ANN401 - a row of `batch_search.listed`
        words = _state_words(row.state, row.expiry_date, today)
        return words.name if words else str(_("Without a code"))

    return {
        _("Product"): lambda row: row.name,
        _("Producer"): lambda row: row.producer,
        _("Lot"): lambda row: row.lot,
        _("Code"): lambda row: row.code,
        _("State"): state,
        _("Made on"): lambda row: row.production_date,
        _("Use by"): lambda row: row.expiry_date,
        _("In stock"): lambda row: from_micro(row.stock, row.uom),
        _("Unit"): lambda row: row.uom,
    }


def _state_words(
    state: str | None, expiry: date | None, today: date
) -> batch_words.StateWords | None:
    if state is None:
        return None
    return batch_words.state_words(shown_state(CodeState(state), expiry, today))


def _today() -> date:
    return datetime.now(UTC).astimezone(HANOI).date()
