"""Rules of quantities: whether a step's own figures agree, and more was taken than is there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from traceapp.trace.facts import Ref
from traceapp.trace.measures import unit_after
from traceapp.trace.rules.catalogue import RULES
from traceapp.trace.rules.facts import GoodsFact, LineFact, StepFact, StockFact
from traceapp.trace.rules.finding import Finding, found
from traceapp.trace.units import MICRO, UNITS
from traceapp.trace.vocabulary import STEP_KINDS
from traceapp.trace.words import Words

STOCK_COUNT = "stock_count"
_PARAMS = RULES["mass_balance"].params
_HAIR = Decimal("0.000001")
_TENTH = Decimal("0.1")
_CENT = Decimal("0.01")
_PIECES = "pieces"
_TEN = RULES["over_use"].params["tenfold"]
_NOT_RECEIVED = Words(
    "hàng gửi tới chưa được ghi nhận", "a shipment that came is not recorded as received"
)
_NEVER_IN = Words(
    "chưa ghi bước thu hoạch hoặc nhận hàng", "its harvest or receipt was never recorded"
)
_TENFOLD = Words("gõ thừa một số không", "a zero too many was typed")
_COUNT = Words("có bước ghi sai số lượng", "a step was recorded with a wrong quantity")


@dataclass(frozen=True, slots=True)
class Balance:
    """What went into a step, came out and was declared lost, in kilograms or pieces."""

    taken: Decimal
    made: Decimal
    loss: Decimal | None
    in_pieces: bool = False

    @property
    def off(self) -> Decimal:
        """Give what is missing, negative where more came out than went in."""
        return self.taken - self.made - (self.loss or Decimal(0))


def balance_of(step: StepFact, goods: Mapping[Ref, GoodsFact]) -> Balance | None:
    """Add up a step in kilograms, else in pieces; None where neither is known."""
    # Only what a step uses is packaging; what it makes is goods, whatever it is called.
    used = [line for line in step.inputs if not line.packaging]
    masses = [_kilograms(used), _kilograms(step.outputs)]
    if masses[0] is not None and masses[1] is not None:
        return Balance(masses[0], masses[1], _loss(step, "loss_kg"))
    taken, made = _pieces(used, goods), _pieces(step.outputs, goods)
    if len(taken) == 1 and taken.keys() == made.keys():
        (unit,) = taken
        return Balance(taken[unit], made[unit], _loss(step, "loss_pieces"), in_pieces=True)
    return None


def _loss(step: StepFact, name: str) -> Decimal | None:
    """Give what was lost; never less than nothing, or goods would be made of it."""
    loss = step.number(name)
    return None if loss is None else max(loss, Decimal(0))


def _kilograms(lines: Sequence[LineFact]) -> Decimal | None:
    masses = [line.mass for line in lines]
    known = [mass for mass in masses if mass is not None]
    return sum(known, Decimal(0)) if len(known) == len(masses) else None


def _pieces(lines: Sequence[LineFact], goods: Mapping[Ref, GoodsFact]) -> dict[str, Decimal]:
    """Count lines by the unit of what is in them: 20 trays of 10 eggs are 200 eggs."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        batch, uom, each = goods.get(line.batch), line.uom, Decimal(1)
        if batch is not None and batch.net_quantity and batch.net_uom and uom == batch.uom:
            uom, each = batch.net_uom, batch.net_quantity
        totals[uom if UNITS[uom].dimension == "count" else ""] += line.quantity * each
    return {} if "" in totals else totals


def mass_balance(step: StepFact, goods: Mapping[Ref, GoodsFact]) -> Iterator[Finding]:
    """Find a transformation whose own inputs, outputs and loss disagree, or an unusual loss."""
    balance = balance_of(step, goods) if step.inputs and step.outputs else None
    if balance is None:
        return
    found_here = partial(found, "mass_balance", event=step.ref)
    if _is_off(step, balance):
        held = frozenset(line.batch for line in step.outputs)
        aspect = _PIECES if balance.in_pieces else ""
        yield found_here(aspect=aspect, holds=held, values=_figures(step, balance))
    band = usual_loss(step.kind)
    if band and balance.taken and balance.loss is not None and not balance.in_pieces:
        share = balance.loss / balance.taken * 100
        if not band[0] <= share <= band[1]:
            values = {
                "loss_kg": balance.loss,
                "loss_pct": share.quantize(_TENTH),
                "low": band[0],
                "high": band[1],
            }
            yield found_here(aspect="loss", values=values)


def usual_loss(kind: str) -> tuple[int, int] | None:
    """Give how many per cent of what goes in are usually lost; None where nobody can say."""
    band = _PARAMS["loss_band_pct"].get(kind)
    return None if band is None else (band[0], band[1])


def _is_off(step: StepFact, balance: Balance) -> bool:
    play = balance.taken * _tolerance(step.kind) / 100 + _HAIR
    if balance.loss is None and _owes_loss(step.kind, in_pieces=balance.in_pieces):
        return -balance.off > play  # incomplete: what is missing may be the loss not told yet
    return abs(balance.off) > play


def _owes_loss(kind: str, *, in_pieces: bool) -> bool:
    spec = STEP_KINDS[kind].fields.get("loss_pieces" if in_pieces else "loss_kg")
    return spec is not None and spec.required


def _tolerance(kind: str) -> Decimal:
    return Decimal(_PARAMS["tolerance_pct"].get(kind, _PARAMS["default_tolerance_pct"]))


def _figures(step: StepFact, balance: Balance) -> dict[str, Decimal]:
    unit = _PIECES if balance.in_pieces else "kg"
    return {
        f"in_{unit}": balance.taken,
        f"out_{unit}": balance.made,
        f"loss_{unit}": balance.loss or Decimal(0),
        f"diff_{unit}": balance.off.quantize(_CENT),
        "tol_pct": _tolerance(step.kind),
    }


def over_use(stock: StockFact) -> Iterator[Finding]:
    """Find that more of a batch was taken at a holder than was there, and by which steps.

    Those are the last by claimed time that together took what was too much.
    """
    too_much = stock.over
    for step, amount in sorted(stock.takers, key=lambda one: one[0].order, reverse=True):
        if too_much <= 0:
            return
        over = min(too_much, amount)
        too_much -= amount
        values = {
            "lot": stock.lot,
            "over": over,
            "unit": unit_after(over, stock.uom),
            "causes": _causes(stock, amount),
        }
        yield found(
            "over_use",
            event=step.ref,
            batch=stock.batch,
            aspect=str(stock.holder),
            holds=frozenset(line.batch for line in step.outputs),
            amount=round(over * UNITS[stock.uom].factor * MICRO),
            values=values,
        )


def _causes(stock: StockFact, amount: Decimal) -> Words:
    """Name what may be behind it, the likeliest first; a person decides which it was."""
    likely = [
        *([_NOT_RECEIVED] if stock.waits else ()),
        *([_NEVER_IN] if not stock.came_in and not stock.waits else ()),
        *([_TENFOLD] if amount - amount / _TEN >= stock.over else ()),
    ] or [_COUNT]
    vi = ", ".join(words.vi or "" for words in likely)
    return Words(f"Có thể {vi}.", f"Possibly {', '.join(words.en or '' for words in likely)}.")
