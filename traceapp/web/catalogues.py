"""The message catalogues: compiled at start when their source is newer.

Set-up compiles them too, for an installation whose code may not be written to while it runs.
"""

import os
import tempfile
from pathlib import Path

import structlog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

log = structlog.get_logger(__name__)


def compile_stale(folder: Path) -> None:
    """Compile each `.po` below the folder whose `.mo` is missing or older."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            _compile(source, target)
        except OSError as error:
            log.warning("catalogue_not_compiled", source=str(source), reason=str(error))


def _compile(source: Path, target: Path) -> None:
    # Several workers start together: each writes a file of its own and puts it in place whole.
    written_at = source.stat().st_mtime
    with source.open("rb") as file:
        catalogue = read_po(file, locale=target.parent.parent.name)
    descriptor, unfinished = tempfile.mkstemp(dir=target.parent, suffix=".unfinished")
    try:
        with os.fdopen(descriptor, "wb") as file:
            write_mo(file, catalogue)
        os.utime(unfinished, (written_at, written_at))
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(target)
    finally:
        Path(unfinished).unlink(missing_ok=True)
