"""Safety rules: what is judged about steps and batches, as data and small pure functions.

A file per rule or kin of rules; `judging` asks them all. What a finding does (hold, refuse, show)
does not live here.
"""

from traceapp.trace.rules.catalogue import RULES, Rule, Severity
from traceapp.trace.rules.entering import CLOCK_PLAY, LATE, SKEW, claims_future, late_by, skew_of
from traceapp.trace.rules.handing_over import CONFIRM_WITHIN, MISMATCH_PCT

__all__ = [
    "CLOCK_PLAY",
    "CONFIRM_WITHIN",
    "LATE",
    "MISMATCH_PCT",
    "RULES",
    "SKEW",
    "Rule",
    "Severity",
    "claims_future",
    "late_by",
    "skew_of",
]
