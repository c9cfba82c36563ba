"""Messages to programs in words: what they are about, and what came of the last attempt."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext as _

from traceapp.problem import N_
from traceapp.webhooks.sending import Outcome

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "trial": N_("Trial"),
        "recall.issued": N_("Recall issued"),
        "recall.widened": N_("Recall widened"),
        "recall.reminder": N_("Reminder to answer a recall"),
        "recall.narrowed": N_("Lots let go"),
        "recall.released": N_("Goods released"),
        "recall.closed": N_("Case closed"),
        "sale.stopped": N_("Sale stopped"),
        "sale.allowed": N_("Sale allowed again"),
    }
)
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        Outcome.LATE: N_("No answer in time"),
        Outcome.AWAY: N_("Nobody answers at this address"),
        Outcome.UNKNOWN: N_("Nobody answers to this name on the internet."),
        Outcome.PRIVATE: N_("The address is inside a private network now"),
        Outcome.UNTRUSTED: N_("Its certificate is not trusted"),
        Outcome.NOT_HTTP: N_("What came back is not HTTP"),
        Outcome.REMOVED: N_("The address was removed"),
        Outcome.SECRET: N_("The secret cannot be read any more: make a new one"),
    }
)


def told(outcome: str | None) -> str:
    """Say what came of the last attempt."""
    if outcome is None:
        return ""
    if outcome.isdigit():
        words: str = _("Answered %(status)s", status=outcome)
        return words
    found: str = _(OUTCOMES[outcome])
    return found
