"""In which order workers take the files of tests: long ones early, and never only what waits.

Workers that all drive browsers leave cores without work, and workers that all work have none to
spare. So what waits stands among what works.
"""

from collections.abc import Sequence

# What waits for a browser, a server or a disk a good part of its time, and what does not; in each,
# a long one must not be left for the end.
WAITING = ("pwa/test_blocked_harvest", "durability/", "house/test_deploy", "supervisor/", "pwa/")
WORKING = ("security/", "rooms/", "pure/printing/", "http/", "")
SPREAD = 0.7  # of what works: the last files are short ones that do not wait


def places(files: Sequence[str]) -> dict[str, float]:
    """Give each file, by its path below `tests/`, a place between 0 and 1."""
    waiting = _by_folders(files, WAITING)
    working = _by_folders([file for file in files if file not in waiting], WORKING)
    return {
        **{file: SPREAD * number / len(waiting) for number, file in enumerate(waiting)},
        **{file: number / len(working) for number, file in enumerate(working)},
    }


def _by_folders(files: Sequence[str], starts: Sequence[str]) -> list[str]:
    found = [[file for file in files if file.startswith(start)] for start in starts]
    return list(dict.fromkeys(file for some in found for file in some))
