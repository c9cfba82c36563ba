"""What a phone is told never takes more than so many bytes: long texts are cut, then ends of lists.

What was left out is counted, so that the phone says what it does not hold; it is at the desk.
"""

import json
from collections.abc import Mapping
from typing import Any

MOST_BYTES = 198_000  # of all sections; with version and time, an answer stays below 200,000
LONGEST_NAME, LONGEST_TEXT = 80, 160
ONLY_READ = ("places", "seasons", "products", "batches", "shipments", "receivers", "people")
NAMES = frozenset({"name", "name_en", "from", "commune"})
WHOLE = frozenset({"value", "lot", "code", "doc_no"})  # they are scanned, or sent back
# Lists in the order in which they give way, and how many rows of each stay while others can give.
GIVING_WAY: Mapping[str, int] = {
    "receivers": 60,
    "recent": 50,
    "substances": 40,
    "people": 40,
    "crates": 20,
    "shipments": 10,
    "products": 60,
    "kinds": 20,
    "batches": 60,
    "plots": 100,
    "places": 10,
}

Answer = dict[str, Any]
Lists = dict[str, list[Any]]


def fitted(sections: Answer) -> tuple[Answer, dict[str, int]]:
    """Give sections that fit, and how many rows of which list were left out."""
    kept = sections | {name: _shortened(sections[name]) for name in ONLY_READ}
    over = _size(kept) - MOST_BYTES
    if over <= 0:
        return kept, {}
    whole = _lists(kept)
    lists = dict(whole)
    for floors in (GIVING_WAY, dict.fromkeys(GIVING_WAY, 0)):
        for name, least in floors.items():
            lists[name], saved = _cut(lists[name], over, least)
            over -= saved
    lists["crates"] = _whole_crates(lists)
    left_out = {name: len(rows) - len(lists[name]) for name, rows in whole.items()}
    return _together(kept, lists), {name: count for name, count in left_out.items() if count}


def _size(content: object) -> int:
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _shortened(content: Any, longest: int = LONGEST_TEXT) -> Any:  # noqa: ANN401 - as JSON
    if isinstance(content, str) and len(content) > longest:
        return f"{content[: longest - 1]}…"
    if isinstance(content, list):
        return [_shortened(one, longest) for one in content]
    if isinstance(content, dict):
        return {
            key: value if key in WHOLE else _shortened(value, _longest(key, longest))
            for key, value in content.items()
        }
    return content


def _longest(key: str, around: int) -> int:
    return LONGEST_NAME if key in NAMES else around


def _lists(kept: Answer) -> Lists:
    plain = {name: kept[name] for name in GIVING_WAY if name in kept}
    seasons: dict[str, list[Any]] = {}
    for season in kept["seasons"]:
        seasons.setdefault(season["plot_id"], []).append(season)
    return plain | {
        "recent": kept["last"]["recent"],
        "kinds": list(kept["last"]["kinds"].items()),
        "plots": [
            (plot, seasons.get(plot["plot_id"], []))
            for place in kept["places"]
            for plot in place["plots"]
        ],
    }


def _cut(rows: list[Any], over: int, least: int) -> tuple[list[Any], int]:
    """Take rows from the end until enough is saved, or so few are left."""
    stay, saved = len(rows), 0
    while saved < over and stay > least:
        stay -= 1
        saved += _size(rows[stay]) - 3  # at least: pairs are no lists where they stand
    return rows[:stay], saved


def _whole_crates(lists: Lists) -> list[Any]:
    """Give the crates of which all goods and all smaller crates inside are told."""
    goods = {one["batch_id"] for one in lists["batches"]}
    crates = [
        one for one in lists["crates"] if goods.issuperset(row["batch_id"] for row in one["holds"])
    ]
    marks = {one["mark"] for one in crates}
    while True:
        whole = [one for one in crates if marks.issuperset(one["crates"])]
        if len(whole) == len(crates):
            return whole
        crates, marks = whole, {one["mark"] for one in whole}


def _together(kept: Answer, lists: Lists) -> Answer:
    plots = {plot["plot_id"] for plot, _ in lists["plots"]}
    sites = {one["site_id"] for one in lists["places"]}
    return kept | {
        **{name: rows for name, rows in lists.items() if name in kept},
        "places": [
            place | {"plots": [one for one in place["plots"] if one["plot_id"] in plots]}
            for place in lists["places"]
        ],
        "seasons": [
            one for one in kept["seasons"] if one["plot_id"] in plots and one["site_id"] in sites
        ],
        "last": {"kinds": dict(lists["kinds"]), "recent": lists["recent"]},
    }
