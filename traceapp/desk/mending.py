"""What a batch's minimum record lacks, each with the page on which it can be mended."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import visitor
from traceapp.batches.queries import BatchCard
from traceapp.desk.batch_words import missing_words

OF_PRODUCT = frozenset({"label", "picture", "origin", "standards"})
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


def _path(name: str, card: BatchCard) -> str | None:
    """Give the page for it, where it exists and the reader may work on it."""
    reader = visitor()
    pages: tuple[tuple[str, Act, AbstractSet[str], dict[str, Any]], ...] = (
        (PRODUCT_PAGE, Act.MANAGE_PRODUCTS, OF_PRODUCT, {"product_id": card.product_id}),
        (STEP_PAGE, Act.RECORD_STEP, {"events"}, {"batch": card.batch_id}),
        (DATES_PAGE, Act.REGISTER_BATCH, {"expiry_date"}, {"batch_id": card.batch_id}),
    )
    for endpoint, act, names, values in pages:
        if name in names and reader is not None and reader.may(act):
            return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
    return None
