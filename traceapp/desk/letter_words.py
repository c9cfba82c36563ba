"""Whom the letters of a recall reached, as whoever leads the case reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.problem import N_
from traceapp.recalls import letter_trail
from traceapp.recalls.case_queries import Case
from traceapp.recalls.letter_trail import Fate, Posted
from traceapp.trace.words import Words
from traceapp.web.pages import moment

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "told": N_("the recall"),
        "reminder": N_("a reminder"),
        "narrow": N_("lots let go"),
        "release": N_("the release"),
        "close": N_("the end of the case"),
    }
)
MARKS: Mapping[Fate, tuple[str, str]] = MappingProxyType(
    {
        Fate.DELIVERED: ("leaf", "circle-check"),
        Fate.WAITING: ("", "clock"),
        Fate.NO_SERVER: ("", "offline"),
        Fate.REFUSED: ("amber", "refresh"),
        Fate.NO_ADDRESS: ("amber", "phone"),
        Fate.DROPPED: ("amber", "phone"),
        Fate.GIVEN_UP: ("clay", "warning"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the last letter to one holder, as a mark and words."""

    holder: Words
    about: str
    tone: str
    icon: str
    words: str


def told(reader: Visitor, case: Case) -> list[Line]:
    """Tell what became of the last letter to each holder, what did not arrive first."""
    if case.notice is None:
        return []
    return [_line(one, reader) for one in letter_trail.last_of_each(case.ref)]


def _line(one: Posted, reader: Visitor) -> Line:
    tone, icon = MARKS[one.fate]
    words = _words(one)
    if tone in ("amber", "clay"):
        number = one.phone if reader.may(Act.LOOK_UP_ANY) else None
        call = _("Telephone %(number)s.", number=number) if number else _("Telephone them.")
        words = f"{words} {call}"
    return Line(one.holder, _(KINDS[one.kind]), tone, icon, words)


def _words(one: Posted) -> str:
    known = {"tries": one.tries, "why": one.why, "when": moment(one.at)}
    match one.fate:
        case Fate.DELIVERED:
            words = _("Taken by the mail server on %(when)s.", **known)
        case Fate.WAITING:
            words = _("On its way.")
        case Fate.REFUSED:
            words = _("Not taken: %(why)s. Tried: %(tries)s, again at %(when)s.", **known)
        case Fate.GIVEN_UP:
            words = _("Not taken: %(why)s. Given up after %(tries)s tries.", **known)
        case Fate.NO_ADDRESS:
            words = _("No e-mail address is known. They read it at the desk.")
        case Fate.NO_SERVER:
            words = _("No mail server is set here. They read it at the desk.")
        case _:
            words = _("The address was erased before the letter went out.")
    return str(words)
