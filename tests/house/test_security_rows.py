"""docs/contributors/security-rows.md says which rows of the ASVS are tests: it and they agree."""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs" / "contributors" / "security-rows.md"
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| (tested|not yet|otherwise|does not apply) \| (.+) \|$", re.MULTILINE
)
NAME = re.compile(r"^ *def (test_asvs_\w+)\(", re.MULTILINE)
NUMBER = re.compile(r"(?<![0-9])(\d+)_(\d+)_(\d+)(?![0-9])")


def rows() -> dict[str, str]:
    """Give what the page says of each row."""
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    told = {number: state for number, state, _ in found}
    assert len(told) == len(found), "a row stands twice"
    return told


def in_names() -> set[str]:
    """Give the rows that stand in the names of tests; "3_3_1_to_3_3_4" names four."""
    found: set[str] = set()
    for path in (TOP / "tests").rglob("test_*.py"):
        for name in NAME.findall(path.read_text(encoding="utf-8")):
            numbers = NUMBER.findall(name)
            found |= {".".join(number) for number in numbers}
            if "_to_" in name and len(numbers) == 2:
                (one, two, first), (_, _, last) = numbers
                found |= {f"{one}.{two}.{n}" for n in range(int(first), int(last) + 1)}
    return found


def test_each_row_that_is_tested_stands_in_the_name_of_a_test_and_each_name_on_the_page() -> None:
    told, named = rows(), in_names()
    assert len(told) >= 100
    assert {number for number, state in told.items() if state == "tested"} == named


def test_the_names_of_tests_are_read_with_all_their_rows() -> None:
    assert {"1.2.1", "3.3.1", "3.3.2", "3.3.4", "13.4.3"} <= in_names()
    assert "1.2.0" not in in_names()
