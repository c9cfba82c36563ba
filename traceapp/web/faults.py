"""What can be wrong with the shape of a value: the rule, the words, and what to do about it.

marshmallow's own words are meant for programmers and are in no catalogue; here are ours. The
fields that use them are in `fields`, answers made of them in `problems`.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any, Self

from marshmallow import Schema, fields, validate

from traceapp.gs1.errors import InvalidKey
from traceapp.problem import N_

PHOTO_NUMBER = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
CORRECT = N_("Correct this field.")


class Fault(str):
    """A message for marshmallow to carry: a text, its rule, and what to do.

    marshmallow fills limits into its messages. They are kept beside the text as well, so that the
    edge can say it in the reader's language.
    """

    __slots__ = ("fix", "message", "rule", "values")

    rule: str
    message: str
    fix: str
    values: Mapping[str, str]

    def __new__(cls, rule: str, message: str, fix: str = CORRECT, **values: str) -> Self:
        """Make a fault; `message` and `fix` are message ids with {places} for the values."""
        fault = super().__new__(cls, message.format_map(values) if values else message)
        fault.rule, fault.message, fault.fix, fault.values = rule, message, fix, values
        return fault

    def __deepcopy__(self, _memo: object) -> Self:
        """Give itself: a fault never changes."""
        return self

    def format(self, *_: object, **values: object) -> Self:
        """Fill in those values that the text has a place for."""
        places = {name for _, name, _, _ in Formatter().parse(self.message) if name}
        filled = {name: str(value) for name, value in values.items() if name in places}
        return type(self)(self.rule, self.message, self.fix, **filled)


def of_key(error: InvalidKey) -> Fault:
    """Say what is wrong with an identifier."""
    return Fault(str(error.rule), error.message, error.fix)


EMPTY = Fault("required", N_("Fill in this field."))
NOT_TEXT = Fault("text", N_("Write text here."))
UNREADABLE = Fault(
    "hidden_characters",
    N_(
        "This text holds hidden control characters or broken letters. "
        "Type it here instead of pasting."
    ),
)
TOO_LONG = Fault(
    "too_long",
    N_("Write at most {longest} characters."),
    N_("Make it shorter: what matters most comes first."),
)
NO_SUCH_FIELD = Fault(
    "unknown_field",
    N_("There is no such field here."),
    N_("Leave it out, or compare its name with the documentation."),
)
NOT_A_WORD = Fault(
    "unknown_word",
    N_("Choose one of the words offered."),
    N_("The documentation of this address lists them."),
)
_NOT_A_NUMBER = Fault("number", N_("Write a number here."))
_OUT_OF_RANGE = Fault(
    "out_of_range", N_("Write a number from {min} to {max}."), N_("Check the zeros and the sign.")
)
_TOO_MANY = Fault(
    "too_many", N_("At most {max} fit here."), N_("Send the rest as a record of its own.")
)
_TOO_FEW = Fault("required", N_("Name at least one."))
_NOT_A_PHOTO = Fault(
    "photo",
    N_("This is not the SHA-256 of a photo: 64 digits and letters from a to f."),
    N_("Send the photo first and use the number it gets."),
)
_NOT_A_TIME = Fault(
    "time",
    N_("This is not a date or time we can read. Write it like 2026-11-21T05:40:00+07:00."),
)

_NOT_AN_OBJECT = Fault("object", N_("Send an object here."))
_NO_OFFSET = Fault(
    "time_without_offset",
    N_("This time does not say its offset from UTC."),
    N_("Add the offset at the end: +07:00 in Vietnam."),
)
_NOT_A_DATE = Fault("date", N_("This is not a date we can read. Write it like 2026-11-21."))


def known(words: tuple[str, ...]) -> validate.OneOf:
    """Accept only these words."""
    return validate.OneOf(words, error=NOT_A_WORD)


def between(low: int, high: int) -> validate.Range:
    """Accept numbers from `low` to `high`."""
    return validate.Range(low, high, error=_OUT_OF_RANGE)


def at_most(most: int) -> validate.Length:
    """Accept lists of so many entries."""
    return validate.Length(max=most, error=_TOO_MANY)


def not_none() -> validate.Length:
    """Accept lists with an entry or more."""
    return validate.Length(min=1, error=_TOO_FEW)


def photo_number() -> validate.Regexp:
    """Accept the SHA-256 of a photo in hexadecimal, in small letters."""
    return validate.Regexp(PHOTO_NUMBER, error=_NOT_A_PHOTO)


def _speak_plainly() -> None:
    own: dict[type[fields.Field[Any]], dict[str, str]] = {
        fields.Field: {
            "required": EMPTY,
            "null": EMPTY,
            "validator_failed": Fault("shape", N_("This value is not possible here.")),
        },
        fields.String: {"invalid": NOT_TEXT, "invalid_utf8": UNREADABLE},
        fields.Number: {"invalid": _NOT_A_NUMBER, "too_large": _NOT_A_NUMBER},
        fields.Integer: {"invalid": Fault("number", N_("Write a whole number here."))},
        fields.Float: {"special": _NOT_A_NUMBER},
        fields.Boolean: {"invalid": Fault("yes_or_no", N_("Answer yes or no: true or false."))},
        fields.UUID: {"invalid_uuid": Fault("id", N_("This is not one of our ids."))},
        fields.List: {"invalid": Fault("list", N_("Send a list here."))},
        fields.Nested: {"type": _NOT_AN_OBJECT},
        fields.Mapping: {"invalid": _NOT_AN_OBJECT},
        fields.DateTime: {
            "invalid": _NOT_A_TIME,
            "format": _NOT_A_TIME,
            "invalid_awareness": _NO_OFFSET,
        },
        fields.Date: {"invalid": _NOT_A_DATE, "format": _NOT_A_DATE},
    }
    for kind, words in own.items():
        kind.default_error_messages.update(words)
    Schema._default_error_messages.update(  # noqa: SLF001 - marshmallow offers no other place
        type=_NOT_AN_OBJECT, unknown=NO_SUCH_FIELD
    )


# Fields copy their class's words when they are made, which is when a schema module is imported.
_speak_plainly()
