"""Where the goods of a batch began: how many farms or sources, and the largest one's share."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from traceapp.trace.cards import made_amounts
from traceapp.trace.entries import Origins
from traceapp.trace.facts import Ref
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import StockEffect
from traceapp.trace.wording import percent, plural
from traceapp.trace.words import Words

_WHOLE = Decimal(100)
_ONE = Decimal(1)
_GROWING = frozenset({"crop", "livestock"})

Share = Decimal | None
Noun = tuple[str, str, str]
_FARMS: Noun = ("nơi nuôi trồng", "farm", "farms")
_SOURCES: Noun = ("nguồn", "source", "sources")


def origins(story: Story) -> Origins | None:
    """Count the parties whose goods went in; None where all of it began at the batch's own."""
    shares = _shares(story)
    first = [batch for batch in shares if not _ingredients(story, batch)]
    parties: dict[object, list[Share]] = defaultdict(list)
    for batch in first:
        parties[_party(story, batch)].append(shares[batch])
    if not parties or set(parties) == {story.subject.producer_id}:
        return None
    totals = [_sum(parts) for parts in parties.values()]
    known = [total for total in totals if total is not None]
    largest = max(known) if len(known) == len(totals) else None
    grown = all(_is_grown(story, batch) for batch in first)
    noun = _FARMS if grown else _SOURCES
    if len(parties) == 1:
        return Origins(1, largest, _single(noun, _name(story, first[0])))
    return Origins(len(parties), largest, _several(noun, len(parties), largest))


def _shares(story: Story) -> Mapping[Ref, Share]:
    """Give what each ancestor makes up of the subject in per cent; None = not known.

    Children are done before their parents. In a circle nothing can be said of anybody's share.
    """
    found: dict[Ref, Share] = {story.subject: _WHOLE}
    waiting = _uses(story)
    ready = [story.subject]
    while ready:
        child = ready.pop()
        own = found[child]
        shares = story.lineage.exact_shares(child, made_amounts(story, child))
        for parent in _ingredients(story, child):
            found[parent] = _added(found.get(parent, Decimal(0)), own, shares[parent])
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    stuck = [batch for batch, left in waiting.items() if left > 0]
    return found | dict.fromkeys(stuck)


def _added(before: Share, of: Share, part: Share) -> Share:
    if before is None or of is None or part is None:
        return None
    return before + of * part / _WHOLE


def _uses(story: Story) -> dict[Ref, int]:
    """Count for each ancestor its children within this story, packaging left out."""
    waiting: dict[Ref, int] = {}
    frontier, seen = [story.subject], {story.subject}
    while frontier:
        for parent in _ingredients(story, frontier.pop()):
            waiting[parent] = waiting.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                frontier.append(parent)
    waiting.pop(story.subject, None)
    return waiting


def _ingredients(story: Story, batch: Ref) -> tuple[Ref, ...]:
    edges = story.lineage.edges_of(batch)
    used = dict.fromkeys(edge.parent for edge in edges if not edge.packaging)
    return tuple(parent for parent in used if parent != story.subject)


def _party(story: Story, batch: Ref) -> object:
    facts = story.batch(batch)
    outside = facts is not None and facts.origin is not None and facts.origin.name is not None
    return _name(story, batch) if outside else batch.producer_id


def _name(story: Story, batch: Ref) -> Words | None:
    facts = story.batch(batch)
    if facts is None:
        return None
    return (facts.origin.name if facts.origin else None) or facts.producer.name


def _is_grown(story: Story, batch: Ref) -> bool:
    kinds = [r.kind for r in story.making(batch) if r.effect is StockEffect.CREATE]
    return bool(kinds) and all(kind is not None and kind.group in _GROWING for kind in kinds)


def _sum(parts: list[Share]) -> Share:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _single(noun: Noun, name: Words | None) -> Words:
    vi, en = f"Từ 1 {noun[0]}", f"From {plural(1, *noun[1:])}"
    return Words(vi, en) if name is None else Words(f"{vi}: {name.vi}", f"{en}: {name.en}")


def _several(noun: Noun, count: int, largest: Share) -> Words:
    vi, en = f"Từ {count} {noun[0]}", f"From {plural(count, *noun[1:])}"
    if largest is None:
        return Words(f"{vi}, không rõ tỷ lệ từng nơi", f"{en}, shares not known")
    size = percent(largest.quantize(_ONE, ROUND_HALF_UP))
    return Words(f"{vi}, nhiều nhất {size.vi}", f"{en}, largest {size.en}")
