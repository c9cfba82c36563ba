"""The pages of an answer about many lots: what was typed on one and not sent yet goes along.

A page is turned by a button of the form. Figures that differ from those proposed travel in hidden
fields until they are sent, all together, from whichever page.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traceapp.desk.recalls import case_form
from traceapp.recalls.goods.scope import Held
from traceapp.web.forms import Form

TURN = "turn:"
KEPT = "kept"
LONGEST_NUMBER = 9
PARTS = 3
Figures = Mapping[str, tuple[str, str]]
"""What was typed of a lot: sold and set apart, by the id of its batch."""


@dataclass(frozen=True, slots=True)
class Page:
    """The lots of one page, and the number of the first in the whole list."""

    first: int
    lots: Sequence[Held]


def number_in(text: str) -> int:
    """Read the number of a lot; anything else is the first."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0


def turned_to(do: str) -> int | None:
    """Read to which page a button turns; None for any other button."""
    return number_in(do.removeprefix(TURN)) if do.startswith(TURN) else None


def page_at(held: Sequence[Held], first: int, size: int) -> Page:
    """Give the page that begins at a lot; the first page where there is no such."""
    return Page(first, held[first:][:size]) if first < len(held) else Page(0, held[:size])


def unsent(form: Form, page: Page, whole: Sequence[Held]) -> Figures:
    """Give the figures that were typed here or on other pages and differ from those proposed."""
    known = {str(one.batch.id) for one in whole}
    found = {id_: figures for id_, figures in _travelled(form) if id_ in known}
    proposed = _by_lot(Form.showing(case_form.answer_fields(), case_form.counted(page.lots, whole)))
    for id_, figures in _by_lot(form).items():
        found.pop(id_, None)
        if id_ in known and proposed.get(id_) != figures:
            found[id_] = figures
    return found


def shown(page: Page, whole: Sequence[Held], figures: Figures, sent: Form | None = None) -> Form:
    """Make the form of a page: what was typed there before, else what is proposed.

    Note and photos are those `sent` with another page.
    """
    form = Form.showing(case_form.answer_fields(), case_form.counted(page.lots, whole))
    for number, one in enumerate(page.lots):
        if (typed := figures.get(str(one.batch.id))) is not None:
            for name, value in zip(("sold", "set_apart"), typed, strict=True):
                form.typed[f"lots.{number}.{name}"] = [value]
    if sent is not None:
        for name in ("note", "photos"):
            form.typed[name] = sent.typed.get(name, [])
    return with_others(form, page, figures)


def with_others(form: Form, page: Page, figures: Figures) -> Form:
    """Let what was typed on other pages travel with a form."""
    here = {str(one.batch.id) for one in page.lots}
    form.typed[KEPT] = [
        json.dumps([id_, *typed], ensure_ascii=False)
        for id_, typed in figures.items()
        if id_ not in here
    ]
    return form


def without(figures: Figures, page: Page) -> Figures:
    """Leave out what was sent."""
    sent = {str(one.batch.id) for one in page.lots}
    return {id_: typed for id_, typed in figures.items() if id_ not in sent}


def elsewhere(page: Page, whole: Sequence[Held], figures: Figures, size: int) -> Iterator[Page]:
    """Give what was typed on other pages, page by page: of each, the lots with such figures."""
    here = {one.batch for one in page.lots}
    for first in range(0, len(whole), size):
        typed = [
            one
            for one in whole[first:][:size]
            if str(one.batch.id) in figures and one.batch not in here
        ]
        if typed:
            yield Page(first, typed)


def _by_lot(form: Form) -> dict[str, tuple[str, str]]:
    found = {}
    for number in range(form.count("lots", least=0)):
        start = f"lots.{number}"
        if id_ := form.value(f"{start}.batch"):
            found[id_] = (form.value(f"{start}.sold"), form.value(f"{start}.set_apart"))
    return found


def _travelled(form: Form) -> Iterator[tuple[str, tuple[str, str]]]:
    for text in form.typed.get(KEPT, ()):
        parts = _read(text)
        if isinstance(parts, list) and len(parts) == PARTS and all(map(_is_text, parts)):
            yield parts[0], (parts[1], parts[2])


def _read(text: str) -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_text(part: object) -> bool:
    return isinstance(part, str)
