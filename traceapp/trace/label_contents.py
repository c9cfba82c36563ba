"""What a label must say, by group of goods (Decree 37/2026, art. 42 to 48 and Annex I).

`label_contents.json` holds the table; docs/contributors/labels.md shows it with its articles.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from traceapp.trace import package_data
from traceapp.trace.words import Words


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a label says: its name, the article that asks for it, whether "none" answers it.

    `word` stands before it on paper.
    """

    id: str
    name: Words
    word: str
    article: str
    may_be_none: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What the law asks of a group beside name, party, address and origin; `may` is "if any".

    One of the items in a need is enough: use or storage.
    """

    needs: tuple[tuple[str, ...], ...]
    may: tuple[str, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Name everything that a label of the group says."""
        return (*(item for need in self.needs for item in need), *self.may)


_FILE = package_data.load("label_contents.json")

ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        key: Item(
            id=key,
            name=Words(row["vi"], row["en"]),
            word=row.get("printed", row["vi"]),
            article=row["article"],
            may_be_none=bool(row.get("none")),
        )
        for key, row in _FILE["items"].items()
    }
)
ALWAYS: tuple[str, ...] = tuple(_FILE["always"])
REPACKED: tuple[str, ...] = tuple(_FILE["repacked"])  # beside the rest, where it was only packed
GROUPS: Mapping[str, Contents] = MappingProxyType(
    {
        group: Contents(tuple(tuple(need.split("|")) for need in row["needs"]), tuple(row["may"]))
        for group, row in _FILE["groups"].items()
    }
)
MAY_BE_NONE = tuple(item.id for item in ITEMS.values() if item.may_be_none)
FOOD_GROUPS = frozenset(_FILE["food_groups"])
FRESH_FAMILIES = frozenset(_FILE["fresh_families"])
LOOSE = Contents(needs=(), may=tuple(item for item in ITEMS if item not in ALWAYS))


def contents(group: str | None, *, is_loose: bool = False) -> Contents:
    """Give what a label must say; fresh goods sold loose need no label (art. 35.2e)."""
    return LOOSE if is_loose or group is None else GROUPS[group]


def lacking(
    group: str | None,
    said: Collection[str],
    *,
    is_loose: bool = False,
    is_repacked: bool = False,
) -> list[str]:
    """Name what is missing among the items that are `said`, or declared as none."""
    wanted = (
        *((item,) for item in ALWAYS),
        *contents(group, is_loose=is_loose).needs,
        *((item,) for item in REPACKED if is_repacked),
    )
    return [need[0] for need in wanted if not set(need) & set(said)]
