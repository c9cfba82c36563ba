"""Forms of published totals: writing them down, and putting others in their place."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from traceapp.network.published import Published
from traceapp.network.vocabulary import COUNTS, INDICATOR_KINDS
from traceapp.network.wording import MINUS
from traceapp.web.forms import Field


def total_fields() -> tuple[Field, ...]:
    """Give what is asked of published totals."""
    return (Field("year", _("Year"), "number", required=True), *_told())


def correction_fields() -> tuple[Field, ...]:
    """Give what is asked of totals that take the place of others."""
    why = _("What was wrong. Everybody reads it beside what stood here before.")
    return (
        Field("id", kind="hidden"),
        Field("year", _("Year"), "number", required=True),
        *_told(),
        Field("reason", _("Why it is corrected"), "lines", why, required=True, longest=500),
        Field("reason_en", _("The same in English"), "lines", longest=500),
    )


def as_typed(total: Published) -> dict[str, Any]:
    """Give totals as they would be typed."""
    texts = {"source": total.source, "confidence": total.confidence, "sector": total.sector}
    return {
        "year": total.year,
        **{name: words.vi for name, words in texts.items()},
        **{f"{name}_en": words.en for name, words in texts.items()},
        "figures": {subject: _printed(*one) for subject, one in total.figures.items()},
    }


def _printed(sign: str, value: Decimal) -> str:
    mark = "" if sign == "=" else sign
    return f"{mark}{MINUS if value < 0 else ''}{abs(value):f}".replace(".", ",")


def _told() -> tuple[Field, ...]:
    hint = _("As it was printed: 185, >190 or -2,52. Leave out what was not published.")
    source = _("Where it can be read: publication, title, year.")
    counts = (Field(f"figures.{key}", _(words), hint=hint) for key, words in COUNTS.items())
    changes = (
        Field(f"figures.{key}", _(words), unit="%") for key, words in INDICATOR_KINDS.items()
    )
    return (
        Field("source", _("Source"), hint=source, required=True, longest=500),
        Field("source_en", _("The same in English"), longest=500),
        Field("confidence", _("How sure that is"), longest=200),
        Field("confidence_en", _("The same in English"), longest=200),
        Field("sector", _("Sectors"), longest=200),
        Field("sector_en", _("The same in English"), longest=200),
        *counts,
        *changes,
    )
