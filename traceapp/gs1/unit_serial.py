"""Serial numbers that we put on labels, AI (21): random, so that none follows from another.

Letters and digits are those of our codes (`batch_code`), 50 bits in ten characters. A maker may
have serial numbers of its own in links; those are any `element.Serial` and none of these.
"""

import re
import secrets
from collections.abc import Callable, Iterator

from traceapp.gs1.batch_code import ALPHABET

LENGTHS = range(10, 14)
_ONE = re.compile(f"[{ALPHABET}]{{{LENGTHS[0]},{LENGTHS[-1]}}}")
_AS_TYPED = str.maketrans(
    {letter.lower(): letter for letter in ALPHABET}
    | dict.fromkeys("oO", "0")
    | dict.fromkeys("iIlL", "1")
    | dict.fromkeys("-", "")
)
# 256 is a multiple of 32, so every character is equally likely.
_CHARACTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_GROUP = 4


def mint(
    count: int, length: int, entropy: Callable[[int], bytes] = secrets.token_bytes
) -> Iterator[str]:
    """Make so many serial numbers; `entropy(n)` gives n random bytes. They may be there already."""
    drawn = entropy(count * length).translate(_CHARACTERS).decode("ascii")
    return (drawn[start : start + length] for start in range(0, len(drawn), length))


def as_minted(text: str) -> str | None:
    """Give a serial number as we would have minted it; None for what cannot be one of ours."""
    folded = text.translate(_AS_TYPED)
    return folded if _ONE.fullmatch(folded) else None


def readable(serial: str) -> str:
    """Write a serial number in groups of four for the eye: 7K3M-9QRT-2X."""
    groups = range(0, len(serial), _GROUP)
    return "-".join(serial[start : start + _GROUP] for start in groups)
