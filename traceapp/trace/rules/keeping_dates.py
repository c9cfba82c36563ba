"""Rules of dates: goods past their use-by date, and certificates that did not cover the day."""

from collections.abc import Iterator, Mapping
from datetime import date

from traceapp.trace.facts import Ref
from traceapp.trace.rules.facts import ClaimFact, GoodsFact, StepFact
from traceapp.trace.rules.finding import Finding, found

EXITS = frozenset({"sell", "ship", "repack", "pack"})
AGAIN, SAID = "repack", "original_production"
# What these make is the goods that went in: sorted, put together, parted, packed.
HANDLING = frozenset({"trim_wash", "grade", "mix", "merge", "split", "pack", "repack"})


def shelf_life(step: StepFact, goods: Mapping[Ref, GoodsFact]) -> Iterator[Finding]:
    """Find goods that were sold, shipped or packed after their use-by date."""
    named = (line.batch for line in step.inputs) if step.inputs else step.about
    for batch in dict.fromkeys(named):
        kept = goods.get(batch)
        if kept is not None and kept.expiry is not None and step.day > kept.expiry:
            yield found(
                "shelf_life",
                event=step.ref,
                batch=batch,
                holds=frozenset({batch}),
                values={"lot": kept.lot, "expiry": kept.expiry},
            )


def kept_date(step: StepFact, goods: Mapping[Ref, GoodsFact]) -> Iterator[Finding]:
    """Find expired goods that were only handled and got a later use-by date, or none, by it.

    To sort or part expired goods is no exit, so nobody is stopped; what came of it has expired too.
    """
    if step.kind not in HANDLING:
        return
    used = [goods[line.batch] for line in step.inputs if line.batch in goods and not line.packaging]
    for batch in dict.fromkeys(line.batch for line in step.outputs if line.batch in goods):
        made = goods[batch]
        ends = [one.expiry for one in used if one.expiry and one.family == made.family]
        expired = min(ends, default=step.day)
        if expired < step.day and (made.expiry is None or made.expiry > expired):
            yield found(
                "shelf_life",
                event=step.ref,
                batch=batch,
                holds=frozenset({batch}),
                values={"lot": made.lot, "expiry": expired},
            )


def kept_age(step: StepFact, goods: Mapping[Ref, GoodsFact]) -> Iterator[Finding]:
    """Find repacked goods that say to be made later than any of what was repacked.

    A lot without a date is as old as the step says of the goods. Where that says nothing either,
    nobody can tell: the step is incomplete, and keeps its goods from leaving as such.
    """
    if step.kind != AGAIN:
        return
    said = _day_of(step, SAID)
    used = [goods[line.batch] for line in step.inputs if line.batch in goods and not line.packaging]
    for batch in dict.fromkeys(line.batch for line in step.outputs if line.batch in goods):
        made = goods[batch]
        ages = [one.produced or said for one in used if one.family == made.family] or [said]
        known = [age for age in ages if age is not None]
        if made.produced and len(known) == len(ages) and made.produced > max(known):
            yield found(
                "shelf_life",
                aspect="younger",
                event=step.ref,
                batch=batch,
                holds=frozenset({batch}),
                values={"lot": made.lot, "made": max(known), "claimed": made.produced},
            )


def _day_of(step: StepFact, name: str) -> date | None:
    text = step.text(name)
    return date.fromisoformat(text) if text else None


def covers(issued: date, expires: date | None, day: date) -> bool:
    """Tell whether a certificate covered a day."""
    return issued <= day and (expires is None or day <= expires)


def certificate(claim: ClaimFact, made_on: date, lot: str) -> Iterator[Finding]:
    """Find a batch that names a certificate which did not cover the day it was made."""
    if covers(claim.issued, claim.expires, made_on):
        return
    is_early = made_on < claim.issued or claim.expires is None
    values = {
        "lot": lot,
        "scheme": claim.scheme,
        "number": claim.number,
        **({"issued": claim.issued} if is_early else {"expired": claim.expires}),
    }
    yield found(
        "certificate",
        aspect="early" if is_early else "",
        batch=claim.batch,
        cause=claim.certificate,
        values=values,
    )
