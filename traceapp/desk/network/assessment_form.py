"""The forms of cleaner production: an assessment, a measure, a figure, a check, a certificate."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from traceapp.batches.models import Product
from traceapp.database.engine import db
from traceapp.network.confirming import Covered
from traceapp.network.schemas import LONGEST_TEXT, LONGEST_TITLE
from traceapp.network.told import Measure
from traceapp.network.vocabulary import INDICATOR_KINDS, MEASURE_KINDS, METHODS
from traceapp.photos.fields import MOST_PHOTOS
from traceapp.trace.words import Words
from traceapp.web.forms import Field, Option
from traceapp.web.languages import say

MOST_PRODUCTS = 300


def assessment_fields(producer_id: UUID) -> tuple[Field, ...]:
    """Ask what it is about, per what, and what it leaves out."""
    unit_hint = _("One piece or amount of what is made, such as: kg of noodles, basket G-12.")
    not_hint = _("Shoppers read it: which products, sites or effects were not looked at.")
    return (
        Field("id", kind="hidden"),
        Field("product_id", _("Product"), "choice", options=_products(producer_id)),
        Field("output_unit", _("Per"), hint=unit_hint, required=True, longest=40),
        Field("output_unit_en", _("The same in English"), longest=40),
        Field(
            "not_covered",
            _("What is not covered"),
            "lines",
            not_hint,
            required=True,
            longest=LONGEST_TEXT,
        ),
        Field("not_covered_en", _("The same in English"), "lines", longest=LONGEST_TEXT),
    )


def measure_fields() -> tuple[Field, ...]:
    """Ask what is proposed, what it costs, and who sees to it."""
    who = _("The job, no name: foreman of the kiln, clerk of the store. Not public.")
    title = _("What is done, where. Shoppers read it once it is done.")
    return (
        Field("id", kind="hidden"),
        Field("kind", _("Kind"), "choice", required=True, options=_options(MEASURE_KINDS)),
        Field("title", _("Measure"), hint=title, required=True, longest=LONGEST_TITLE),
        Field("title_en", _("The same in English"), longest=LONGEST_TITLE),
        Field("cost", _("Cost"), "number", _("Not public."), unit="đ"),
        Field("payback_months", _("Pays back in"), "number", unit=_("months")),
        Field("responsible", _("Who sees to it"), hint=who, longest=100),
        Field("proposed_on", _("Proposed on"), "date", required=True),
    )


def step_fields(measure: Measure) -> tuple[Field, ...]:
    """Ask what became of a measure."""
    states = {"chosen": _("Chosen"), "done": _("Done"), "dropped": _("Dropped")}
    states.pop("chosen" if measure.state == "chosen" else "done")
    hint = _("When it is done: invoice and number, who saw it, or a photo. Not public.")
    photo_hint = _("At most %(most)s. Not public.", most=MOST_PHOTOS)
    options = tuple(Option(*one) for one in states.items())
    return (
        Field("state", _("Where it stands now"), "radio", required=True, options=options),
        Field("on", _("On which day"), "date", required=True),
        Field("evidence", _("What shows it"), "lines", hint, longest=LONGEST_TEXT),
        Field("photo", _("Photos"), "files", photo_hint),
        Field("photos", kind="many"),
    )


def indicator_fields() -> tuple[Field, ...]:
    """Ask for before and after with their units, periods, method and source."""
    unit = _("Per unit of output, such as kg/basket, kWh/kg.")
    lacking = _("Without baseline, both periods and a method the figure is kept but not shown.")
    reason = _("Needed where a change is rare, such as a new machine. Shoppers read it.")
    source = _("Which meter, bill or book. Shoppers read it.")
    return (
        Field("id", kind="hidden"),
        Field("kind", _("Kind"), "choice", required=True, options=_options(INDICATOR_KINDS)),
        Field("name", _("What is measured"), required=True, longest=100),
        Field("name_en", _("The same in English"), longest=100),
        Field("before", _("Before"), "number", lacking, wanted=True),
        Field("before_unit", _("Unit before"), hint=unit, wanted=True, longest=20),
        Field("before_from", _("Before, from"), "date", wanted=True),
        Field("before_until", _("Before, until"), "date", wanted=True),
        Field("after", _("Now"), "number", required=True),
        Field("after_unit", _("Unit now"), required=True, longest=20),
        Field("unit_en", _("Unit in English"), longest=20),
        Field("after_from", _("Now, from"), "date", wanted=True),
        Field("after_until", _("Now, until"), "date", wanted=True),
        Field("method", _("How it was measured"), "choice", wanted=True, options=_options(METHODS)),
        Field("source", _("Source"), hint=source, longest=LONGEST_TITLE),
        Field("source_en", _("Source in English"), longest=LONGEST_TITLE),
        Field("reason", _("Why it changed so much"), "lines", reason, longest=LONGEST_TEXT),
        Field("reason_en", _("The same in English"), "lines", longest=LONGEST_TEXT),
    )


def check_fields() -> tuple[Field, ...]:
    """Ask how a figure was checked."""
    hint = _("What you saw, where and when: bills of six months, the meter, the stock book.")
    longest = LONGEST_TEXT
    return (Field("how", _("How you checked it"), "lines", hint, required=True, longest=longest),)


def covering_fields(producer_id: UUID, covered: Iterable[Covered]) -> tuple[Field, ...]:
    """Ask which goods a certificate covers, which no more, and how that was found out."""
    known = tuple(Option(str(one.product_id), say(one.product)) for one in covered)
    back = _("They stay without it until the certificate is changed.")
    others = tuple(one for one in _products(producer_id) if one.value not in _values(known))
    hint = _("What you saw, where and when: the paper, the register of who issued it.")
    return (
        Field("products", _("Goods that it covers"), "many", required=True, options=others),
        Field("withdrawn", _("Take it back for"), "many", back, options=known),
        Field("how", _("How you checked it"), "lines", hint, required=True, longest=LONGEST_TEXT),
    )


def _values(options: Iterable[Option]) -> set[str]:
    return {one.value for one in options}


def _options(words: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(key, _(text)) for key, text in words.items())


def _products(producer_id: UUID) -> tuple[Option, ...]:
    query = (
        select(Product.product_id, Product.name, Product.name_en)
        .where(Product.producer_id == producer_id, Product.role == "finished")
        .order_by(Product.folded_name, Product.product_id)
        .limit(MOST_PRODUCTS)
    )
    rows = db.session.execute(query).all()
    return tuple(Option(str(key), say(Words(name, name_en))) for key, name, name_en in rows)
