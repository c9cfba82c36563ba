"""Every step kind has its accounts, so that no step is refused for want of one."""

import pytest

from traceapp.batches.recording.booking import IN_ACCOUNTS, OUT_ACCOUNTS, accounts
from traceapp.trace.vocabulary import STEP_KINDS, StockEffect


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_every_step_kind_has_its_accounts(kind: str) -> None:
    both = accounts(kind)
    assert both.inputs_to in {None, *OUT_ACCOUNTS}
    assert both.outputs_from in {None, *IN_ACCOUNTS}
    moves_nothing = STEP_KINDS[kind].stock_effect is StockEffect.NONE
    assert moves_nothing == (both.inputs_to is None and both.outputs_from is None)


def test_a_receipt_of_a_return_is_no_ordinary_receipt() -> None:
    assert accounts("receive").outputs_from == "received"
    assert accounts("receive", answers_return=True).outputs_from == "returned_in"
