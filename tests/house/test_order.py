"""What waits is spread among what works, and nothing is left out."""

from itertools import pairwise
from pathlib import Path

from tests.order import SPREAD, WAITING, WORKING, places

TESTS = Path(__file__).resolve().parents[1]
FILES = [path.relative_to(TESTS).as_posix() for path in sorted(TESTS.rglob("test_*.py"))]


def test_what_waits_stands_among_what_works_and_no_file_is_left_out() -> None:
    place = places(FILES)
    assert sorted(place) == FILES
    taken = sorted(FILES, key=lambda file: place[file])
    assert taken[0].startswith(WAITING[0])
    waits = [file.startswith(WAITING) for file in taken]
    assert not any(one and next_one for one, next_one in pairwise(waits))
    assert not any(waits[int(len(waits) * (SPREAD + 0.1)) :])


def test_every_folder_that_is_named_has_tests() -> None:
    assert [name for name in WAITING + WORKING if not any(f.startswith(name) for f in FILES)] == []
