"""The symbols on a photo of a label, read by a process of its own that may use little.

The photo is bounded as every photo is, and never kept. What the other process runs is
`symbol_reading`.
"""

import json
import subprocess
import sys

from traceapp.config import CHECKOUT
from traceapp.photos import imaging

SECONDS = 8
LONGEST_TEXT = 512
MOST = 50


def read(data: bytes) -> list[str]:
    """Give what the symbols on a photo say; none where none can be read. Raises RefusedImage."""
    imaging.inspect(data)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "traceapp.photos.symbol_reading"],
            cwd=CHECKOUT,
            env={},
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return []
    if done.returncode != 0:
        return []
    return [str(text) for text in json.loads(done.stdout)]
