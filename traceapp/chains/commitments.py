"""Texts of commitments, signing them, and what becomes of them. Callers own the transaction.

The establishment signs and withdraws, a body of the programme answers; nothing is ever changed but
whether everybody sees the photo.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from traceapp import problem
from traceapp.accounts.persons import works_for
from traceapp.audit import operations as audit
from traceapp.batches.recording.waiting import wait_for
from traceapp.chains import commitment_queries, faults, queries
from traceapp.chains.models import Commitment, CommitmentStep, CommitmentText
from traceapp.chains.told import Text
from traceapp.database.engine import db
from traceapp.freshness import operations as freshness
from traceapp.photos import operations as photos
from traceapp.photos.queries import is_kept
from traceapp.problem import refuse
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

Given = dict[str, Any]
SAID = ("signed_on", "signer", "signer_role")


def write_text(given: Given, by: Ref, *, now: datetime) -> None:
    """Write down what is signed in a year; a newer version takes the place of an older one.

    `given` is what `TextSchema` loaded; the same form again changes nothing.
    """
    wait_for([by.producer_id])
    kept = db.session.get(CommitmentText, (by.producer_id, given["id"]))
    said = {name: given[name] for name in ("year", "text", "text_en")}
    if kept is not None:
        if any(getattr(kept, name) != value for name, value in said.items()):
            raise problem.ContentConflict
        return
    version = commitment_queries.last_version(by.producer_id, given["year"]) + 1
    keys = {"producer_id": by.producer_id, "text_id": given["id"]}
    row = CommitmentText(**keys, **said, version=version, by_member_id=by.id, noted_at=now)
    db.session.add(row)
    db.session.flush()
    member, about = (by.producer_id, by.id), f"programme/{given['year']}"
    audit.note(by.producer_id, "commitment.written", about, by=member, now=now)


def sign(given: Given, by: Ref, *, now: datetime) -> UUID:
    """Keep what the establishment of `by` signed; `given` is what `CommitmentSchema` loaded.

    The same form again changes nothing. Raises InvalidInput with all that is wrong, NotFound for
    an id that others use.
    """
    wait_for([by.producer_id, given["id"]])
    kept = db.session.get(Commitment, (by.producer_id, given["id"]))
    if kept is not None:
        same = all(getattr(kept, name) == given[name] for name in SAID)
        if not same or [kept.photo_sha256.hex()] != given["photos"]:
            raise problem.ContentConflict
        return kept.commitment_id
    # Addresses name it by its own id alone, so that nobody may take one that another has.
    if commitment_queries.find(given["id"]) is not None:
        raise problem.NotFound
    text = commitment_queries.current_text(now.astimezone(HANOI).date())
    if text is None:
        raise problem.NotFound
    _refuse_signing(given, text, by.producer_id, now)
    row = Commitment(
        producer_id=by.producer_id,
        commitment_id=given["id"],
        body_id=text.ref.producer_id,
        year=text.year,
        version=text.version,
        text=text.words.vi,
        text_en=text.words.en,
        photo_sha256=bytes.fromhex(given["photos"][0]),
        by_member_id=by.id,
        noted_at=now,
        **{name: given[name] for name in SAID},
    )
    db.session.add(row)
    _told(Ref(by.producer_id, row.commitment_id), "signed", by, now)
    return row.commitment_id


def answer(commitment: Ref, state: str, note: str | None, by: Ref, *, now: datetime) -> None:
    """Accept a commitment for a body of the programme, or send it back with the reason.

    Raises NotFound for one that is not there or of an establishment one works for, InvalidInput
    where it was answered or withdrawn, or sent back without a reason.
    """
    if works_for(by, commitment.producer_id):
        raise problem.NotFound
    _step(commitment, state, note, by, now)


def withdraw(commitment: Ref, note: str | None, by: Ref, *, now: datetime) -> None:
    """Withdraw a commitment that waits or is accepted. Raises NotFound, InvalidInput."""
    if by.producer_id != commitment.producer_id:
        raise problem.NotFound
    _step(commitment, "withdrawn", note, by, now)


def show_paper(commitment: Ref, by: Ref, *, is_public: bool, now: datetime) -> None:
    """Show the photo of the signed paper to everybody, or no longer. Raises NotFound."""
    kept = db.session.get(Commitment, commitment)
    if kept is None or by.producer_id != commitment.producer_id:
        raise problem.NotFound
    (photos.publish if is_public else photos.hide)(by.producer_id, kept.photo_sha256)
    _told(commitment, "shown" if is_public else "hidden", by, now)


def _step(commitment: Ref, state: str, note: str | None, by: Ref, now: datetime) -> None:
    wait_for([commitment.producer_id])
    if db.session.get(Commitment, commitment) is None:
        raise problem.NotFound
    found = commitment_queries.find(commitment.id)
    states = [step.state for step in found.steps] if found else []
    if state in states or not set(states) <= ({"accepted"} if state == "withdrawn" else set()):
        refuse(faults.ANSWERED)
    if state == "declined" and note is None:
        refuse(faults.NO_REASON)
    row = CommitmentStep(
        producer_id=commitment.producer_id,
        commitment_id=commitment.id,
        state=state,
        note=note,
        by_producer_id=by.producer_id,
        by_member_id=by.id,
        noted_at=now,
    )
    db.session.add(row)
    _told(commitment, state, by, now)


def _refuse_signing(given: Given, text: Text, producer_id: UUID, now: datetime) -> None:
    found = faults.later("/signed_on", given["signed_on"], now)
    if not queries.chains_of(producer_id):
        found.append(faults.NO_CHAIN)
    signed = commitment_queries.of_producer(producer_id)
    if given["text_id"] != text.ref.id:
        found.append(faults.OTHER_TEXT)
    elif any(one.is_open and one.year == text.year for one in signed):
        found.append(faults.SIGNED)
    if len(given["photos"]) > 1:
        found.append(faults.MANY_PHOTOS)
    elif not all(is_kept(producer_id, bytes.fromhex(one)) for one in given["photos"] or ("",)):
        found.append(faults.NO_PHOTO)
    refuse(*found)


def _told(commitment: Ref, act: str, by: Ref, now: datetime) -> None:
    db.session.flush()
    freshness.step()
    member, about = (by.producer_id, by.id), f"commitment/{commitment.id}"
    for book in {commitment.producer_id, by.producer_id}:
        audit.note(book, f"commitment.{act}", about, by=member, now=now)
