"""Text that must fit: how wide it is, where it wraps, where it is cut with an ellipsis.

A width comes from a `Measure`, so that the same code fits millimetres on a label (estimated, or
from a real font) and pixels in a picture.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

Measure = Callable[[str, float], float]
"""(text, size) -> width, both in the caller's unit."""

ELLIPSIS = "…"
_BALANCE_STEPS = 6
LONGEST = 400  # letters; nothing printed holds more, and measuring far longer texts is slow
MONO_ADVANCE = 0.61  # of the size; DejaVu Sans Mono 0.602, Liberation Mono and Courier 0.600

# Advance of a plain sans face in thousandths of its size, on the wide side of Noto Sans.
_WIDTHS = {
    letter: width
    for letters, width in {
        "ijlIL.,:;'|!\u00b7": 300,
        " \u00a0": 265,
        "ftr()[]-/\\": 385,
        "szcxkvyJ": 515,
        "aegEFS": 575,
        "bdhnopqu0123456789?+=×–": 615,
        "ABCGKPRTVXYZ_&": 650,
        "DHNOQU": 755,
        "w": 790,
        "mMW%@…": 930,
    }.items()
    for letter in letters
}
_OTHER_WIDTH = 650
_WIDE_WIDTH = 1000  # full-width scripts and pictographs


def estimate(text: str, size: float) -> float:
    """Estimate the width of `text` in a plain sans face of `size`, in the unit of `size`."""
    return sum(map(_advance, text)) * size / 1000


def mono(text: str, size: float) -> float:
    """Return the width of `text` in a monospaced face of `size`, in the unit of `size`."""
    return len(text) * MONO_ADVANCE * size


def wrap(text: str, size: float, width: float, lines: int, measure: Measure) -> tuple[str, ...]:
    """Break `text` at its spaces into at most `lines` lines of at most `width`.

    What is left over is cut with an ellipsis; a word wider than a line is broken inside. Lines that
    hold the whole text are made as even as they can be, so that no word stands alone.
    """
    done = [*run_on(text, size, width, lines, measure)]
    if len(text) > LONGEST:
        text = text[:LONGEST] + ELLIPSIS
    low, high = width / 2, width
    for _ in range(_BALANCE_STEPS if len(done) > 1 else 0):
        middle = (low + high) / 2
        narrower = _greedy(text, size, middle, lines, measure)
        if len(narrower) == len(done) and _broken_alike(narrower, done):
            done, high = narrower, middle
        else:
            low = middle
    return tuple(done)


def run_on(text: str, size: float, width: float, lines: int, measure: Measure) -> tuple[str, ...]:
    """Break `text` likewise, each line as full as it can be."""
    if len(text) > LONGEST:
        text = text[:LONGEST] + ELLIPSIS
    return tuple(_greedy(text, size, width, lines, measure))


def flow(
    parts: Sequence[str], separator: str, size: float, width: float, measure: Measure
) -> tuple[str, ...]:
    """Set uncuttable `parts` on as few lines as hold them, `separator` between those of one line.

    A part wider than `width` gets a line of its own; the caller judges whether that will do.
    """
    done: list[str] = []
    for part in parts:
        longer = f"{done[-1]}{separator}{part}" if done else part
        if done and measure(longer, size) <= width:
            done[-1] = longer
        else:
            done.append(part)
    return tuple(done)


def _greedy(text: str, size: float, width: float, lines: int, measure: Measure) -> list[str]:
    done: list[str] = []
    rest = text
    while rest and len(done) < lines - 1 and measure(rest, size) > width:
        taken = _head(rest, size, width, measure)
        done.append(taken.rstrip(" "))
        rest = rest[len(taken) :].lstrip(" ")
    if rest:
        done.append(shorten(rest, size, width, measure))
    return done


def says(parts: Iterable[str], text: str) -> bool:
    """Tell whether lines hold a text whole, wherever it was broken."""
    return _squeezed(text) in _squeezed("".join(parts))


def _squeezed(text: str) -> str:
    return text.replace(" ", "")


def _broken_alike(narrower: list[str], wider: list[str]) -> bool:
    """Tell whether both hold the same words whole: nothing more was cut or broken inside."""
    return " ".join(narrower) == " ".join(wider)


def shorten(text: str, size: float, width: float, measure: Measure) -> str:
    """Return `text` if it fits `width`, else its beginning and an ellipsis."""
    if measure(text, size) <= width:
        return text
    kept = _longest(text, lambda part: measure(part.rstrip() + ELLIPSIS, size) <= width)
    at_word = kept.rsplit(" ", 1)[0]
    if len(at_word) * 2 > len(kept) and text[len(kept) : len(kept) + 1] != " ":
        kept = at_word
    return kept.rstrip(" (,;·-") + ELLIPSIS


def largest_that_fits(
    text: str, sizes: Sequence[float], width: float, measure: Measure
) -> float | None:
    """Return the first of `sizes`, given in falling order, at which `text` fits on one line."""
    return next((size for size in sizes if measure(text, size) <= width), None)


@lru_cache(maxsize=2048)  # letters; a text that must fit is measured again and again
def _advance(letter: str) -> int:
    """Give the advance of a letter as one reads it: without the marks above and below."""
    base = (
        mark for mark in unicodedata.normalize("NFD", letter) if not unicodedata.combining(mark)
    )
    return sum(_plain_advance(mark) for mark in base)


def _plain_advance(letter: str) -> int:
    width = _WIDTHS.get(letter)
    if width is not None:
        return width
    return _WIDE_WIDTH if unicodedata.east_asian_width(letter) in "WF" else _OTHER_WIDTH


def _head(text: str, size: float, width: float, measure: Measure) -> str:
    """Return as many whole words as fit, else as many letters, at least one."""
    fitting = _longest(text, lambda part: measure(part.rstrip(" "), size) <= width)
    at_word = fitting.rfind(" ")
    if at_word > 0 and text[len(fitting) : len(fitting) + 1] != " ":
        return fitting[:at_word]
    return fitting or text[:1]


def _longest(text: str, fits: Callable[[str], bool]) -> str:
    """Return the longest beginning of `text` that fits, by halving."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle]):
            low = middle
        else:
            high = middle - 1
    return text[:low]
