"""How much of a batch bears labels at one holder, and how much may still be labelled. Pure.

Labels issued and not voided, times what each stands for, may not exceed made + received - lost -
sampled - what left without labels. Labelled goods leave with their labels: that frees nothing, and
whoever receives them has them labelled already.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

RECEIVED = "received"
IN = frozenset({"made", RECEIVED})
GONE = frozenset({"lost", "sampled", "destroyed"})
USED = "used"
CAME_BACK = "returned_in"


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount of a batch that came to or left its holder, in micro-units; `account` says how.

    What was received names the shipment `ship` it came with, and how much of it came `labelled`.
    """

    at: datetime
    event_id: UUID
    account: str
    amount: int
    ship: UUID | None = None
    labelled: int = 0


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

    def move(self, one: Movement) -> int:
        """Count goods that came or left. Gives how much of what left bore labels."""
        if one.account in IN:
            self.supply += one.amount
            self.labelled += one.labelled
            self.shelved += one.labelled
        elif one.account in GONE:
            self.supply -= one.amount
        elif one.account == CAME_BACK:
            self._come_back(one.amount)
        else:
            return self._leave(one.amount, bare_first=one.account == USED)
        return 0

    def _leave(self, amount: int, *, bare_first: bool) -> int:
        """Let goods go: to somebody with their labels as far as there are some, used up bare."""
        there = max(self.supply - self.bare - self.labelled, 0) if bare_first else 0
        labelled = min(amount - min(amount, there), self.shelved)
        self.shelved -= labelled
        self.bare += amount - labelled
        return labelled

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


def still_counting(runs: Iterable[LabelRun], voided_of: Mapping[UUID, UUID]) -> Counter[UUID]:
    """Give how many labels of each run were not voided.

    `voided_of` names, by void, the run whose labels those were. Any other void takes from the runs
    before it, the newest of its size first, as many labels as bear what it gives back.
    """
    nets, left, last_net = dict[UUID, int](), Counter[UUID](), 0
    for run in sorted(runs, key=lambda one: (one.at, _turn(one), one.event_id)):
        last_net = (last_net if run.net is None else run.net) or last_net
        if not run.is_void:
            nets[run.event_id], left[run.event_id] = last_net, run.labels
        elif run.event_id in voided_of:
            left[voided_of[run.event_id]] -= run.labels
        else:
            _take(left, nets, run.labels, last_net)
    return +left


def _take(left: Counter[UUID], nets: Mapping[UUID, int], labels: int, net: int) -> None:
    """Take labels of so many goods from runs, those of this size first."""
    amount, newest_first = labels * net, [*nets][::-1]
    for run in sorted(newest_first, key=lambda one: nets[one] != net):
        taken = min(left[run], -(-amount // nets[run]))
        left[run] -= taken
        amount -= taken * nets[run]
        if amount <= 0:
            return


Books = dict[UUID, tuple[list[Movement], list[LabelRun]]]
"""What came and left, and the labels, of one batch at each of its holders."""


def with_arrivals(books: Books) -> dict[UUID, list[Movement]]:
    """Give what came to and left each holder, with how much of what was received came labelled.

    Everything that happened to the batch is played once, at all its holders, in the order of time.
    """
    sent_at = {one.event_id: one.at for moved, _ in books.values() for one in moved}
    steps: list[tuple[UUID, Movement | LabelRun]] = []
    for holder, (moved, runs) in books.items():
        steps += [(holder, one) for one in moved]
        steps += [(holder, run) for run in runs]
    steps.sort(key=lambda step: _order(step[1], sent_at))
    budgets: defaultdict[UUID, Budget] = defaultdict(Budget)
    sent = Counter[UUID]()
    told: dict[UUID, list[Movement]] = {holder: [] for holder in books}
    for holder, one in steps:
        if isinstance(one, LabelRun):
            budgets[holder].label(one)
            continue
        arrived = _arrived(one, sent)
        told[holder].append(arrived)
        sent[one.event_id] += budgets[holder].move(arrived)
    return told


def _arrived(one: Movement, sent: Counter[UUID]) -> Movement:
    """Give what was received with the part that bears labels: of a shipment, those come first."""
    if one.account != RECEIVED or one.ship is None:
        return one
    labelled = min(one.amount, sent[one.ship])
    sent[one.ship] -= labelled
    return replace(one, labelled=labelled)


def _order(
    one: Movement | LabelRun, sent_at: Mapping[UUID, datetime]
) -> tuple[datetime, int, UUID]:
    """Put what was received after its shipment, even where a clock ran behind."""
    sent = sent_at.get(one.ship) if isinstance(one, Movement) and one.ship else None
    if sent is not None and sent >= one.at:
        return sent, _AFTER_SHIPPING, one.event_id
    return one.at, _turn(one), one.event_id


def _turn(one: Movement | LabelRun) -> int:
    if isinstance(one, LabelRun):
        return 2 if one.is_void else 1
    return 0 if one.account in IN else 3


_AFTER_SHIPPING = 4
