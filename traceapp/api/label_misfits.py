"""Why labels cannot be printed as they were ordered, and what can, as programs are told."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from flask import current_app
from flask_babel import format_decimal

from traceapp import problem
from traceapp.batches.paper.faces import measure
from traceapp.labels.changing import no_position
from traceapp.labels.files import Sheet
from traceapp.printing.glyphs import MissingGlyph
from traceapp.printing.label import DoesNotFit
from traceapp.printing.templates import stocks_for


def misfit_of(error: DoesNotFit | MissingGlyph, sheet: Sheet) -> problem.Finding:
    """Say what cannot be printed; where a label must say too much for its paper, which holds it."""
    if isinstance(error, MissingGlyph):
        return replace(_NO_LETTER, values={"letter": error.letter})
    if error.what == "start_position":
        return no_position(sheet.design.stock)
    if error.what in _OF_THE_PRINTER:
        return replace(_OF_THE_PRINTER[error.what], values={"most": format_decimal(error.fits)})
    if error.what not in _TOO_SMALL:
        return _NO_ROOM
    measured = measure(Path(current_app.static_folder or ""))
    larger = ", ".join(stocks_for(sheet.design.template, sheet.first, measured))
    return replace(_TOO_MUCH, values={"stocks": larger}) if larger else _NO_ROOM


_TOO_SMALL = frozenset({"contents", "symbol", "lot", "code", "domain"})
_NO_LETTER = problem.Finding(
    "/template",
    "no_letter",
    problem.N_("The text of the label holds a letter that labels cannot show: {letter}"),
    problem.N_("Change the name or the lot, or choose the template with the QR code only."),
)
_NO_ROOM = problem.Finding(
    "/stock",
    "no_room",
    problem.N_("This label does not fit on this paper in this file."),
    problem.N_("Choose larger paper, another template, or a PDF for sheets."),
)
_TOO_MUCH = problem.Finding(
    "/stock",
    "no_room",
    problem.N_("What must stand on this label does not fit legibly on this paper."),
    problem.N_("Choose one of these: {stocks}."),
)
_SCALED = problem.Finding(
    "/printer_id",
    "beside_the_paper",
    problem.N_("Printed at the scale of this printer, labels leave the paper."),
    problem.N_("At most {most} percent fit. Put the printer right at the desk, or name another."),
)
_SHIFTED = problem.N_("Shifted as for this printer, labels leave the paper.")
_OF_THE_PRINTER: Mapping[str, problem.Finding] = {
    "dots": problem.Finding(
        "/dpi",
        "too_coarse",
        problem.N_("Dots this coarse cannot print the code of this label."),
        problem.N_("Ask for {most} dots per inch, or take the PDF."),
    ),
    **dict.fromkeys(("percent_x", "percent_y"), _SCALED),
    "offset_x": replace(
        _SCALED,
        message=_SHIFTED,
        fix=problem.N_(
            "The nearest shift to the right that is possible is {most} mm. "
            "Put the printer right at the desk, or name another."
        ),
    ),
    "offset_y": replace(
        _SCALED,
        message=_SHIFTED,
        fix=problem.N_(
            "The nearest shift down that is possible is {most} mm. "
            "Put the printer right at the desk, or name another."
        ),
    ),
}
