"""Saying what was filled in at a step, in the reader's language."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from traceapp.batches.models import Event
from traceapp.batches.recording.searching import is_naming
from traceapp.batches.told_lots import UNTOLD
from traceapp.desk import choices
from traceapp.trace.vocabulary import STEP_KINDS, StepKind
from traceapp.trace.wording import number
from traceapp.web import languages
from traceapp.web.languages import say
from traceapp.web.pages import day, moment


def details(event: Event) -> list[str]:
    """Say what was filled in at a recorded step, in the order of its form."""
    return filled_in(STEP_KINDS[event.step_kind], json.loads(event.document).get("fields", {}))


def filled_in(kind: StepKind, given: Mapping[str, Any]) -> list[str]:
    """Say what stands in the fields of a kind of step, in the order of its form."""
    said = []
    for name, spec in kind.fields.items():
        if name in given and not is_naming(spec, given[name]):
            option = spec.options.get(str(given[name]))
            value = say(option.label) if option else _value(spec.type, given[name])
            unit = choices.unit_words(spec.unit)
            said.append(f"{say(spec.label)}: {value} {unit}".rstrip())
    return said


def goods_named(goods: Iterable[Any]) -> str:
    """Name the batches of a step in a line of text; they are rows of `step_goods`."""
    language = languages.current()
    return "; ".join(
        f"{languages.pick({'vi': one.name, 'en': one.name_en}, language)} · {one.lot or UNTOLD}"
        for one in goods
    )


def _value(kind: str, given: object) -> str:
    """Write a value that was filled in: numbers and times as the reader writes them."""
    text = str(given)
    try:
        match kind:
            case "number":
                return say(number(Decimal(text)))
            case "date":
                return day(date.fromisoformat(text))
            case "datetime":
                return moment(datetime.fromisoformat(text))
            case _:
                return text
    except (InvalidOperation, ValueError):
        return text
