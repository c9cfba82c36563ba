"""The TrueType files that labels are set in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FontFiles:
    """The files themselves, as bytes."""

    regular: bytes
    bold: bytes
