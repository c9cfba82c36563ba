"""A document as a few lines of text, one an entry in both languages: what golden files hold.

Refresh them with `REFRESH_GOLDEN=1 python -m pytest tests/pure/trace/test_golden.py`, then read
every changed line before committing it.
"""

from collections.abc import Iterator
from typing import Any


def outline(document: dict[str, Any]) -> str:
    """Write a timeline document as text a person can check line by line."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: dict[str, Any]) -> Iterator[str]:
    batch, summary = document["batch"], document["summary"]
    dates = [batch[d] or "-" for d in ("production_date", "packing_date", "expiry_date")]
    yield f"{batch['lot']} | {_both(batch['product'])} | {_both(batch['producer'])}"
    yield f"  dates {' '.join(dates)} | valid until {document['valid_until'] or 'for good'}"
    key, best, spray = summary["key_event"], summary["evidence"], summary["spray"]
    if key:
        where = _both(key["place"]["words"]) if key["place"] else "-"
        yield f"  key: {_both(key['words'])} | {where}"
    if best:
        yield f"  evidence: {best['level']} | {_both(best['words'])} | {_both(best['step'])}"
    if summary["origins"]:
        yield f"  origins: {_both(summary['origins']['words'])}"
    offs = summary["hand_offs"]
    names = ("shipped", "confirmed", "matched", "on_the_way", "disputed", "outside")
    counts = "/".join(str(offs[name]) for name in names)
    yield f"  hand-offs {counts} {_both(offs['words'])}"
    if spray:
        yield f"  spray: {_both(spray['words'])}"
    yield f"  gaps {summary['gaps']} | stops: {' > '.join(_stop(s) for s in document['stops'])}"
    yield from _entries(document["entries"], "")


def _entries(entries: list[dict[str, Any]], indent: str) -> Iterator[str]:
    for entry in entries:
        yield from {"step": _step, "gap": _gap, "sources": _sources}[entry["type"]](entry, indent)


def _step(step: dict[str, Any], indent: str) -> Iterator[str]:
    where = _both(step["place"]["words"]) if step["place"] else "-"
    yield f"{indent}* {step['when']['vi']} | {_both(step['sentence'])}"
    yield f"{indent}    {where} | {_both(step['who']['words'])}"
    if step["evidence"]["level"] != "self":
        yield f"{indent}    + {step['evidence']['level']}: {_both(step['evidence']['words'])}"
    for correction in step["corrections"]:
        yield f"{indent}    ~ [{_both(correction['old'])}] {_both(correction['words'])}"
    for note in step["notes"]:
        yield f"{indent}    ! {note['kind']}: {_both(note['words'])}"
    if step["quote"]:
        yield f"{indent}    “{step['quote']['vi']}”"
    for detail in step["details"]:
        yield f"{indent}    - {_both(detail['label'])}: {_both(detail['value'])}"
    if step["hand_off"]:
        yield f"{indent}    = {step['hand_off']['state']}: {_both(step['hand_off']['words'])}"


def _gap(gap: dict[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}? {gap['reason']} | {_both(gap['words'])} | {_both(gap['when'])}"


def _sources(fold: dict[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}v {_both(fold['words'])}"
    for source in fold["sources"]:
        batch = source["batch"]
        again = f" | told above as {source['same_as']}" if source["same_as"] else ""
        lot = f" | {batch['lot']}" if batch["lot"] else ""
        yield (
            f"{indent}  > {batch['key']} {_both(batch['product'])} | {_both(batch['producer'])}"
            f" | {_both(source['share'])}{lot}{again}"
        )
        for other in source["merged"]:
            yield f"{indent}    with {other['key']} {_both(other['product'])}"
        yield from _entries(source["entries"], indent + "    ")


def _stop(stop: dict[str, Any]) -> str:
    return f"{stop['organisation']['vi']} ({stop['place']['commune']})"


def _both(words: dict[str, str | None] | None) -> str:
    if words is None:
        return "-"
    return str(words["vi"]) if words["vi"] == words["en"] else f"{words['vi']} / {words['en']}"
