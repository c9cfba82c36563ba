"""Which step holds where steps correct each other: the same, in whatever order they came. Pure.

Of several corrections of one step the one with the greater (event_time, id) holds, and what
corrects that one in its turn; all the others are corrected by it. So it is where the step they
name has not come yet. Steps that correct each other in a circle say nothing: none of them holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Version:
    """A step of one producer, and which one it corrects."""

    event_id: UUID
    corrects: UUID | None
    event_time: datetime


def replacements(versions: Iterable[Version]) -> dict[UUID, UUID]:
    """Give what holds instead of each of these steps that does not hold; in a circle, itself.

    Of each step all that corrects it, and all that this corrects, must be among them.
    """
    known = {version.event_id: version for version in versions}
    corrections: dict[UUID, list[Version]] = defaultdict(list)
    for version in known.values():
        if version.corrects is not None:
            corrections[version.corrects].append(version)
    found: dict[UUID, UUID] = {}
    for event_id in known:
        first = _first(event_id, known)
        replacement = event_id if first is None else _last(first, corrections)
        if replacement != event_id or first is None:
            found[event_id] = replacement
    return found


def _first(event_id: UUID, known: Mapping[UUID, Version]) -> UUID | None:
    """Give the step at the beginning, which may not have come yet; None where there is none."""
    seen = {event_id}
    while event_id in known and (corrects := known[event_id].corrects) is not None:
        if corrects in seen:
            return None
        seen.add(corrects)
        event_id = corrects
    return event_id


def _last(event_id: UUID, corrections: Mapping[UUID, list[Version]]) -> UUID:
    while of_this := corrections.get(event_id):
        event_id = max(of_this, key=_order).event_id
    return event_id


def _order(version: Version) -> tuple[datetime, UUID]:
    return version.event_time, version.event_id
