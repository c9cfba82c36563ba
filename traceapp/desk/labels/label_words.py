"""Words of the page of labels: stocks, templates, and why something cannot be printed."""

from collections.abc import Iterable, Mapping

from flask_babel import format_decimal
from flask_babel import gettext as _

from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit
from traceapp.printing.stock import STOCKS
from traceapp.printing.templates import Template
from traceapp.problem import N_

STOCK_NAMES: Mapping[str, str] = {
    "a4-24": N_("A4 sheet, 24 labels of %(size)s mm"),
    "a4-65": N_("A4 sheet, 65 labels of %(size)s mm"),
    "die-50x30": N_("Label roll, %(size)s mm"),
    "die-40x30": N_("Label roll, %(size)s mm"),
    "die-30x20": N_("Label roll, %(size)s mm"),
    "niimbot-50x30": N_("Niimbot label %(paper)s mm (B1, B21)"),
    "niimbot-40x25": N_("Niimbot label %(paper)s mm (D101)"),
    "niimbot-50x15": N_("Niimbot tape %(paper)s mm (D11, D110)"),
    "niimbot-40x12": N_("Niimbot tape %(paper)s mm (D11, D110)"),
    "roll-58": N_("Receipt roll 58 mm, labels of %(size)s mm"),
    "roll-80": N_("Receipt roll 80 mm, labels of %(size)s mm"),
    "card-a5": N_("A5 paper, one card"),
    "card-a4": N_("A4 paper, one card"),
}
TEMPLATE_NAMES: Mapping[Template, str] = {
    Template.FULL: N_("Full label"),
    Template.CODE: N_("QR code only"),
    Template.CRATE: N_("Crate label, large lot"),
    Template.CARD: N_("Stall card"),
}
MISFITS: Mapping[str, str] = {
    "symbol": N_(
        "This paper is too small for a code that shops and phones can read: each of its dots "
        "must be at least 0.4 mm wide, with a white edge around it."
    ),
    "dots": N_(
        "Dots this coarse cannot print the code of this label. "
        "Take %(most)d dots per inch, or the PDF."
    ),
    "domain": N_("The domain is too long for this label: at most %(most)d characters fit."),
    "lot": N_(
        "All that must be said does not fit legibly on this label. "
        "Choose a larger one, or the QR code only."
    ),
    "contents": N_(
        "Name, responsible party, address and origin must stand on the label, and do not fit "
        "legibly on this one. Choose a larger one, or the QR code only."
    ),
    "code": N_("The code does not fit legibly on this label. Choose a larger one."),
    "card": N_("A stall card needs upright paper of A6 or more. Choose A5 or A4."),
    **dict.fromkeys(
        ("percent_x", "percent_y"),
        N_(
            "Printed at the scale of this printer, labels leave the paper: "
            "at most %(most)s percent fit."
        ),
    ),
    "offset_x": N_(
        "Shifted as for this printer, labels leave the paper: "
        "the nearest shift to the right that is possible is %(most)s mm."
    ),
    "offset_y": N_(
        "Shifted as for this printer, labels leave the paper: "
        "the nearest shift down that is possible is %(most)s mm."
    ),
    "stock": N_("A label printer takes rolls, not sheets. Choose a roll, or the PDF."),
    "start_position": N_("The sheet has positions 1 to %(most)d."),
    "count": N_("At most %(most)d labels fit one file, and at least one."),
}
CALIBRATED = ("percent_x", "percent_y", "offset_x", "offset_y")
# Which field of the form is to blame; for all else the paper is.
BLAMED: Mapping[str, str] = {
    "start_position": "start_position",
    "count": "labels",
    **dict.fromkeys(CALIBRATED, "printer_id"),
}


def stocks() -> list[tuple[str, str]]:
    """Name every stock in the reader's language."""
    named = STOCK_NAMES.items()
    return [(key, _(name, size=_size(key), paper=_paper(key))) for key, name in named]


def cards(keys: Iterable[str]) -> list[tuple[str, str]]:
    """Name the papers of stall cards in the reader's language."""
    return [(key, _(STOCK_NAMES[key])) for key in keys]


def templates() -> list[tuple[str, str]]:
    """Name every template of a label in the reader's language; a stall card is a sign."""
    named = TEMPLATE_NAMES.items()
    return [(one.value, _(name)) for one, name in named if one is not Template.CARD]


def misfit(error: DoesNotFit | MissingGlyph, holding: Iterable[str] = ()) -> str:
    """Say what cannot be printed, and what can; `holding` are the stocks that hold it."""
    if isinstance(error, MissingGlyph):
        return str(
            _("The text holds a letter that labels cannot show: %(letter)s", letter=error.letter)
        )
    most = format_decimal(error.fits) if error.what in CALIBRATED else error.fits
    said = str(_(MISFITS.get(error.what, MISFITS["symbol"]), most=most))
    names = dict(stocks())
    papers = "; ".join(names[key] for key in holding)
    fitting = str(_("It fits on: %(papers)s.", papers=papers))
    return f"{said} {fitting}" if papers else said


def blamed(error: DoesNotFit | MissingGlyph) -> str:
    """Name the field of the form that is to blame."""
    return "" if isinstance(error, MissingGlyph) else BLAMED.get(error.what, "stock")


def _size(key: str) -> str:
    stock = STOCKS[key]
    return f"{format_decimal(stock.die_width)} × {format_decimal(stock.die_height)}"


def _paper(key: str) -> str:
    stock = STOCKS[key]
    return f"{format_decimal(stock.page_width)} × {format_decimal(stock.page_height)}"
