"""When the last backup and the last drill succeeded: two small files in the instance folder."""

import os
from datetime import datetime
from pathlib import Path

BACKUP, DRILL = "last_backup", "last_drill"


def note(instance_dir: Path, what: str, now: datetime) -> None:
    """Write down that it succeeded at an aware `now`."""
    instance_dir.mkdir(parents=True, exist_ok=True)
    path = instance_dir / what
    part = path.with_name(f".part-{what}-{os.getpid()}")
    part.write_text(now.isoformat(), encoding="ascii")
    part.replace(path)


def last(instance_dir: Path, what: str) -> datetime | None:
    """Tell when it last succeeded; None where it never did."""
    try:
        return datetime.fromisoformat((instance_dir / what).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
