"""Fields that several rooms' schemas share: plain text, and the words for a wrong shape."""

import re
import unicodedata
from typing import Any

from flask_babel import gettext
from marshmallow import Schema, ValidationError, fields

from traceapp.problem import N_

EMPTY = N_("Fill in this field.")
NOT_TEXT = N_("Write text here.")
UNREADABLE = N_(
    "This text holds hidden control characters or broken letters. Type it here instead of pasting."
)

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
        return ValidationError(
            gettext("Write at most %(longest)d characters.", longest=self.longest)
        )


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


def _is_refused(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS:
        return False
    return unicodedata.category(character) in _REFUSED or _is_no_character(character)


def _is_no_character(character: str) -> bool:
    code = ord(character)  # Unicode 23.7: never a character, now or later
    is_spare = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE  # noqa: PLR2004
    return is_spare or character == "\ufffd"  # what is left of bytes that were not UTF-8


def _speak_plainly() -> None:
    """Replace marshmallow's words, which are meant for programmers and not in our catalogue."""
    fields.Field.default_error_messages.update(
        required=EMPTY, null=EMPTY, validator_failed=N_("This value is not possible here.")
    )
    fields.String.default_error_messages.update(invalid=NOT_TEXT, invalid_utf8=UNREADABLE)
    not_number = N_("Write a number here.")
    fields.Number.default_error_messages.update(invalid=not_number, too_large=not_number)
    fields.Integer.default_error_messages.update(invalid=N_("Write a whole number here."))
    fields.Float.default_error_messages.update(special=not_number)
    fields.Boolean.default_error_messages.update(invalid=N_("Answer yes or no: true or false."))
    fields.UUID.default_error_messages.update(invalid_uuid=N_("This is not one of our ids."))
    fields.List.default_error_messages.update(invalid=N_("Send a list here."))
    fields.Nested.default_error_messages.update(type=N_("Send an object here."))
    fields.Mapping.default_error_messages.update(invalid=N_("Send an object here."))
    not_time = N_(
        "This is not a date or time we can read. Write it like 2026-11-21T05:40:00+07:00."
    )
    fields.DateTime.default_error_messages.update(invalid=not_time, format=not_time)
    fields.Date.default_error_messages.update(
        invalid=N_("This is not a date we can read. Write it like 2026-11-21.")
    )
    Schema._default_error_messages.update(  # noqa: SLF001 - marshmallow offers no other place
        type=N_("Send an object here."), unknown=N_("There is no such field here.")
    )


# Fields copy their class's words when they are made, which is when a schema module is imported.
_speak_plainly()
