"""Whether this machine's clock is kept: what the kernel says of it, as adjtimex(2) tells."""

import ctypes

_TIME_ERROR = 5  # STA_UNSYNC: nothing has set the clock by another one lately
_LARGER_THAN_TIMEX = 1024  # bytes; all zero, so that the kernel is asked and nothing is set


def is_kept() -> bool | None:
    """Tell whether the kernel holds its clock for synchronised; None where it does not say."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_LARGER_THAN_TIMEX))
    except (AttributeError, OSError, TypeError):  # no such call here, or a container forbids it
        return None
    return None if state < 0 else state != _TIME_ERROR
