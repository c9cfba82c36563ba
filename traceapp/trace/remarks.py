"""What has to be said about a step besides the step: late, wrong clock, wrong order, corrected."""

from collections.abc import Iterable

from traceapp.trace.entries import Correction, Note, NoteKind
from traceapp.trace.facts import EventFact, Ref
from traceapp.trace.history import Record, names
from traceapp.trace.people import place, who
from traceapp.trace.rules import claims_future, late_by, skew_of
from traceapp.trace.rules.growing import HARVEST
from traceapp.trace.rules.ordering import is_before
from traceapp.trace.sentences import details, quote, sentence
from traceapp.trace.story import Story
from traceapp.trace.vocabulary import StockEffect
from traceapp.trace.wording import length, moment
from traceapp.trace.words import Words

_FUTURE = Words(
    "Giờ khai muộn hơn lúc hệ thống nhận được, nên có thể sai",
    "The time given is later than the record arrived, so it may be wrong",
)
_NOT_YET_MADE = Words(
    "Giờ ghi sớm hơn lúc có nguyên liệu, nên có thể sai",
    "The time given is earlier than the ingredients existed, so it may be wrong",
)
_HIDDEN = Words(
    "Con số được sửa không hiển thị công khai", "The corrected figure is not shown publicly"
)
_WITHDRAWN = Words(
    "Đã rút lại: việc này không thuộc lô hàng này", "Taken back: this was not done to this batch"
)
_NO_PLOT = Words(
    "Chưa ghi thu hoạch ở thửa nào, nên không rõ ruộng đã được chăm sóc ra sao",
    "It is not recorded on which plot this was harvested, so what was done there is not known",
)


def shown_version(record: Record, batch: Ref) -> EventFact:
    """Give the version to tell: the one that holds, or the last that named the batch."""
    if not withdrawn(record, batch):
        return record.event
    return [v for v in record.earlier if batch in names(v)][-1]


def withdrawn(record: Record, batch: Ref) -> bool:
    """Say whether a correction took the step away from the batch."""
    named_before = any(batch in names(version) for version in record.earlier)
    return named_before and batch not in names(record.event)


def notes(story: Story, record: Record, batch: Ref) -> tuple[Note, ...]:
    """Give every remark on a step, in a fixed order."""
    return tuple(_notes(story, record, batch))


def _notes(story: Story, record: Record, batch: Ref) -> Iterable[Note]:
    event = shown_version(record, batch)
    if withdrawn(record, batch):
        yield Note(NoteKind.WITHDRAWN, _WITHDRAWN)
    if delay := late_by(event.event_time, record.versions[0].record_time):
        span = length(delay)
        yield Note(
            NoteKind.LATE,
            Words(f"Ghi muộn {span.vi} sau khi làm", f"Recorded {span.en} after it was done"),
        )
    if skew := skew_of(event.skew_minutes):
        span = length(skew)
        behind = skew.total_seconds() < 0
        yield Note(
            NoteKind.CLOCK,
            Words(
                f"Lúc ghi, đồng hồ điện thoại chạy {'chậm' if behind else 'nhanh'} {span.vi}",
                f"The phone clock was {span.en} {'slow' if behind else 'fast'} at the time",
            ),
        )
    if claims_future(event):
        yield Note(NoteKind.TIME_ORDER, _FUTURE)
    if event.step_kind == HARVEST and event.plot_id is None and event.season_id is None:
        yield Note(NoteKind.NO_PLOT, _NO_PLOT)
    yield from _wrong_order(story, record, batch)


def _wrong_order(story: Story, record: Record, batch: Ref) -> Iterable[Note]:
    if record.effect is StockEffect.MOVE_IN:
        ship = story.shipment_of(record, batch)
        if ship is not None and is_before(record.event.event_time, ship.event.event_time):
            yield _received_first(record, ship)
    if record.effect is StockEffect.MOVE_OUT:
        for receipt in story.receipts(record, batch):
            if is_before(receipt.event.event_time, record.event.event_time):
                yield _received_first(receipt, record)
    for item in record.event.inputs:
        makings = story.making(item.batch)
        if makings and makings[0].position > record.position:
            yield Note(NoteKind.TIME_ORDER, _NOT_YET_MADE)
            return


def _received_first(receipt: Record, ship: Record) -> Note:
    received, sent = moment(receipt.event.event_time), moment(ship.event.event_time)
    return Note(
        NoteKind.TIME_ORDER,
        Words(
            f"Giờ nhận ({received}) lại trước giờ giao ({sent}): một trong hai bên ghi sai giờ",
            f"Received ({received}) before it was sent ({sent}): one side's time is wrong",
        ),
    )


def corrections(record: Record) -> tuple[Correction, ...]:
    """Give each earlier version with who replaced it and how long after the act."""
    later = record.versions[1:]
    pairs = zip(record.earlier, later, strict=True)
    return tuple(_correction(old, new, record.event) for old, new in pairs)


def _correction(old: EventFact, new: EventFact, holds: EventFact) -> Correction:
    span, by = length(new.record_time - old.event_time), who(new).words
    at = new.record_time.astimezone(new.event_time.tzinfo)
    vi = f"{by.vi} đính chính sau {span.vi}, lúc {moment(at)}"
    en = f"Corrected after {span.en} by {by.en}, {moment(at)}"
    if _public_text(old) != _public_text(holds):
        said, when = sentence(old), moment(old.event_time)
        return Correction(Words(f"{said.vi}, {when}", f"{said.en}, {when}"), Words(vi, en), at)
    return Correction(
        None,
        Words(f"{vi}. {_HIDDEN.vi}", f"{en}. {_HIDDEN.en}"),
        at,
    )


def _public_text(event: EventFact) -> tuple[object, ...]:
    where = place(event.place, event.household)
    return sentence(event), event.event_time, where, details(event), quote(event)
