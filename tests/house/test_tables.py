"""A table of the desk folds into cards on a phone: each cell then says itself what it is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDS = re.compile(r'class="table\b|\brows\(found, \[')
TEMPLATES = sorted(
    path
    for path in (ROOT / "traceapp").rglob("templates/**/*.html")
    if FOLDS.search(path.read_text(encoding="utf-8")) and path.name != "_list.html"
)
CELL = re.compile(r'<td\b((?:[^>"]|"(?:\{\{.*?\}\}|[^"{])*")*)>')
LABEL = re.compile(r'data-label="(.*?)"(?=[ >]|$)')
HEADS = re.compile(r"<th\b[^>]*>(.*?)</th>|rows\(found, \[(.*?)\]\)", re.DOTALL)
WORDS = re.compile(r'_\("(.*?)"\)')
UNFOLDED = re.compile(r'<table class="(?!table\b).*?</table>', re.DOTALL)


def markup(path: Path) -> str:
    return UNFOLDED.sub("", path.read_text(encoding="utf-8"))


def test_the_desk_has_tables() -> None:
    assert len(TEMPLATES) > 15


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_cell_carries_the_words_of_its_column(path: Path) -> None:
    text = markup(path)
    heads = {word for found in HEADS.findall(text) for word in WORDS.findall(" ".join(found))}
    for cell in CELL.findall(text):
        label = LABEL.search(cell)
        assert label, f"<td{cell}> folds into a line without a name"
        assert set(WORDS.findall(label[1])) <= heads, f"<td{cell}> is named like no column"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_stands_in_a_cell_stays_together(path: Path) -> None:
    for inside in re.findall(r"<td\b.*?>\n?(.*?)</td>", markup(path), re.DOTALL):
        if re.search(r"<(br|small|p)\b", inside):
            assert re.match(r"<(div|span|ul)\b|\{% if", inside), f"{inside} falls apart in a fold"
