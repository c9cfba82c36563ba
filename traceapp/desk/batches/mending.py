"""What a batch's minimum record or its label lacks, each with the field where it can be mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import visitor
from traceapp.batches.queries import BatchCard
from traceapp.desk.batches.batch_words import missing_words
from traceapp.labels.contents import DATES, FIXES
from traceapp.trace.label_contents import ITEMS
from traceapp.web.languages import say

# What is mended at the product, with its field there; a label's other parts are named alike.
OF_PRODUCT: Mapping[str, str] = {
    "label": "label.group",
    "picture": "photo",
    "origin": "label.origin.vi",
    "standards": "label.standards",
    "net_quantity": "label.net_quantity",
    "ingredients": "label.ingredients.0.vi",
    "ethanol_percent": "label.ethanol_percent",
    "specifications": "label.specifications.vi",
    "warnings": "label.warnings.0.vi",
    "use": "label.use.vi",
    "storage": "label.storage.vi",
}
OF_BATCH: Mapping[str, str] = {name: name for name in DATES}
PRODUCT_PAGE = "products.edit_product"
STEP_PAGE = "steps.log_step"
DATES_PAGE = "batch_dates.edit_dates"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is missing, what to do, and where; None where the reader can do nothing."""

    what: str
    fix: str
    path: str | None


def what_is_missing(names: Iterable[str], card: BatchCard) -> list[Missing]:
    """Name what is missing of a batch with the way to mend it."""
    listed = list(names)
    return [
        Missing(what, fix, _path(name, card))
        for name, (what, fix) in zip(listed, missing_words(listed), strict=True)
    ]


def what_the_label_lacks(items: Iterable[str], card: BatchCard) -> list[Missing]:
    """Name what the law asks for on the label and is not there, with the way to mend it."""
    return [Missing(say(ITEMS[item].name), _(FIXES[item]), _path(item, card)) for item in items]


def _path(name: str, card: BatchCard) -> str | None:
    """Give the page for it, where it exists and the reader may work on it, at its field."""
    reader = visitor()
    if reader is None or reader.producer_id != card.producer_id:
        return None
    pages: tuple[tuple[str, Act, Mapping[str, str], dict[str, Any]], ...] = (
        (PRODUCT_PAGE, Act.MANAGE_PRODUCTS, OF_PRODUCT, {"product_id": card.product_id}),
        (STEP_PAGE, Act.RECORD_STEP, {"events": ""}, {"batch": card.batch_id}),
        (DATES_PAGE, Act.REGISTER_BATCH, OF_BATCH, {"batch_id": card.batch_id}),
    )
    for endpoint, act, names, values in pages:
        if name in names and reader.may(act):
            known = endpoint in current_app.view_functions
            return url_for(endpoint, **values, _anchor=_anchor(names[name])) if known else None
    return None


def _anchor(field: str) -> str | None:
    """Give the id of a form's field in its page."""
    return f"f-{field.replace('.', '-')}" if field else None
