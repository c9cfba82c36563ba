"""How this room says no: a sentence for the operator, before anything was changed."""


class RefusedError(RuntimeError):
    """Why a backup, a restore or a drill was not done; the text says what to do."""
