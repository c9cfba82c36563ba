"""What a batch's minimum record lacks, each with the page on which it can be mended."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, url_for

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
    if name in OF_PRODUCT and PRODUCT_PAGE in current_app.view_functions:
        return url_for(PRODUCT_PAGE, product_id=card.product_id)
    if name == "events" and STEP_PAGE in current_app.view_functions:
        return url_for(STEP_PAGE, batch=card.batch_id)
    if name == "expiry_date" and DATES_PAGE in current_app.view_functions:
        return url_for(DATES_PAGE, batch_id=card.batch_id)
    return None
