"""Arrange one label on its die: which line stands where, in mm from the die's upper left corner.

The symbol stands at the right, its quiet zone inside the die; name, producer, lot and dates at the
left; readable code and domain along the foot. Pure geometry: the writers draw it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from traceapp.printing import lines as text_lines
from traceapp.printing.arranged import ASCENT, DESCENT, LEADING, Arranged, Line
from traceapp.printing.facts import Setting, Zone, column
from traceapp.printing.label import (
    VIETNAMESE,
    DoesNotFit,
    Label,
    Words,
    printable,
    serial_line,
)
from traceapp.printing.lines import Measure
from traceapp.printing.look import MIN_SIZE, Look, looks_for_contents
from traceapp.printing.look import looks as looks_of
from traceapp.printing.room import Room

SAMPLE_SIZE, SAMPLE_SHARE = 11.0, 0.27  # mm, and of the width beside the symbol

Found = tuple[Arranged, int]
"""A label that fits, and how many of its items stand behind the code."""


def arrange(
    label: Label,
    room: Room,
    measure: Measure = text_lines.estimate,
    words: Words = VIETNAMESE,
    looks: Iterable[Look] = (),
) -> Arranged:
    """Arrange `label` in its room; a name may be cut where nothing keeps it whole, identity never.

    What the law asks for is not cut: items that find no room are left to the page behind the code.
    Raises `DoesNotFit` for a symbol finer than 0.396 mm a module, and for a lot, code or domain
    that would need letters under the legal height, or what must always stand on paper.
    """
    found: list[Found] = []
    problem = DoesNotFit("lot", 0, "the facts need more height than the die has")
    has_room = False
    for tried in _rounds(label, room, (*looks,)):
        for look in tried:
            setting = Setting(look, measure, words)
            try:
                for side in room.sides(*look.symbol_sides, margin=look.symbol_margin):
                    has_room = label.has_contents
                    one = _beside(label, room, side, setting)
                    if one and _is_best(label, *one):
                        return one[0]
                    found += [one] if one else []
            except DoesNotFit as error:
                problem = max(problem, error, key=lambda one: one.fits)
        if found and label.has_contents:
            return min(found, key=lambda one: one[1])[0]
    if not found:
        raise _cause(label, room, measure, words, looks) if has_room else problem
    return max(found, key=lambda one: sum(len(line.text) for line in one[0].lines))[0]


def _cause(
    label: Label, room: Room, measure: Measure, words: Words, looks: Iterable[Look]
) -> DoesNotFit:
    """Tell whether what the law wants has no room, or the label would have none without it."""
    bare = replace(label, address="", origin="", maker="", items=())
    try:
        arrange(bare, room, measure, words, looks)
    except DoesNotFit as error:
        return error
    return DoesNotFit("contents", 0, "what the law wants on paper needs more room than there is")


def _is_best(label: Label, arranged: Arranged, behind: int) -> bool:
    return not behind and (label.has_contents or arranged.is_whole)


def _rounds(label: Label, room: Room, looks: tuple[Look, ...]) -> Iterator[tuple[Look, ...]]:
    """Yield the looks to be tried, the best first; the tightest only for what must stand there."""
    if looks or not label.has_contents:
        yield looks or tuple(looks_of(room))
        return
    *roomy, tightest = looks_for_contents(room)
    yield tuple(roomy)
    yield (tightest,)


def _beside(label: Label, room: Room, side: float, setting: Setting) -> Found | None:
    """Set the facts beside a symbol of `side`; None where they need more height than there is."""
    look = setting.look
    foot = _foot(label, room, look)
    foot_top = min(line.box[1] for line in foot)
    width = room.width - side - look.symbol_margin - look.margin
    # In dots, black or nothing, MẪU would drown the facts that it stands behind: a line says it.
    is_behind = label.sample and not room.dot
    told = replace(label, sample=label.sample and not is_behind)
    y = min(look.symbol_margin, foot_top - side)
    zone = Zone(width, foot_top - look.foot_gap)
    if label.has_contents:
        zone = replace(zone, below=room.width - 2 * look.margin, turn=y + side)
    facts = column(told, zone, setting)
    if facts is None or y < 0:
        return None
    x = room.width - look.symbol_margin - side
    sample_size = min(SAMPLE_SIZE, SAMPLE_SHARE * x) if is_behind else 0.0
    serial = _serial(label, facts.lines[-1].box[3], replace(zone, bottom=foot_top), setting)
    return Arranged((*facts.lines, *serial, *foot), x, y, side, sample_size), facts.behind


def _serial(label: Label, top: float, zone: Zone, setting: Setting) -> Iterable[Line]:
    """Place the number of this one label above the foot, where the facts leave room for it.

    Facts are never set smaller for its sake: it stands in the symbol whole.
    """
    if not label.serial:
        return
    text, look = serial_line(label, setting.words), setting.look
    for size in look.foot_sizes:
        baseline = zone.bottom - DESCENT * size
        width = zone.below if baseline - ASCENT * size >= zone.turn else zone.beside
        if baseline - ASCENT * size >= top and text_lines.mono(text, size) <= width:
            line = _mono_line(text, (look.margin, round(baseline, 3)), size, width)
            yield replace(line, fact="serial")
            return


def _foot(label: Label, room: Room, look: Look) -> tuple[Line, ...]:
    """Place code and domain on one line, or the code above the domain if they are long."""
    wide = room.width - 2 * look.margin
    code, domain = printable(label.code), printable(label.domain)
    baseline = room.height - look.margin - DESCENT * look.foot_sizes[0]
    together = text_lines.largest_that_fits(
        f"{code}  {domain}", look.foot_sizes, wide, text_lines.mono
    )
    if together is not None:
        code_line = _mono_line(code, (look.margin, baseline), together, wide)
        at_end = _mono_line(domain, (room.width - look.margin, baseline), together, wide)
        return (replace(code_line, bold=True, fact="code"), replace(at_end, at_end=True))
    size = min(
        _identity_size(what, text, wide, look)
        for what, text in (("code", code), ("domain", domain))
    )
    above = _mono_line(code, (look.margin, baseline - LEADING * size), size, wide)
    below = _mono_line(domain, (look.margin, baseline), size, wide)
    return (replace(above, bold=True, fact="code"), below)


def _mono_line(text: str, at: tuple[float, float], size: float, room: float) -> Line:
    x, baseline = at
    return Line(text, x, baseline, size, room, text_lines.mono(text, size), mono=True)


def _identity_size(what: str, text: str, room: float, look: Look) -> float:
    size = text_lines.largest_that_fits(text, look.foot_sizes, room, text_lines.mono)
    if size is None:
        most = int(room / text_lines.mono("0", MIN_SIZE))
        raise DoesNotFit(what, most, f"the {what} may have at most {most} characters here")
    return size
