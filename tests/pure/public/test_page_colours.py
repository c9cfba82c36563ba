"""Contrast of the consumer page, computed from its stylesheet, in light and in dark."""

import re

import pytest

from traceapp.public.stylesheet import SOURCE, minified

TEXT, LARGE = 7.0, 4.5  # WCAG 2.2, 1.4.6; look.md asks for AAA

# Each text colour on each ground it stands on; a wash carries its own colour, ink and soft text.
PAIRS = [
    *((text, ground) for text in ("ink", "soft", "leaf", "amber") for ground in ("paper", "card")),
    ("ink", "grey"),
    ("leaf", "leaf-wash"),
    *((text, ground) for text in ("clay", "ink", "soft") for ground in ("clay-wash",)),
    *((text, ground) for text in ("amber", "ink", "soft") for ground in ("amber-wash",)),
    ("card", "leaf"),  # the numbers in the drawing of the way
]


def palettes() -> dict[str, dict[str, str]]:
    """Read the custom properties of each theme; dark keeps what it does not replace."""
    found = re.findall(r":root \{(.*?)\}", SOURCE.read_text(encoding="utf-8"), re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block)) for block in found)
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """Give the relative luminance of #rgb or #rrggbb (WCAG 2.2)."""
    digits = colour[1:]
    pairs = [digit * 2 for digit in digits] if len(digits) == 3 else re.findall("..", digits)
    parts = [int(pair, 16) / 255 for pair in pairs]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_on_each_ground_it_is_written_on(
    theme: str, text: str, ground: str
) -> None:
    palette = palettes()[theme]
    assert contrast(palette[text], palette[ground]) >= TEXT


def test_dark_is_designed_and_not_left_to_the_browser() -> None:
    found = palettes()
    assert {
        name for name, colour in found["dark"].items() if found["light"][name] == colour
    } == set()


def test_the_formula_gives_the_known_ends() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


def test_making_the_stylesheet_small_keeps_what_it_says() -> None:
    source = "/* why */ :root { --leaf-wash: #fff; --leaf: #000 }\n.a > p { color: var(--leaf) }"
    assert minified(source) == ":root{--a:#fff;--b:#000}.a>p{color:var(--b)}"
    whole = minified(SOURCE.read_text(encoding="utf-8"))
    assert whole.count("{") == SOURCE.read_text(encoding="utf-8").count("{")
    assert "@media (min-width:62rem)" in whole
