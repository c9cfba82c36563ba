"""A document of tables on A4 paper, lying: rows wrap, heads repeat, every page is numbered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Literal

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)

PAGE = landscape(A4)
MARGIN, GAP, ROOM = 12 * mm, 4 * mm, 1.2 * mm
LEFT: Literal[0] = 0
RIGHT: Literal[2] = 2
TOGETHER = 32 * mm  # a heading, the head of its table and a row: never a heading alone
HEADING, TITLE, SMALL, TINY = 15, 10.5, 8, 7.5  # points
LINE_HEIGHT = 1.4
FRAME_PADDING = 6  # points that ReportLab leaves around text and not around tables
INK, SOFT, WASH, LINE = "#1a211b", "#4a544b", "#eef3ea", "#9aa39a"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `share` is its part of the width beside the others' shares."""

    title: str
    share: float = 1
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading; `empty` is said where it has no rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    empty: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper: heading, facts as label and value, tables, a line at the foot."""

    title: str
    facts: Sequence[tuple[str, str]]
    tables: Sequence[Table]
    foot: str
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Typeface:
    """Two files in TrueType that hold every letter of the paper; they are embedded."""

    regular: Path
    bold: Path

    def names(self) -> tuple[str, str]:
        """Make both known to the writer, once a process, and give their names."""
        for path in (self.regular, self.bold):
            if path.stem not in getRegisteredFontNames():
                registerFont(TTFont(path.stem, str(path)))
        return self.regular.stem, self.bold.stem


@dataclass(frozen=True, slots=True)
class Styles:
    """How text is set: lines high enough for stacked marks, numbers at the right."""

    regular: str
    bold: str

    def heading(self, size: float) -> ParagraphStyle:
        """Set a heading, flush with the tables below it."""
        return _style(self.bold, size, leftIndent=-FRAME_PADDING, spaceAfter=3)

    def text(self, *, is_number: bool = False) -> ParagraphStyle:
        """Set what stands in a cell."""
        return _style(self.regular, SMALL, alignment=RIGHT if is_number else LEFT)

    def head(self, *, is_number: bool = False) -> ParagraphStyle:
        """Set the head of a column, above its cells."""
        return _style(self.bold, SMALL, alignment=RIGHT if is_number else LEFT)


def _style(
    font: str,
    size: float,
    *,
    alignment: Literal[0, 2] = 0,
    leftIndent: float = 0,  # noqa: N803 - the name ReportLab knows it by
    spaceAfter: float = 0,  # noqa: N803 - the same
) -> ParagraphStyle:
    return ParagraphStyle(
        font,
        fontName=font,
        fontSize=size,
        leading=LINE_HEIGHT * size,
        textColor=colors.HexColor(INK),
        alignment=alignment,
        leftIndent=leftIndent,
        spaceAfter=spaceAfter,
    )


def pdf(paper: Paper, typeface: Typeface) -> bytes:
    """Write the paper as PDF. The same paper gives the same bytes."""
    regular, bold = typeface.names()
    styles = Styles(regular, bold)
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=paper.title,
        lang=paper.language,
        invariant=1,
    )
    foot = partial(_foot, text=paper.foot, font=regular)
    document.build(_story(paper, styles), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(paper: Paper, styles: Styles) -> list[Flowable]:
    story = [_plain(paper.title, styles.heading(HEADING)), _facts(paper, styles)]
    for table in paper.tables:
        heading = _plain(table.title, styles.heading(TITLE))
        story += [CondPageBreak(TOGETHER), Spacer(1, GAP), heading]
        story.append(_table(table, styles) if table.rows else _plain(table.empty, styles.text()))
    return story


def _plain(text: str, style: ParagraphStyle) -> Flowable:
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def _facts(paper: Paper, styles: Styles) -> Flowable:
    """Set label and value side by side, two pairs in a row."""
    cells = [
        cell
        for label, value in paper.facts
        for cell in (_plain(label, styles.text()), _plain(value, styles.head()))
    ]
    cells += [_plain("", styles.text())] * (-len(cells) % 4)
    rows = [cells[start : start + 4] for start in range(0, len(cells), 4)]
    table = LongTable(rows, colWidths=_widths((1, 2.4, 1, 2.4)))
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding()])
    return table


def _table(table: Table, styles: Styles) -> Flowable:
    head = [
        _plain(column.title, styles.head(is_number=column.is_number)) for column in table.columns
    ]
    body = [
        [
            _plain(text, styles.text(is_number=column.is_number))
            for column, text in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]
    drawn = LongTable(
        [head, *body],
        colWidths=_widths([column.share for column in table.columns]),
        repeatRows=1,
    )
    drawn.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor(LINE)),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor(WASH)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *_padding(),
        ]
    )
    return drawn


def _padding() -> list[tuple[str, tuple[int, int], tuple[int, int], float]]:
    sides = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(side, (0, 0), (-1, -1), ROOM) for side in sides]


def _widths(shares: Sequence[float]) -> list[float]:
    wide = PAGE[0] - 2 * MARGIN
    return [wide * share / sum(shares) for share in shares]


def _foot(canvas: Canvas, document: SimpleDocTemplate, *, text: str, font: str) -> None:
    canvas.setFont(font, TINY)
    canvas.setFillColor(colors.HexColor(SOFT))
    canvas.drawString(MARGIN, MARGIN, text)
    canvas.drawRightString(PAGE[0] - MARGIN, MARGIN, str(document.page))
