"""The forms of the purchasing board: a need, what is shown of products, a letter."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, select

from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.desk import choices
from traceapp.producers import communes
from traceapp.purchasing import words
from traceapp.purchasing.matching import Shows
from traceapp.purchasing.models import BoardProduct, PurchaseNeed
from traceapp.purchasing.schemas import LONGEST_LETTER, LONGEST_NOTE, LONGEST_WORDS
from traceapp.purchasing.schemes import SCHEMES
from traceapp.trace.words import Words
from traceapp.web.forms import Field, Option
from traceapp.web.languages import say

MOST_PRODUCTS = 200
SHOWS = "shows"


def need_fields(given: str) -> tuple[Field, ...]:
    """Ask what is needed; `given` names what the form carries: the id, or the version read."""
    return (Field(given, kind="hidden"), *_wanted(), *_proven())


def _wanted() -> tuple[Field, ...]:
    kinds = tuple(Option(kind, name) for kind, name in words.kinds().items())
    return (
        Field("kind", _("Kind of goods"), "choice", options=kinds, wanted=True),
        Field(
            "words",
            _("Words of the product's name"),
            hint=_("Such as “cải ngọt”. Left empty, any product of the kind will do."),
            longest=LONGEST_WORDS,
        ),
        Field("quantity", _("Each week"), "number", required=True),
        Field("uom", _("Unit"), "choice", required=True, options=_units()),
        Field("from_on", _("From the day"), "date", required=True),
        Field("until_on", _("Until"), "date", required=True),
        Field(
            "commune",
            _("Delivered to"),
            hint=_("The commune: “Tây Hồ”. Nothing closer stands on the board."),
            required=True,
            longest=200,
            suggested=communes.suggestions(),
        ),
        Field("reach", _("Comes from"), "choice", required=True, options=choices.of(words.REACHES)),
    )


def _proven() -> tuple[Field, ...]:
    schemes = tuple(Option(kind, say(name)) for kind, name in SCHEMES.items())
    who = _("Who stands behind the records of the lot beside its producer.")
    each = _("Each must be valid on the day and named for the lot by its producer.")
    neither = _("Everybody reads it. No price, no address, no phone number.")
    levels, longest = choices.of(words.LEVELS), LONGEST_NOTE
    return (
        Field("level", _("Evidence, at least"), "radio", who, required=True, options=levels),
        Field("certificates", _("Certificates"), "many", each, options=schemes),
        Field("note", _("What else matters"), "lines", neither, longest=longest),
        Field("is_named", _("Show our name on the public board"), "tick"),
    )


def need_shown(row: PurchaseNeed) -> Mapping[str, Any]:
    """Give a need as its form shows it."""
    names = ("kind", "words", "quantity", "uom", "from_on", "until_on", "reach", "level", "note")
    return {
        **{name: getattr(row, name) for name in names},
        "commune": words.place(row),
        "certificates": row.certificates.split(),
        "is_named": row.is_named,
        "version": row.version,
    }


def products_of(producer_id: UUID) -> dict[UUID, tuple[str, Shows]]:
    """Give the products that could be on the board, by name, and what it tells of each."""
    is_shown = and_(
        BoardProduct.producer_id == Product.producer_id,
        BoardProduct.product_id == Product.product_id,
    )
    query = (
        select(Product.product_id, Product.name, Product.name_en, BoardProduct.shows)
        .outerjoin(BoardProduct, is_shown)
        .where(
            Product.producer_id == producer_id,
            Product.role != "ingredient",
            Product.archived_at.is_(None),
        )
        .order_by(Product.folded_name, Product.product_id)
        .limit(MOST_PRODUCTS)
    )
    return {
        row.product_id: (say(Words(row.name, row.name_en)), Shows(row.shows or Shows.NOTHING))
        for row in db.session.execute(query)
    }


def shown_fields(products: Mapping[UUID, tuple[str, Shows]]) -> tuple[Field, ...]:
    """Ask for each product what the board may tell of it."""
    options = choices.of(words.SHOWS)
    return tuple(
        Field(f"{SHOWS}.{product_id}", name, "choice", required=True, options=options)
        for product_id, (name, _shows) in products.items()
    )


def letter_fields(*, is_seller: bool) -> tuple[Field, ...]:
    """Ask what to write; the producer who was asked may agree or decline with it."""
    answers = {"words": _("Only write"), "agrees": _("Agree"), "declines": _("Decline")}
    options = tuple(Option(*one) for one in answers.items())
    says = Field("says", _("Your answer"), "radio", required=True, options=options)
    hint = _("The other side reads it here and by e-mail. It cannot be changed later.")
    text = Field("text", _("Letter"), "lines", hint, required=True, longest=LONGEST_LETTER)
    return (Field("id", kind="hidden"), *([says] if is_seller else []), text)


def _units() -> tuple[Option, ...]:
    wanted = {_(choices.DIMENSIONS[name]) for name in ("mass", "volume", "count", "length")}
    return tuple(option for option in choices.units() if option.group in wanted)
