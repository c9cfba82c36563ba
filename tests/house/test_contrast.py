"""Text keeps 7:1 on every ground of both stylesheets, light and dark."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
STYLESHEETS = (STATIC / "css" / "desk.css", STATIC / "pwa" / "app" / "app.css")
TEXT = ("ink", "soft", "leaf", "clay", "amber")
GROUNDS = ("paper", "card", "leaf-wash", "clay-wash", "amber-wash")


def colours(stylesheet: Path, scheme: str) -> dict[str, str]:
    """The custom properties of one scheme."""
    blocks = re.findall(r":root \{(.*?)\}", stylesheet.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"]))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("stylesheet", STYLESHEETS, ids=lambda path: path.name)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_on_every_ground(stylesheet: Path, scheme: str) -> None:
    found = colours(stylesheet, scheme)
    weak = {
        (text, ground): round(contrast(found[text], found[ground]), 2)
        for text in TEXT
        for ground in GROUNDS
        if contrast(found[text], found[ground]) < 7
    }
    assert not weak
    assert contrast(found["on-leaf"], found["leaf"]) >= 7


@pytest.mark.parametrize("stylesheet", STYLESHEETS, ids=lambda path: path.name)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(stylesheet: Path, scheme: str) -> None:
    found = colours(stylesheet, scheme)
    for ground in ("paper", "card"):  # WCAG 2.2, 1.4.11
        assert contrast(found["edge"], found[ground]) >= 3


@pytest.mark.parametrize("stylesheet", STYLESHEETS, ids=lambda path: path.name)
def test_the_stylesheet_stays_small(stylesheet: Path) -> None:
    assert stylesheet.stat().st_size <= 12_000
