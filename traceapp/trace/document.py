"""Turn a finished timeline into its JSON document. The shape is docs/integrators/timeline-json.md.

The document is stored, served and rendered; deciding what is public happened before.
"""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from traceapp.trace.entries import Entry, Gap, Source, Sources, Step, Timeline
from traceapp.trace.words import Words

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

FORMAT = "traceapp/timeline/1"


def as_document(timeline: Timeline) -> dict[str, Json]:
    """Give the document as plain JSON values: dicts, lists, text, numbers, booleans, None."""
    best = timeline.summary.evidence
    summary = _object(timeline.summary)
    if best is not None:
        summary["evidence"] = {
            **_object(best.mark),
            "step": _value(best.step),
            "time": _value(best.time),
        }
    return {
        "format": FORMAT,
        "valid_until": _value(timeline.valid_until),
        "batch": _value(timeline.batch),
        "merged": _value(timeline.merged),
        "summary": summary,
        "entries": [_entry(entry) for entry in timeline.entries],
        "stops": _value(timeline.stops),
    }


def _entry(entry: Entry) -> Json:
    match entry:
        case Step():
            return {"type": "step", **_object(entry)}
        case Gap():
            return {"type": "gap", **_object(entry)}
        case Sources():
            sources: list[Json] = [_source(source) for source in entry.sources]
            return {"type": "sources", "words": _value(entry.words), "sources": sources}


def _source(source: Source) -> Json:
    entries: list[Json] = [_entry(entry) for entry in source.entries]
    plain = {f.name: getattr(source, f.name) for f in fields(source) if f.name != "entries"}
    return {**{name: _value(value) for name, value in plain.items()}, "entries": entries}


def _object(value: object) -> dict[str, Json]:
    if not is_dataclass(value):
        raise TypeError(type(value).__name__)
    return {f.name: _value(getattr(value, f.name)) for f in fields(value)}


def _value(value: object) -> Json:
    plain: Json
    match value:
        case Enum():
            plain = str(value.value)
        case None | bool() | int() | str():
            plain = value
        case Decimal():
            plain = float(value)
        case datetime() | date():
            plain = value.isoformat()
        case Words():
            plain = {"vi": value.vi, "en": value.en}
        case tuple():
            plain = [_value(item) for item in value]
        case _:
            plain = _object(value)
    return plain
