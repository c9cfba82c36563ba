"""Who takes part in the programme: chains, commitments and help that was given."""

import io
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw

from traceapp.chains import commitments, membership, support
from traceapp.chains.schemas import CommitmentSchema, MembershipSchema, SupportSchema, TextSchema
from traceapp.demo.record import Record
from traceapp.demo.shapes import Directory, Entry
from traceapp.demo.writing import named
from traceapp.photos import operations as photos
from traceapp.trace.facts import Ref
from traceapp.web.pages import HANOI

TEXT, MEMBERSHIP = TextSchema(), MembershipSchema()
COMMITMENT, SUPPORT = CommitmentSchema(), SupportSchema()
PAPER, LINES = (600, 850), range(160, 640, 40)


def write(file: Record, directory: Directory, now: datetime) -> None:
    """Write all of it, as if it had been recorded now; a fault refuses the data set."""
    body = _member(file, "body", directory)
    text = file.one("text")
    _write_text(text, body, now)
    for one in file.many("memberships"):
        by = _member(one, "by", directory)
        given = {"id": _id(one), "chain": one.text("chain"), "on_day": _day(one, "on")}
        with named(Entry(one.where, by.producer_id, one.content)):
            membership.join(MEMBERSHIP.load(given), by, now=now)
    paper = _paper()
    for one in file.many("commitments"):
        by = _member(one, "by", directory)
        with named(Entry(one.where, by.producer_id, one.content)):
            photo = photos.store(by.producer_id, paper, is_public=False, now=now)
            signed = commitments.sign(_commitment(one, _id(text), photo), by, now=now)
            if one.value("is_accepted"):
                about, later = Ref(by.producer_id, signed), now + timedelta(microseconds=1)
                commitments.answer(about, "accepted", None, body, now=later)
    for one in file.many("support"):
        given = {"id": _id(one), "on_day": _day(one, "on"), "given_by": one.text("given_by")}
        given |= {"kind": one.text("kind"), "note": one.text("note")}
        producer_id = one.known("operator", directory.producer_ids)
        with named(Entry(one.where, producer_id, one.content)):
            support.give(producer_id, SUPPORT.load(given), body, now=now)


def _write_text(one: Record, body: Ref, now: datetime) -> None:
    words = {"text": one.text("text_vi"), "text_en": one.text("text_en")}
    given = {"id": _id(one), "year": now.astimezone(HANOI).year, **words}
    with named(Entry(one.where, body.producer_id, one.content)):
        commitments.write_text(TEXT.load(given), body, now=now)


def _commitment(one: Record, text_id: str, photo: bytes) -> dict[str, Any]:
    given = {"id": _id(one), "text_id": text_id, "signed_on": _day(one, "signed")}
    given |= {"signer": one.text("signer"), "signer_role": one.text("role")}
    return dict(COMMITMENT.load({**given, "photos": [photo.hex()]}))


def _paper() -> bytes:
    """Draw a signed sheet that nobody takes for a real one."""
    sheet = Image.new("RGB", PAPER, "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((230, 60), "MAU - DEMO", fill="black", font_size=28)
    for y in LINES:
        pen.line((60, y, 540, y), fill="grey", width=2)
    pen.arc((340, 680, 440, 760), 0, 300, fill="navy", width=4)
    pen.arc((400, 690, 520, 750), 150, 30, fill="navy", width=4)
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=70)
    return file.getvalue()


def _member(record: Record, key: str, directory: Directory) -> Ref:
    _operator, _, member = record.text(key).partition("/")
    return Ref(*record.chosen(key, member, directory.member_ids))


def _id(record: Record) -> str:
    return str(record.identity("id"))


def _day(record: Record, key: str) -> str:
    return record.day(key).isoformat()
