"""The forms of a recall case: opening it, issuing it, answering it."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields

from traceapp import problem
from traceapp.database.engine import db
from traceapp.desk.recalls.case_words import BASES, RISKS
from traceapp.photos.fields import SentPhotos
from traceapp.photos.queries import is_kept
from traceapp.problem import N_
from traceapp.producers.models import Producer
from traceapp.recalls.answering import Count
from traceapp.recalls.case_queries import Case
from traceapp.recalls.cases import Order, Suspicion
from traceapp.recalls.goods.kin import Group
from traceapp.recalls.goods.scope import Held
from traceapp.trace.facts import Ref
from traceapp.web.faults import CORRECT, Fault, known
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form, Option

LONGEST = 2000
NO_FIGURE = Fault("not_a_figure", N_("Write a number of zero or more."), CORRECT)


def not_negative(quantity: Decimal) -> None:
    """Refuse a quantity below zero, and what is no number."""
    if not quantity.is_finite() or quantity < 0:
        raise ValidationError([NO_FIGURE])


WORDS: dict[str, Any] = {"invalid": NO_FIGURE, "special": NO_FIGURE}


class OpeningSchema(Schema):
    """Why a case is opened."""

    id = fields.UUID(load_default=None)
    basis = fields.String(required=True, validate=known(tuple(BASES)))
    reason = PlainText(LONGEST, lines=True, required=True)
    photos = SentPhotos()


class IssueSchema(Schema):
    """What is told with a recall, and which other lots it begins at: some, or all of a group."""

    reason = PlainText(LONGEST, lines=True, required=True)
    risk = fields.String(required=True, validate=known(tuple(RISKS)))
    instruction = PlainText(LONGEST, lines=True, required=True)
    contact = PlainText(200, required=True)
    roots = fields.List(fields.UUID(), load_default=list)
    groups = fields.List(fields.String(), load_default=list)
    near = fields.String(load_default="")


class CountSchema(Schema):
    """What a holder says of one lot."""

    batch = fields.UUID(required=True)
    sold = fields.Decimal(required=True, validate=not_negative, error_messages=WORDS)
    set_apart = fields.Decimal(required=True, validate=not_negative, error_messages=WORDS)


class AnswerSchema(Schema):
    """What a holder answers to a recall."""

    lots = fields.List(fields.Nested(CountSchema), required=True)
    note = PlainText(LONGEST, lines=True, load_default="")
    photos = SentPhotos()


OPENING, ISSUE, ANSWER = OpeningSchema(), IssueSchema(), AnswerSchema()


def opening_fields() -> tuple[Field, ...]:
    """Ask on what grounds, and why."""
    bases = tuple(Option(key, _(words)) for key, words in BASES.items())
    hint = _("What was found, where and when. Only your own body and the authority read it.")
    return (
        Field("id", kind="hidden"),
        Field("basis", _("On what grounds"), "radio", required=True, options=bases),
        Field("reason", _("What is wrong with it"), "lines", hint, required=True, longest=LONGEST),
        Field("photo", _("Photos"), "files", _("What you see: the label, the goods, the place.")),
        Field("photos", kind="many"),
    )


def suspicion(batch: Ref, data: Mapping[str, Any], near: str) -> Suspicion:
    """Read why a case is opened, beside a group of near lots. Raises ValidationError."""
    given = OPENING.load(dict(data))
    is_drill = given["basis"] == "drill"
    photos = tuple(bytes.fromhex(sha256) for sha256 in given["photos"])
    said = (given["basis"], given["reason"], is_drill)
    return Suspicion(batch, *said, photos=photos, near=near, case_id=given["id"])


def issue_fields() -> tuple[Field, ...]:
    """Ask what is told with the recall, and which lots near the suspected one are as bad."""
    risks = tuple(Option(key, _(words)) for key, words in RISKS.items())
    reason_hint = _("Shoppers read it as you write it. Say what is proven, no guess.")
    return (
        Field("reason", _("Reason"), "lines", reason_hint, required=True, longest=LONGEST),
        Field("risk", _("Risk"), "radio", required=True, options=risks),
        Field("instruction", _("What to do with the goods"), "lines", required=True),
        Field("contact", _("Whom to ask"), hint=_("Name and telephone number."), required=True),
        Field("roots", _("Recall these too"), "many"),
        Field("groups", _("Recall these too"), "many"),
        Field("near", kind="hidden"),
    )


def issuing(case: Case) -> Form:
    """Give the form that issues a recall, with the group of near lots ticked that it names."""
    ticked = {"near": case.near, "groups": [case.near]} if case.near else {}
    return Form.showing(issue_fields(), proposed(case) | ticked)


def proposed(case: Case) -> dict[str, Any]:
    """Propose what is told: the reason of the case, what to do, one's own number.

    A shopper's own words are no proposal: they may name people, and what is issued stays.
    """
    lead = db.session.get_one(Producer, case.ref.producer_id)
    return {
        "reason": "" if case.basis == "report" else case.reason,
        "risk": "high",
        "instruction": _("This is a drill. Shoppers need do nothing.")
        if case.is_drill
        else _(
            "Do not eat, use or sell it. Keep it apart and take it back to where you bought it."
        ),
        "contact": ", ".join(part for part in (lead.name, lead.phone) if part),
    }


def order(case: Case, data: Mapping[str, Any], near: Sequence[Group]) -> tuple[Order, set[Ref]]:
    """Read what is told, and where the recall begins. Raises ValidationError."""
    given = ISSUE.load(dict(data))
    offered = {one.id: one for group in near for one in group.batches}
    whole = [group.batches for group in near if group.reason in given["groups"]]
    ticked = {offered[one] for one in given["roots"] if one in offered}
    told = Order(given["reason"], given["risk"], given["instruction"], given["contact"])
    return told, {case.batch, *ticked}.union(*whole)


def answer_fields() -> tuple[Field, ...]:
    """Ask a holder for the figures of each lot, and for a photo."""
    hint = _("Where it is kept now, and since when. If any is missing: why.")
    return (
        Field("lots.#.batch", kind="hidden"),
        Field("lots.#.sold", _("Sold so far"), "number", required=True),
        Field("lots.#.set_apart", _("Set apart"), "number", required=True),
        Field("note", _("Note"), "lines", hint, longest=LONGEST),
        Field("photo", _("Photo of the goods set apart"), "file"),
        Field("photos", kind="many"),
        Field("kept", kind="many"),
    )


def counted(held: Sequence[Held], whole: Sequence[Held]) -> dict[str, Any]:
    """Propose for some lots what was answered last, else the books; the note is that of all."""
    answers = [one.answer for one in whole if one.answer is not None]
    notes = [one.note for one in sorted(answers, key=lambda one: one.at)]
    return {
        "lots": [
            {
                "batch": str(one.batch.id),
                "sold": _plain(one.answer.sold if one.answer else one.sold),
                "set_apart": _plain(one.answer.set_apart if one.answer else one.left),
            }
            for one in held
        ],
        "note": notes[-1] if notes else "",
    }


def counts(
    held: Sequence[Held], data: Mapping[str, Any], holder: UUID, some: Sequence[Held]
) -> list[Count]:
    """Read a holder's answers about some of his lots; of others on the page nothing is said.

    Raises ValidationError, NotFound for a lot that is not theirs.
    """
    given = ANSWER.load(dict(data))
    sent = [bytes.fromhex(one) for one in given["photos"]]
    photo = next((one for one in reversed(sent) if is_kept(holder, one)), None)
    if not {line["batch"] for line in given["lots"]} <= {one.batch.id for one in held}:
        raise problem.NotFound
    lots = {one.batch.id: one.batch for one in some}
    return [
        Count(
            *(lots[line["batch"]], line["sold"], line["set_apart"], given["note"], photo),
            where=f"/lots/{number}",
        )
        for number, line in enumerate(given["lots"])
        if line["batch"] in lots
    ]


def _plain(quantity: Decimal) -> str:
    return f"{max(quantity, Decimal(0)).normalize():f}"


def named(batches: Collection[Ref], ids: Collection[UUID]) -> tuple[Ref, ...]:
    """Give the batches among these that were ticked."""
    return tuple(one for one in batches if one.id in ids)
