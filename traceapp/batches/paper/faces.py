"""The Vietnamese face of pictures, labels and documents, read once a process.

Set-up fetches it (tools/frontend.py); where that was not possible, pictures leave out what
Pillow's own face cannot write, labels are measured by estimate, and no document is made.
"""

from functools import lru_cache
from pathlib import Path

from traceapp.printing.face import Face, Faces
from traceapp.printing.font_files import FontFiles
from traceapp.printing.lines import Measure, estimate
from traceapp.printing.table_paper import Typeface

REGULAR, BOLD = "BeVietnamPro_400Regular.ttf", "BeVietnamPro_700Bold.ttf"


@lru_cache(maxsize=4)
def faces(static: Path) -> Faces:
    """Load the faces from the folder of static files; plain ones where they are missing."""
    return Faces(regular=_face(static, REGULAR), bold=_face(static, BOLD), mono=Face())


@lru_cache(maxsize=4)
def measure(static: Path) -> Measure:
    """Give the widths of the regular face, so that lines on paper fit as they are drawn."""
    return faces(static).regular.width if _path(static, REGULAR).exists() else estimate


def typeface(static: Path) -> Typeface | None:
    """Name the files that documents are set in; None where they are missing."""
    files = _path(static, REGULAR), _path(static, BOLD)
    return Typeface(*files) if all(path.exists() for path in files) else None


@lru_cache(maxsize=4)
def font_files(static: Path) -> FontFiles | None:
    """Read the files that labels are set in; None where they are missing."""
    files = _path(static, REGULAR), _path(static, BOLD)
    if not all(path.exists() for path in files):
        return None
    return FontFiles(*(path.read_bytes() for path in files))


def _face(static: Path, name: str) -> Face:
    path = _path(static, name)
    return Face((path.read_bytes(),)) if path.exists() else Face()


def _path(static: Path, name: str) -> Path:
    return static / "vendor" / "fonts" / name
