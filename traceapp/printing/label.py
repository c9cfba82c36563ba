"""What one label says: the facts, the words around them, and the lines made of both.

Where the lines stand on paper or in a picture is decided beside this, in `arrange` and `picture`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

NO_BREAK = "\u00a0"
_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:k?g|m?l|quả)\b)", re.IGNORECASE)


class DoesNotFit(ValueError):  # noqa: N818 - the name says what is wrong
    """Something asked for has no room on the stock.

    `what` names it ("count", "start_position", "symbol", "lot", "code", "domain", "contents", or
    "offset_x", "offset_y", "percent" of a calibration); `fits` is what would have fitted: labels,
    a position, modules, characters, mm or per cent.
    """

    def __init__(self, what: str, fits: float, message: str) -> None:
        super().__init__(message)
        self.what = what
        self.fits = fits


@dataclass(frozen=True, slots=True)
class Words:
    """The words printed around the facts. Vietnamese, as labels in Vietnam must be."""

    lot: str = "Lô"
    serial: str = "Số"
    produced: str = "NSX"
    expires: str = "HSD"
    packed: str = "Ngày đóng gói"  # never abbreviated (Decree 37/2026, art. 46.3)
    packer: str = "Đóng gói"
    maker: str = "Sản xuất"
    more: str = "Quét mã xem đủ nội dung nhãn"
    scan: str = "Quét mã để xem hành trình"
    sample: str = "MẪU"
    sample_plain: str = "MAU"  # for a face that has no Ẫ: the mark must never be missing
    sample_note: str = "Dữ liệu mẫu. Không phải trang của cơ quan nhà nước."


VIETNAMESE = Words()


class Item(NamedTuple):
    """One more thing that a label says: what it is, its word on the label, its text."""

    kind: str
    word: str
    text: str

    @property
    def told(self) -> str:
        """Give it as it is printed."""
        return printable(f"{self.word}: {self.text}")


@dataclass(frozen=True, slots=True)
class Label:
    """The facts of one label. `uri` is encoded as it stands; a date that is `None` is left out.

    `code` is the readable code as a person types it, `domain` the host that answers it, `serial`
    the readable number of this one label where it has one. `sample` marks the label MẪU.
    `address` and `origin` belong to what the law wants on paper always, `maker` where the producer
    only packed; `items`, the most needed first, may stand behind the code where there is no
    legible room (Decree 37/2026, art. 37.3).
    """

    uri: str
    name: str
    producer: str
    lot: str
    code: str
    domain: str
    produced: date | None = None
    expires: date | None = None
    packed: date | None = None
    sample: bool = False
    address: str = ""
    origin: str = ""
    maker: str = ""
    items: tuple[Item, ...] = ()
    serial: str = ""

    @property
    def has_contents(self) -> bool:
        """Whether it says what the law asks for, so that nothing of it may be cut."""
        return bool(self.address or self.origin)


@lru_cache(maxsize=256)  # each label asks for the same facts several times
def printable(text: str) -> str:
    """Return `text` as NFC on one line, without control, bidi or unassigned characters.

    Decomposed Vietnamese prints with its marks beside the vowel, and a control character would make
    the SVG ill-formed. A number keeps its unit beside it ("500 g" never breaks).
    """
    kept = " ".join(unicodedata.normalize("NFC", text).split())
    if not kept.isprintable():
        kept = "".join(mark for mark in kept if not unicodedata.category(mark).startswith("C"))
    return _NUMBER_AND_UNIT.sub(NO_BREAK, kept)


def code_groups(code: str) -> list[str]:
    """Return the groups in which a readable code is written."""
    return re.split("[ -]", printable(code))


def lot_line(label: Label, words: Words = VIETNAMESE) -> str:
    """Return the lot with its word."""
    return f"{words.lot} {printable(label.lot)}"


def serial_line(label: Label, words: Words = VIETNAMESE) -> str:
    """Return the number of this one label with its word."""
    return f"{words.serial} {printable(label.serial)}"


def serial_halves(label: Label, words: Words = VIETNAMESE) -> tuple[str, str]:
    """Return the number of this one label on two lines, its word on the first."""
    groups = code_groups(label.serial)
    return f"{words.serial} {'-'.join(groups[:2])}", "-".join(groups[2:])


def dates(label: Label, words: Words = VIETNAMESE) -> tuple[tuple[str, str], ...]:
    """Return the known dates as (word, dd/mm/yyyy); none of them may ever be cut."""
    dated = (
        (words.produced, label.produced),
        (words.expires, label.expires),
        (words.packed, label.packed),
    )
    return tuple((word, f"{day:%d/%m/%Y}") for word, day in dated if day is not None)
