"""Fields that several rooms' schemas share: plain text, identifiers and days."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from traceapp.gs1.errors import InvalidKey
from traceapp.problem import N_
from traceapp.web.faults import EMPTY, NOT_TEXT, TOO_LONG, UNREADABLE, Fault, of_key

# Pasted from web pages and word processors without anybody seeing them.
_LEFT_OUT = dict.fromkeys(map(ord, "\u200b\ufeff\u00ad"))
_JOINERS = "\u200c\u200d"  # letters of some scripts and many emoji need these
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
# Surrogates, private use, controls, and formats: among them the bidi controls that can make a
# name read as another one (Unicode TR 36, 2.5).
_REFUSED = frozenset({"Cc", "Cf", "Co", "Cs"})
# A letter with its marks is at most four characters; sorting marks takes the square of their
# number, so a longer text is refused before it is normalised.
_LONGEST_LETTER = 4


class PlainText(fields.Field[str | None]):
    """Text as a person types it: NFC, without spaces around it or hidden characters in it.

    One line, unless `lines`; at most `longest` characters. Empty means `None` where that is
    allowed, and a missing value elsewhere.
    """

    def __init__(self, longest: int, *, lines: bool = False, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.longest = longest
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str | None:  # noqa: ANN401, ARG002
        if not isinstance(value, str):
            raise ValidationError(NOT_TEXT)
        if len(value) > self.longest * _LONGEST_LETTER:
            raise self._too_long()
        text = clean(value, lines=self.lines)
        if len(text) > self.longest:
            raise self._too_long()
        if not text and not self.allow_none:
            raise ValidationError(EMPTY)
        return text or None

    def _too_long(self) -> ValidationError:
        return ValidationError(TOO_LONG.format(longest=self.longest))


class KeyNumber(PlainText):
    """A number with a grammar of its own (GTIN, GLN); `parse` raises InvalidKey, gives the text."""

    def __init__(self, parse: Callable[[str], str], longest: int = 40, **options: Any) -> None:  # noqa: ANN401
        super().__init__(longest, **options)
        self.parse = parse

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str | None:  # noqa: ANN401
        text = super()._deserialize(value, attr, data)
        try:
            return None if text is None else self.parse(text)
        except InvalidKey as error:
            raise ValidationError(of_key(error)) from error


FIRST_YEAR, LAST_YEAR = 1900, 2200
_UNLIKELY = Fault(
    "time_out_of_range",
    N_("No date or time we keep is before 1900 or after 2200."),
    N_("Check the year."),
)


def in_our_time(moment: date | datetime) -> None:
    """Refuse years beyond which neither counting days nor changing offsets is safe."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError(_UNLIKELY)


def clean(text: str, *, lines: bool = False) -> str:
    """Give the text in the form in which it is kept; raise ValidationError where it has none."""
    text = _LINE_ENDS.sub("\n", text).translate(_LEFT_OUT)
    if any(_is_refused(character) for character in text):
        raise ValidationError(UNREADABLE)
    text = unicodedata.normalize("NFC", text)
    if not lines:
        return " ".join(text.split())
    kept = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", kept).strip()


def is_plain(text: str) -> bool:
    """Tell whether a text has no hidden characters, so that it may be compared with kept ones."""
    return not any(_is_refused(character) for character in text)


def _is_refused(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS:
        return False
    return unicodedata.category(character) in _REFUSED or _is_no_character(character)


def _is_no_character(character: str) -> bool:
    code = ord(character)  # Unicode 23.7: never a character, now or later
    is_spare = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE  # noqa: PLR2004
    return is_spare or character == "\ufffd"  # what is left of bytes that were not UTF-8
