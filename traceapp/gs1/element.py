"""The free-text parts of a link: lot, serial, GLN extension. Case matters; kept as typed.

Only for links: a lot that never stands in a GS1 link may be written in any letters.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from traceapp.gs1.errors import InvalidKey, Rule

LONGEST = 20  # GS1 Gen Specs 3.2: (10), (21) and (254) are X..20

# GS1 Gen Specs 7.11, character set 82.
_CSET_82 = re.compile(r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*""")
# In a path these two mean "here" and "one up", percent-encoded or not (RFC 3986 5.2.4),
# so a browser would drop them before we see them.
_LOST_IN_A_PATH = (".", "..")


@dataclass(frozen=True, slots=True)
class _Element:
    text: str

    _too_long_or_empty: ClassVar[Rule]
    _wrong_characters: ClassVar[Rule]

    def __post_init__(self) -> None:
        if not 1 <= len(self.text) <= LONGEST:
            raise InvalidKey(self._too_long_or_empty)
        if not _CSET_82.fullmatch(self.text) or self.text in _LOST_IN_A_PATH:
            raise InvalidKey(self._wrong_characters)

    def __str__(self) -> str:
        return self.text


class Lot(_Element):
    """Batch or lot number, AI (10)."""

    __slots__ = ()
    _too_long_or_empty = Rule.LOT_LENGTH
    _wrong_characters = Rule.LOT_CHARACTERS


class Serial(_Element):
    """Serial number of one unit, AI (21)."""

    __slots__ = ()
    _too_long_or_empty = Rule.SERIAL_LENGTH
    _wrong_characters = Rule.SERIAL_CHARACTERS


class GlnExtension(_Element):
    """Part of a place, such as a plot of a farm, AI (254)."""

    __slots__ = ()
    _too_long_or_empty = Rule.EXTENSION_LENGTH
    _wrong_characters = Rule.EXTENSION_CHARACTERS
