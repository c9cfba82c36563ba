"""Our own codes: `/B/` for a batch and `/U/` for a unit without a GTIN, `/S/` for a stall.

Every character is random: 50 bits a batch, 55 a stall, 65 a unit; the length tells them apart.
There is no check character, because codes are sparse enough to do its work: among a million live
batches a mistyped code meets another one with a probability of one in a billion, and otherwise the
answer is "never issued". Malformed therefore means the wrong length or alphabet.

The alphabet is Crockford's base32: digits and capitals without I, L, O and U. A reader may type
lower case, O for 0, I or L for 1, and group with spaces or hyphens; U is always a mistake.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

from traceapp.gs1.errors import InvalidKey, Rule

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_CANONICAL = re.compile(f"[{ALPHABET}]*")
_AS_TYPED = str.maketrans(
    {letter.lower(): letter for letter in ALPHABET}
    | dict.fromkeys("oO", "0")
    | dict.fromkeys("iIlL", "1")
    | dict.fromkeys(" \u00a0-\u2010\u2011\u2013", "")  # phones turn hyphens into dashes
)
_GROUP = 4


@dataclass(frozen=True, slots=True)
class _RandomCode:
    text: str

    LENGTH: ClassVar[int]

    def __post_init__(self) -> None:
        if len(self.text) != self.LENGTH:
            raise InvalidKey(Rule.CODE_LENGTH)
        if not _CANONICAL.fullmatch(self.text):
            raise InvalidKey(Rule.CODE_CHARACTERS)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code as typed by a person."""
        return cls(text.translate(_AS_TYPED))

    @classmethod
    def mint(cls, entropy: Callable[[int], bytes] = secrets.token_bytes) -> Self:
        """Make a new code; `entropy(n)` gives n random bytes. The caller sees to uniqueness."""
        return cls.from_digest(entropy(cls.LENGTH))

    @classmethod
    def from_digest(cls, digest: bytes) -> Self:
        """Derive the code of a digest, from its first `LENGTH` bytes: always the same one.

        Whoever knows what was digested can guess the code, so this is for sample data only.
        """
        # 256 is a multiple of 32, so every character stays equally likely.
        return cls("".join(ALPHABET[byte % 32] for byte in digest[: cls.LENGTH]))

    @property
    def readable(self) -> str:
        """The code in groups of four for the eye: 7K3M-9QRT-2X."""
        groups = range(0, self.LENGTH, _GROUP)
        return "-".join(self.text[start : start + _GROUP] for start in groups)

    def __str__(self) -> str:
        return self.text


class BatchCode(_RandomCode):
    """The public code of one batch."""

    __slots__ = ()
    LENGTH = 10


class StallCode(_RandomCode):
    """The public code of one stall of loose goods."""

    __slots__ = ()
    LENGTH = 11


class UnitCode(_RandomCode):
    """The public code of one unit, such as a single pack or animal."""

    __slots__ = ()
    LENGTH = 13
