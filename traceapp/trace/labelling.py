"""How much of a batch bears labels at one holder, and how much may still be labelled. Pure.

Labels issued and not voided, times what each stands for, may not exceed made + received - lost -
sampled - what left without labels. Labelled goods leave with their labels: that frees nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

IN = frozenset({"made", "received"})
GONE = frozenset({"lost", "sampled", "destroyed"})
USED = "used"
CAME_BACK = "returned_in"


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount of a batch that came to or left its holder, in micro-units; `account` says how."""

    at: datetime
    event_id: UUID
    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class LabelRun:
    """Labels issued or voided; `net` is what one stands for, None = as those issued before."""

    at: datetime
    event_id: UUID
    labels: int
    net: int | None
    is_void: bool = False


@dataclass(slots=True)
class Budget:
    """The goods of one batch at one holder, in micro-units: what there was, and what bears labels.

    `bare` left without labels; `shelved` are those labelled that are still there.
    """

    supply: int = 0
    labelled: int = 0
    bare: int = 0
    shelved: int = 0
    last_net: int = 0

    @property
    def left(self) -> int:
        """Give how much may still be labelled; less than nothing where too many were."""
        return self.supply - self.bare - self.labelled

    def label(self, run: LabelRun) -> None:
        """Count labels issued, or voided: what left with labels that nobody used left without."""
        self.last_net = (self.last_net if run.net is None else run.net) or self.last_net
        amount = run.labels * (self.last_net if run.net is None else run.net)
        if not run.is_void:
            self.labelled += amount
            self.shelved += amount
            return
        amount = min(amount, self.labelled)
        there = min(amount, self.shelved)
        self.labelled -= amount
        self.shelved -= there
        self.bare += amount - there

    def move(self, one: Movement) -> None:
        """Count goods that came or left."""
        if one.account in IN:
            self.supply += one.amount
        elif one.account in GONE:
            self.supply -= one.amount
        elif one.account == CAME_BACK:
            self._come_back(one.amount)
        else:
            self._leave(one.amount, bare_first=one.account == USED)

    def _leave(self, amount: int, *, bare_first: bool) -> None:
        """Let goods go: to somebody with their labels as far as there are some, used up bare."""
        there = max(self.supply - self.bare - self.labelled, 0) if bare_first else 0
        labelled = min(amount - min(amount, there), self.shelved)
        self.shelved -= labelled
        self.bare += amount - labelled

    def _come_back(self, amount: int) -> None:
        """Take goods back, with labels as far as such had left: nothing is labelled twice."""
        labelled = min(amount, self.labelled - self.shelved)
        self.shelved += labelled
        self.bare -= min(amount - labelled, self.bare)


def budget(movements: Iterable[Movement], runs: Iterable[LabelRun]) -> Budget:
    """Add up what happened in the order of its time, whichever was read first.

    At one moment goods come, get their labels, lose those voided, and leave.
    """
    found = Budget()
    steps: list[Movement | LabelRun] = [*movements, *runs]
    for one in sorted(steps, key=lambda one: (one.at, _turn(one), one.event_id)):
        if isinstance(one, LabelRun):
            found.label(one)
        else:
            found.move(one)
    return found


def _turn(one: Movement | LabelRun) -> int:
    if isinstance(one, LabelRun):
        return 2 if one.is_void else 1
    return 0 if one.account in IN else 3
