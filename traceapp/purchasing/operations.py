"""Posting needs, showing products, writing to each other. Callers own the transaction.

A need is never edited: said anew it gets a new version, and the older ones stay.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.audit import operations as audit
from traceapp.batches.models import Product
from traceapp.batches.recording.waiting import wait_for
from traceapp.database.engine import db
from traceapp.database.folding import fold
from traceapp.problem import N_, Finding
from traceapp.producers import communes
from traceapp.purchasing import contact_queries, letters, lots, matching, queries
from traceapp.purchasing.matching import Shows
from traceapp.purchasing.models import (
    BoardProduct,
    PurchaseContact,
    PurchaseLetter,
    PurchaseNeed,
    PurchaseNeedEnd,
)
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

Given = Mapping[str, Any]
SAID = (
    *("kind", "words", "folded_words", "quantity", "uom", "from_on", "until_on", "province"),
    *("commune_kind", "commune", "reach", "level", "certificates", "note", "is_named"),
)
MOST_LETTERS = 100  # in one contact


def post(given: Given, by: Ref, *, now: datetime) -> UUID:
    """Post a need; `given` is what `NewNeedSchema` loaded. The same form sent again posts no other.

    Raises InvalidInput for a commune that is none and a last day that is over.
    """
    need_id: UUID = given["id"]
    wait_for([need_id])
    said = _said(given, now)
    newest = queries.newest(Ref(by.producer_id, need_id))
    if newest is not None:
        _refuse_other(newest, said)
        return need_id
    if queries.is_taken(need_id):
        raise problem.NotFound
    _keep(Ref(by.producer_id, need_id), 1, said, by, now)
    audit.note(by.producer_id, "need.posted", f"need/{need_id}", by=by, now=now)
    return need_id


def change(need: Ref, given: Given, by: Ref, *, now: datetime) -> None:
    """Say a need anew; `given` is what `ChangedNeedSchema` loaded. Saying the same changes nothing.

    Raises NotFound, ChangedMeanwhile, InvalidInput as in `post` and where it is over.
    """
    newest = _own(need, by)
    said = _said(given, now)
    if all(getattr(newest, name) == said[name] for name in SAID):
        return
    if newest.version != given["version"]:
        raise problem.ChangedMeanwhile
    if queries.is_ended(need):
        raise problem.InvalidInput(findings=[_OVER])
    _keep(need, newest.version + 1, said, by, now)
    audit.note(by.producer_id, "need.changed", f"need/{need.id}", by=by, now=now)


def end(need: Ref, by: Ref, *, now: datetime) -> None:
    """End a need before its last day; ended once, it stays so. Raises NotFound."""
    _own(need, by)
    if queries.is_ended(need):
        return
    keys = {"producer_id": need.producer_id, "need_id": need.id}
    db.session.add(PurchaseNeedEnd(**keys, by_member_id=by.id, ended_at=now))
    db.session.flush()
    audit.note(by.producer_id, "need.ended", f"need/{need.id}", by=by, now=now)


def show(products: Mapping[UUID, Shows], by: Ref, *, now: datetime) -> None:
    """Say what the board may tell of products. Raises NotFound for one of somebody else's."""
    wait_for(products)
    for product_id, shows in products.items():
        key = (by.producer_id, product_id)
        if db.session.get(Product, key) is None:
            raise problem.NotFound
        kept = db.session.get(BoardProduct, key)
        if (Shows.NOTHING if kept is None else kept.shows) == shows:
            continue
        if kept is None:
            kept = BoardProduct(producer_id=by.producer_id, product_id=product_id)
            db.session.add(kept)
        kept.shows, kept.by_member_id, kept.changed_at = shows.value, by.id, now
        db.session.flush()
        detail = {"shows": shows.value}
        about = f"product/{product_id}"
        audit.note(by.producer_id, "board.shown", about, by=by, now=now, detail=detail)


def open_contact(need: Ref, batch: Ref, given: Given, by: Ref, *, now: datetime) -> UUID:
    """Write to the producer of a lot; `given` is what `LetterSchema` loaded.

    Gives the contact: one for a need and a lot, in which both go on writing. Raises NotFound for a
    lot that is not on the board or a need that is not one's own, InvalidInput where it is over.
    """
    wait_for([need.id, batch.id])
    newest = _own(need, by)
    today = now.astimezone(HANOI).date()
    earlier = contact_queries.contact_about(need, batch)
    if earlier is not None:
        _write(earlier, given, by, now)
        return earlier.contact_id
    lot = lots.shown_one(batch, today)
    if lot is None or batch.producer_id == by.producer_id:
        raise problem.NotFound
    found = matching.find(queries.as_need(newest), [lot], today)
    if not found.matches and not found.near_misses:
        raise problem.NotFound
    if not queries.is_running(newest, today):
        raise problem.InvalidInput(findings=[_OVER_FOR_LETTERS])
    contact = PurchaseContact(
        producer_id=batch.producer_id,
        contact_id=given["id"],
        batch_id=batch.id,
        buyer_id=by.producer_id,
        need_id=need.id,
        need_version=newest.version,
        opened_at=now,
    )
    if contact_queries.find(given["id"]) is not None:
        raise problem.NotFound
    db.session.add(contact)
    db.session.flush()
    _write(contact, {**given, "says": "words"}, by, now)
    return contact.contact_id


def write(contact_id: UUID, given: Given, by: Ref, *, now: datetime) -> None:
    """Write to the other side of a contact; the same letter sent again changes nothing.

    Raises NotFound for strangers, and InvalidInput where the buyer agrees for the producer.
    """
    wait_for([contact_id])
    contact = contact_queries.find(contact_id)
    if contact is None or by.producer_id not in (contact.producer_id, contact.buyer_id):
        raise problem.NotFound
    if given["says"] != "words" and by.producer_id != contact.producer_id:
        raise problem.InvalidInput(findings=[_NOT_YOURS])
    _write(contact, given, by, now)


def _write(contact: PurchaseContact, given: Given, by: Ref, now: datetime) -> None:
    kept = db.session.get(PurchaseLetter, (contact.producer_id, given["id"]))
    if kept is not None:
        if (kept.contact_id, kept.by_member_id) != (contact.contact_id, by.id):
            raise problem.NotFound
        if (kept.says, kept.text) != (given["says"], given["text"]):
            raise problem.ContentConflict
        return
    if contact_queries.count_letters(contact) >= MOST_LETTERS:
        raise problem.InvalidInput(findings=[_ENOUGH])
    letter = PurchaseLetter(
        producer_id=contact.producer_id,
        letter_id=given["id"],
        contact_id=contact.contact_id,
        says=given["says"],
        text=given["text"],
        by_producer_id=by.producer_id,
        by_member_id=by.id,
        sent_at=now,
    )
    db.session.add(letter)
    db.session.flush()
    for book in (contact.producer_id, contact.buyer_id):
        about = f"contact/{contact.contact_id}"
        audit.note(book, f"contact.{given['says']}", about, by=by, now=now)
    letters.tell(contact, letter, now)


def _own(need: Ref, by: Ref) -> PurchaseNeed:
    wait_for([need.id])
    newest = queries.newest(need) if need.producer_id == by.producer_id else None
    if newest is None:
        raise problem.NotFound
    return newest


def _said(given: Given, now: datetime) -> dict[str, Any]:
    place = communes.place_named(given["commune"])
    _refuse_past(given["until_on"], now)
    return {
        **{name: given[name] for name in ("kind", "words", "uom", "from_on", "until_on")},
        "folded_words": fold(given["words"]),
        "quantity": format(given["quantity"].normalize(), "f"),
        "province": place.province,
        "commune_kind": place.commune_kind,
        "commune": place.commune,
        "reach": given["reach"],
        "level": given["level"].value,
        "certificates": " ".join(given["certificates"]),
        "note": given["note"],
        "is_named": given["is_named"],
    }


def _refuse_past(until: date, now: datetime) -> None:
    if until < now.astimezone(HANOI).date():
        raise problem.InvalidInput(findings=[_PAST])


def _refuse_other(newest: PurchaseNeed, said: Mapping[str, Any]) -> None:
    if newest.version == 1 and any(getattr(newest, name) != said[name] for name in SAID):
        raise problem.ContentConflict


def _keep(need: Ref, version: int, said: Mapping[str, Any], by: Ref, now: datetime) -> None:
    keys = {"producer_id": need.producer_id, "need_id": need.id, "version": version}
    db.session.add(PurchaseNeed(**keys, **said, by_member_id=by.id, noted_at=now))
    db.session.flush()


_PAST = Finding(
    "/until_on",
    "past",
    N_("This day is over already."),
    N_("Choose the last day on which you still need it."),
)
_OVER = Finding(
    "/until_on",
    "need_over",
    N_("This need was ended, so nothing of it changes any more."),
    N_("Post a new one."),
)
_OVER_FOR_LETTERS = Finding(
    "/text",
    "need_over",
    N_("This need is over, so nobody is written to about it."),
    N_("Post a new one."),
)
_NOT_YOURS = Finding(
    "/says",
    "not_yours",
    N_("Only the producer who was asked can agree or decline."),
    N_("Write what you would like to say."),
)
_ENOUGH = Finding(
    "/text",
    "enough_letters",
    N_("You have written to each other very often here."),
    N_("Call each other: both addresses are on this page once both have written."),
)
