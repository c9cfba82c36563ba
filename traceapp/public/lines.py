"""Short lines of text for the page: places, people and days, without saying anything twice."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from traceapp.web.languages import pick

Part = Mapping[str, Any]

FAR_DAYS = 60  # "72 days ago" says less than the date
COMMUNES = {"xã": "commune", "phường": "ward", "đặc khu": "special zone"}


def sayer(language: str) -> Callable[[Part], str]:
    """Give the function that says a text in two languages on a page in one of them."""

    def say(text: Part) -> str:
        if text[language] or language == "vi" or not text["vi"]:
            return pick(text, language)
        return Markup('<span lang="vi">{}</span>').format(text["vi"])

    return say


def was_withdrawn(entry: Part) -> bool:
    """Tell whether a step was taken back as a whole: then its sentence is struck through."""
    return any(note["kind"] == "withdrawn" for note in entry["notes"])


def where_and_who(entry: Part, home: Part, language: str) -> Iterator[str]:
    """Give place and person of a step, shorter where the page has said it already.

    `home` is the batch whose way is told: its province and its producer go without saying.
    """
    who = pick(entry["who"]["words"], language)
    if entry["place"] is not None:
        province = home["place"] and home["place"]["province"]
        yield _place(entry, who, province, language)
    organisation = pick(entry["who"]["organisation"], language)
    if entry["who"]["organisation"]["vi"] == home["producer"]["vi"] and who != organisation:
        who = who.removesuffix(f", {organisation}")
    yield who


def _place(entry: Part, who: str, province: str | None, language: str) -> str:
    place = entry["place"]
    words = pick(place["words"], language)
    if province and place["province"] == province:
        words = words.removesuffix(f", {province}")
    household = words.split(",", 1)[0]
    if entry["who"]["household"] and who.lower().startswith(household.lower()):
        return words.removeprefix(f"{household}, ")
    return words


def commune(place: Part | None, language: str) -> str | None:
    """Write commune and province: "xã Bát Tràng, Hà Nội", "Bát Tràng commune, Hà Nội"."""
    if place is None or not place["commune"]:
        return None
    kind, name = place["commune_kind"] or "", place["commune"]
    words = f"{kind} {name}" if language == "vi" else f"{name} {COMMUNES.get(kind, kind)}"
    return ", ".join(part for part in (words.strip(), place["province"]) if part)


def address(producer: Part) -> str:
    """Write a producer's address as on the label, in Vietnamese as addresses are."""
    parts = (producer["street"], commune(producer, "vi"))
    return ", ".join(part for part in parts if part)


def days_ago(days: int) -> str | None:
    """Say how long ago in words; None where the date alone says more."""
    if days == 0:
        return str(_("today"))
    if days == 1:
        return str(_("yesterday"))
    if 1 < days <= FAR_DAYS:
        return str(ngettext("%(num)d day ago", "%(num)d days ago", days))
    return None


def written(day: str | None) -> str | None:
    """Write an ISO date as dd/mm/yyyy."""
    return None if day is None else date.fromisoformat(day).strftime("%d/%m/%Y")


def span(period: Part) -> str:
    """Write a period from day to day."""
    return f"{written(period['from'])}–{written(period['until'])}"


def in_groups(code: str) -> str:
    """Write a code in groups of four, as printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
