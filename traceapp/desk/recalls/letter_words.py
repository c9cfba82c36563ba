"""Whom letters and messages of a recall or a stop reached, as whoever leads it reads it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from flask_babel import gettext as _

from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.mail.words import why_not
from traceapp.problem import N_
from traceapp.recalls.case_queries import Case
from traceapp.recalls.goods.acquainted import known_to
from traceapp.recalls.notices import letter_trail, message_trail, sending_again
from traceapp.recalls.notices.letter_trail import Fate, Posted
from traceapp.recalls.stops.queries import StopTold
from traceapp.trace.facts import Ref
from traceapp.trace.words import Words
from traceapp.web.pages import moment
from traceapp.webhooks import words as webhook_words

LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "told": N_("the recall"),
        "reminder": N_("a reminder"),
        "narrow": N_("lots let go"),
        "release": N_("the release"),
        "close": N_("the end of the case"),
        "stopped": N_("the stopped sale"),
        "allowed": N_("the sale allowed again"),
    }
)
MARKS: Mapping[Fate, tuple[str, str]] = MappingProxyType(
    {
        Fate.GIVEN_UP: ("clay", "warning"),
        Fate.REFUSED: ("amber", "refresh"),
        Fate.DROPPED: ("amber", "phone"),
        Fate.NO_ADDRESS: ("amber", "phone"),
        Fate.NO_SERVER: ("", "offline"),
        Fate.WAITING: ("", "clock"),
        Fate.DELIVERED: ("leaf", "circle-check"),
    }
)
"""From what is worst to what is best."""
_ORDER = tuple(MARKS)


@dataclass(frozen=True, slots=True)
class Way:
    """The last letter or message to a holder: what became of it, and what it was about.

    `again` names it where it can be sent again.
    """

    words: str
    about: str
    again: UUID | None


@dataclass(frozen=True, slots=True)
class Line:
    """Whether one holder was reached, and how; whom nothing reached is to be telephoned."""

    holder: Words
    tone: str
    icon: str
    ways: tuple[Way, ...]
    has_answered: bool
    phone: str | None

    @property
    def is_reached(self) -> bool:
        """Tell whether nobody must telephone."""
        return self.tone not in ("amber", "clay")


@dataclass(frozen=True, slots=True)
class Trail:
    """Whom letters and messages went to, who was not reached first, as the reader may know.

    `others` have only what was made of the goods by others: so many, and not reached so many.
    """

    lines: tuple[Line, ...] = ()
    others: int = 0
    others_missed: int = 0

    @property
    def missed(self) -> int:
        """Count who was not reached."""
        return self.others_missed + sum(not one.is_reached for one in self.lines)

    @property
    def told(self) -> int:
        """Count who was told, by any way or none."""
        return self.others + len(self.lines)


def told(reader: Visitor, case: Case) -> Trail:
    """Tell by which ways each holder of a recall was told and what became of it."""
    if case.notice is None:
        return Trail()
    posted = _posted(case.ref)
    again = {one.letter_id for one in posted if sending_again.may_send(case, one)}
    return _trail(reader, posted, letter_trail.answered(case.ref), again)


def told_of(reader: Visitor, stop: StopTold) -> Trail:
    """Tell whoever stopped a sale, and the authority, who was told of it; nothing to others."""
    is_theirs = stop.by.producer_id == reader.producer_id and reader.may(Act.STOP_SALE)
    if not (is_theirs or reader.may(Act.LOOK_UP_ANY)):
        return Trail()
    return _trail(reader, _posted(stop.stop), {}, ())


def _posted(case: Ref) -> list[Posted]:
    return [*letter_trail.last_of_each(case), *message_trail.last_of_each(case)]


def _trail(
    reader: Visitor,
    posted: Sequence[Posted],
    answered: Mapping[UUID, datetime],
    again: Collection[UUID],
) -> Trail:
    """Leave out whom the reader has nothing to do with: he reads how many there are."""
    known = {one.holder_id for one in posted}
    if not reader.may(Act.LOOK_UP_ANY):
        known = known_to(reader.producer_id, known)
    found = dict(_lines(reader, posted, answered, again))
    others = [line for holder, line in found.items() if holder not in known]
    return Trail(
        tuple(line for holder, line in found.items() if holder in known),
        len(others),
        sum(not one.is_reached for one in others),
    )


def _lines(
    reader: Visitor,
    posted: Sequence[Posted],
    answered: Mapping[UUID, datetime],
    again: Collection[UUID],
) -> Iterator[tuple[UUID, Line]]:
    """Put what was posted together by holder, who was not reached first."""
    of: dict[UUID, list[Posted]] = defaultdict(list)
    for one in posted:
        of[one.holder_id].append(one)
    found = []
    for holder, its in of.items():
        said = answered.get(holder)
        has_answered = said is not None and all(said >= one.posted_at for one in its)
        fate = Fate.DELIVERED if has_answered else _best(its)
        number = its[0].phone if reader.may(Act.LOOK_UP_ANY) else None
        ways = tuple(_way(one, one.letter_id in again) for one in its)
        line = Line(its[0].holder, *MARKS[fate], ways, has_answered, number)
        found.append((_ORDER.index(fate), line.holder.vi or "", holder, line))
    for *_key, holder, line in sorted(found, key=lambda row: row[:2]):
        yield holder, line


def _best(its: Sequence[Posted]) -> Fate:
    """Give how one holder fares: reached or soon to be by some way, or else what is worst."""
    fates = {one.fate for one in its}
    for good in (Fate.DELIVERED, Fate.WAITING):
        if good in fates:
            return good
    return min(fates, key=_ORDER.index)


def _way(one: Posted, may_again: bool) -> Way:  # noqa: FBT001 - as it was found
    is_letter = one.kind in LETTERS
    words = _letter(one) if is_letter else _message(one)
    if one.fate in (Fate.REFUSED, Fate.GIVEN_UP) and one.tried_at is not None:
        last = _("Last tried on %(when)s.", when=moment(one.tried_at))
        words = f"{words} {last}"
    about = (LETTERS if is_letter else webhook_words.KINDS)[one.kind]
    return Way(words, _(about), one.letter_id if may_again else None)


def _letter(one: Posted) -> str:
    match one.fate:
        case Fate.DELIVERED:
            words = _("Letter: taken by the mail server on %(when)s.", when=moment(one.at))
        case Fate.NO_ADDRESS:
            words = _("No e-mail address is known. They read it at the desk.")
        case Fate.NO_SERVER:
            words = _("No mail server is set here. They read it at the desk.")
        case Fate.DROPPED:
            words = _(
                "It is not sent any more: its address was erased, or it was left behind elsewhere."
            )
        case _:
            words = _("Letter: %(state)s", state=_under_way(one, why_not(one.why)))
    return str(words)


def _message(one: Posted) -> str:
    match one.fate:
        case Fate.DELIVERED:
            words = _("Message: taken by their program on %(when)s.", when=moment(one.at))
        case Fate.DROPPED:
            words = _("They removed the address of their program before the message arrived.")
        case _:
            state = _under_way(one, webhook_words.told(one.why or None))
            words = _("Message to their program: %(state)s", state=state)
    return str(words)


def _under_way(one: Posted, why: str) -> str:
    known = {"tries": one.tries, "why": why.rstrip("."), "when": moment(one.at)}
    match one.fate:
        case Fate.REFUSED:
            words = _("not taken: %(why)s. Tried: %(tries)s, again at %(when)s.", **known)
        case Fate.GIVEN_UP:
            words = _("not taken: %(why)s. Given up after %(tries)s tries.", **known)
        case _ if why:
            words = _("on its way again. Before it was not taken: %(why)s.", **known)
        case _:
            words = _("on its way.")
    return str(words)
