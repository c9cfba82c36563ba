"""Label stocks: the sheets that shops buy, in millimetres, and where their labels lie."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stock:
    """A sheet of equal dies; every length in mm, `left` and `top` are those of the first die."""

    key: str
    page_width: float
    page_height: float
    columns: int
    rows: int
    die_width: float
    die_height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float

    @property
    def positions(self) -> int:
        """Labels on a whole sheet."""
        return self.columns * self.rows


@dataclass(frozen=True, slots=True)
class Position:
    """One die: its number on the sheet from 1, and its upper left corner in mm."""

    number: int
    x: float
    y: float


# The common 24-up A4 sheet: dies of 63.5 x 33.9 mm centred on the page, 2.5 mm between columns.
A4_24 = Stock(
    key="a4-24",
    page_width=210.0,
    page_height=297.0,
    columns=3,
    rows=8,
    die_width=63.5,
    die_height=33.9,
    left=7.25,
    top=12.9,
    pitch_x=66.0,
    pitch_y=33.9,
)
