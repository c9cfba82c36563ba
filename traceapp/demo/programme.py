"""The programme of the data set: plans, activities, and totals as they were published."""

from datetime import datetime, timedelta
from typing import Any

from traceapp.demo.record import Record
from traceapp.demo.shapes import Directory, Entry
from traceapp.demo.surveys import name_of
from traceapp.demo.writing import named
from traceapp.network import fairs, programme
from traceapp.network.schemas import ActivitySchema, BoothsSchema, PlanSchema, TotalSchema
from traceapp.network.vocabulary import INDICATOR_KINDS
from traceapp.trace.facts import Ref

PLAN, ACTIVITY, TOTAL = PlanSchema(), ActivitySchema(), TotalSchema()
BOOTHS = BoothsSchema()


def write(record: Record, directory: Directory, now: datetime) -> None:
    """Write all of it, as if the body had written it down now; activities on their next day."""
    given = record.one("programme")
    _operator, _, member = given.text("body").partition("/")
    by = Ref(*given.chosen("body", member, directory.member_ids))
    for one in given.many("plans"):
        with named(Entry(one.where, by.producer_id, one.content)):
            programme.plan(PLAN.load(_plan(one)), by, now=now)
    for one in given.many("activities"):
        with named(Entry(one.where, by.producer_id, one.content)):
            programme.act(ACTIVITY.load(_activity(one)), by, now=now)
            if one.has("stands"):
                _place(one, directory, by, now)
    for place, one in enumerate(record.many("programme_totals")):
        with named(Entry(one.where, by.producer_id, one.content)):
            at = now + timedelta(microseconds=place)
            programme.publish(TOTAL.load(_total(one)), by, now=at)


def _plan(one: Record) -> dict[str, Any]:
    signed = one.text_or_none("signed_on") or one.day("signed").isoformat()
    return {
        "id": str(one.identity("id")),
        "year": one.whole("year") if one.has("year") else int(signed[:4]),
        "number": one.text("number"),
        "signed_on": signed,
        "targets": one.text("targets_vi"),
        "targets_en": one.text("targets_en"),
        "aims": dict(one.value("aims")),
    }


def _activity(one: Record) -> dict[str, Any]:
    counts = ("establishments", "people", "booths")
    known = {name: one.whole(name) for name in counts if one.has(name)}
    return {
        "id": str(one.identity("id")),
        "kind": one.text("kind"),
        "title": one.text("title_vi"),
        "title_en": one.text("title_en"),
        "on_day": one.day("on").isoformat(),
        **known,
    }


def _place(one: Record, directory: Directory, by: Ref, now: datetime) -> None:
    """Write down who stood at the booths of a fair."""
    fair = fairs.find(one.identity("id"))
    assert fair is not None  # noqa: S101 - it was just written down
    booths = [_booth(stand, directory) for stand in one.many("stands")]
    fairs.place(fair, BOOTHS.load({"booths": booths})["booths"], by, now=now)


def _booth(stand: Record, directory: Directory) -> dict[str, Any]:
    if "operator" in stand.content:
        who: dict[str, Any] = {"name": name_of(stand, directory)}
    else:
        who = {name: stand.text(name) for name in ("name", "kind")}
    return {
        **who,
        "number": stand.text("number"),
        "shown": stand.text("shown_vi"),
        "shown_en": stand.text("shown_en"),
    }


def _total(one: Record) -> dict[str, Any]:
    figures = {
        name: f"{one.text_or_none(f'{name}_op') or '='}{one.whole(name)}"
        for name in ("establishments", "measures")
        if one.has(name)
    }
    for kind in INDICATOR_KINDS:
        if f"{kind}_pct" in one.content:
            sign = one.content.get(f"{kind}_op", "=")
            figures[kind] = f"{sign}{one.number(f'{kind}_pct'):f}"
    return {
        "id": str(one.identity("id")),
        "year": one.whole("year"),
        "source": one.text("source"),
        "source_en": one.text("source_en"),
        "confidence": one.text("confidence_vi"),
        "confidence_en": one.text("confidence"),
        "figures": figures,
        "sector": one.text_or_none("sector_vi"),
        "sector_en": one.text_or_none("sector_en"),
    }
