"""Which ledger accounts a step moves kilograms between. Pure."""

from dataclasses import dataclass

from traceapp.trace.vocabulary import STEP_KINDS, StockEffect

STOCK = "stock"
IN_ACCOUNTS = ("made", "received", "returned_in")
OUT_ACCOUNTS = ("used", "sold", "shipped", "returned_out", "sampled", "lost", "destroyed")

# Positions of ledger entries below zero: lines that change the account of a receipt, and far below
# them what takes a line back.
EXCHANGED = range(-9_999, -999)
REVERSED = -20_000

REMOVED_AS = {
    "take_sample": "sampled",
    "keep_sample": "sampled",
    "recall_destroy": "destroyed",
    "death": "lost",
    "waste": "lost",
}
RETURNS = frozenset({"recall_return", "reject"})


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where inputs and outputs of a step go; None where it has none that count."""

    inputs_to: str | None
    outputs_from: str | None


BY_EFFECT = {
    StockEffect.NONE: Accounts(None, None),
    StockEffect.CREATE: Accounts(None, "made"),
    StockEffect.TRANSFORM: Accounts("used", "made"),
    StockEffect.MOVE_OUT: Accounts("shipped", None),
    StockEffect.MOVE_IN: Accounts(None, "received"),
    StockEffect.SELL: Accounts("sold", None),
    StockEffect.RETURN: Accounts("returned_out", None),
}


def accounts(step_kind: str, *, answers_return: bool = False) -> Accounts:
    """Give the accounts of a step; a receipt may answer a return instead of a shipment."""
    effect = STEP_KINDS[step_kind].stock_effect
    if effect is StockEffect.REMOVE:
        return Accounts(REMOVED_AS[step_kind], None)
    if step_kind in RETURNS:
        return Accounts("returned_out", None)
    if effect is StockEffect.MOVE_IN and answers_return:
        return Accounts(None, "returned_in")
    return BY_EFFECT[effect]
