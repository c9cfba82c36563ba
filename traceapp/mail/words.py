"""Why a mail server did not take a letter, in words for whoever must act."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import gettext as _

from traceapp.problem import N_

_AWAY = N_("the mail server cannot be reached")
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "SMTPRecipientsRefused": N_("the mail server refuses their address"),
        "SMTPSenderRefused": N_("the mail server refuses our own address"),
        "SMTPAuthenticationError": N_("the mail server does not let us sign in"),
        **dict.fromkeys(
            (
                *("ConnectionRefusedError", "ConnectionResetError", "TimeoutError", "OSError"),
                *("gaierror", "SMTPConnectError", "SMTPServerDisconnected"),
            ),
            _AWAY,
        ),
    }
)
_ERROR = re.compile(r"MailError: (\w+)(?: ([\d ]+))?")


def why_not(error: str) -> str:
    """Say why, with the number the server answered; an error of another kind as it is."""
    known = _ERROR.fullmatch(error)
    if known is None or known[1] not in FAULTS:
        return error
    words = str(_(FAULTS[known[1]]))
    return f"{words} ({known[2]})" if known[2] else words
