"""What a browser is told about a code: which states are worth a word. Pure."""

from traceapp.codes.states import CodeState

BAD_STATES = (CodeState.SALE_STOPPED, CodeState.SUSPENDED, CodeState.RECALLED)
TOLD_STATES = (CodeState.ACTIVE, *BAD_STATES)
"""Of a code that is held, moved, voided or not activated nothing new is told: nobody stopped or
recalled it, and what was told before stays true until it is active again."""
