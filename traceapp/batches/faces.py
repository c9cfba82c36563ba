"""The Vietnamese face that pictures and labels are drawn and measured with, read once a process.

Set-up fetches it (tools/frontend.py); where that was not possible, pictures leave out what
Pillow's own face cannot write, and labels are measured by estimate.
"""

from functools import lru_cache
from pathlib import Path

from traceapp.printing.face import Face, Faces
from traceapp.printing.lines import Measure, estimate

REGULAR, BOLD = "BeVietnamPro_400Regular.ttf", "BeVietnamPro_700Bold.ttf"


@lru_cache(maxsize=4)
def faces(static: Path) -> Faces:
    """Load the faces from the folder of static files; plain ones where they are missing."""
    return Faces(regular=_face(static, REGULAR), bold=_face(static, BOLD), mono=Face())


@lru_cache(maxsize=4)
def measure(static: Path) -> Measure:
    """Give the widths of the regular face, so that lines on paper fit as they are drawn."""
    return faces(static).regular.width if _path(static, REGULAR).exists() else estimate


def _face(static: Path, name: str) -> Face:
    path = _path(static, name)
    return Face((path.read_bytes(),)) if path.exists() else Face()


def _path(static: Path, name: str) -> Path:
    return static / "vendor" / "fonts" / name
